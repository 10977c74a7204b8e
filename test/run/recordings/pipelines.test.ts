import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import type { Completion, ModelRequest, ToolCall } from '../../../src/models/contract.ts';
import { loadPipeline } from '../../../src/pipeline/pipeline.ts';
import type { Plan } from '../../../src/plan.ts';
import type { OpenModel, RunOptions } from '../../../src/run/options.ts';
import { missMessage } from '../../../src/run/recordings/miss.ts';
import { openRecordings } from '../../../src/run/recordings/open.ts';
import { openRecorder } from '../../../src/run/recordings/recorder.ts';
import { drive } from '../support/drive.ts';
import { answer, promptOf } from '../support/fake-models.ts';
import { record } from '../support/plans.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Project {
  readonly folder: string;
  readonly file: string;
  readonly plan: Plan;
}

async function project(
  yaml: string,
  files: Readonly<Record<string, string | Buffer>> = {},
): Promise<Project> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ ...files, 'p.yaml': yaml })) {
    await writeFile(join(folder, name), text);
  }
  return { folder, file: join(folder, 'r.jsonl'), plan: await loaded(folder) };
}

async function loaded(folder: string): Promise<Plan> {
  const { plan, diagnostics } = await loadPipeline(join(folder, 'p.yaml'));
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return plan;
}

/** A model that answers each request as this says: with a text, or with calls of tools. */
function modelOf(reply: (request: ModelRequest) => string | readonly ToolCall[]): OpenModel {
  return async () => ({
    call: async (request) => {
      const said = reply(request);
      const outcome = answer(typeof said === 'string' ? said : '');
      if (!outcome.ok || typeof said === 'string') return outcome;
      const completion: Completion = { ...outcome.completion, tool_calls: said, finish_reason: 'tool_calls' };
      return { ...outcome, completion };
    },
    close: async () => {},
  });
}

async function recording(
  { file, plan }: Project,
  openModel: OpenModel,
  options: Partial<RunOptions> & { readonly rows?: readonly JsonObject[] } = {},
) {
  const opened = await openRecorder(file);
  if (!opened.ok) throw new Error('not opened');
  const { rows = [{ id: 'A1' }], ...others } = options;
  const made = { recorder: opened.value.recorder, finish: { prune: true } };
  const run = drive(
    plan,
    rows.map((row, at) => record(at, row)),
    { openModel, ...others, record: made },
  );
  return { run, finished: await run.finished };
}

async function replaying(
  { file, plan }: Project,
  options: Partial<RunOptions> & { readonly liveTools?: boolean; readonly rows?: readonly JsonObject[] } = {},
) {
  const opened = await openRecordings([file]);
  if (!opened.ok) throw new Error('not opened');
  const { rows = [{ id: 'A1' }], liveTools = false, ...others } = options;
  const replay = { recordings: opened.value.recordings, unused: 'tell', liveTools } as const;
  const run = drive(
    plan,
    rows.map((row, at) => record(at, row)),
    { ...others, replay },
  );
  return { run, finished: await run.finished };
}

const linesOf = async ({ file }: Project): Promise<readonly JsonObject[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);

const model = 'model: {provider: mistralai, name: mistral-small-latest}';

const orders = `version: 1
${model}
steps:
  find:
    type: tools
    prompt: "Where is order {{input.id}}?"
    tools:
      order:
        parameters: {type: object, required: [id], properties: {id: {type: string}}}
        command: [${process.execPath}, ./order.mjs]
        env: [ORDERS_TOKEN]
`;
const token = 'order-token-5512';
const orderTool = (state: string) => `
const { id } = JSON.parse((await process.stdin.toArray()).join(''));
console.log(JSON.stringify({ state: '${state}', token: process.env.ORDERS_TOKEN ?? '', id }));
`;
const asksOrder = modelOf(({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') return `It is ${JSON.stringify(last.content)}`;
  return [{ id: 'call00001', name: 'order', arguments: '{"id":"A1"}' }];
});

describe('tools', () => {
  it('are recorded with their results, between the answers, and not run when they are replayed', async () => {
    const files = { 'order.mjs': orderTool('sent') };
    const made = await project(orders, files);
    const { finished, run } = await recording(made, asksOrder, { env: { ORDERS_TOKEN: token } });
    expect(finished).toMatchObject({ counts: { succeeded: 1 }, recording: { added: 3 } });
    const lines = await linesOf(made);
    expect(lines.map(({ type }) => type)).toEqual(['answer', 'tool', 'answer']);
    expect(lines[1]).toMatchObject({
      step: 'find',
      name: 'order',
      arguments: { id: 'A1' },
      result: { state: 'sent' },
    });
    expect(JSON.stringify(lines)).not.toContain(token);

    // Neither the tool nor its variable is needed.
    const replayed = await replaying(made);
    expect(replayed.finished).toMatchObject({
      counts: { succeeded: 1 },
      tool_calls: { total: 1, failed: 0 },
      replay: { misses: 0, unused: [] },
    });
    const output = (of: typeof run) => of.of('record_finished')[0];
    expect(output(replayed.run)).toEqual(output(run));
  });

  it('are run on request, and what they say otherwise was never asked', async () => {
    const made = await project(orders, { 'order.mjs': orderTool('sent') });
    await recording(made, asksOrder, { env: { ORDERS_TOKEN: token } });
    const { run, finished } = await replaying(made, {
      liveTools: true,
      env: { ORDERS_TOKEN: 'another-token-1' },
    });
    expect(finished.counts.succeeded).toBe(1);
    expect(run.of('tool_finished')).toMatchObject([{ tool: 'order', ok: true }]);
  });

  it('want their variables where they are run', async () => {
    const made = await project(orders, { 'order.mjs': orderTool('sent') });
    await recording(made, asksOrder, { env: { ORDERS_TOKEN: token } });
    expect((await replaying(made, { liveTools: true })).finished.reason?.code).toBe('missing_variable');
  });

  it('that have changed since were never recorded', async () => {
    const made = await project(orders, { 'order.mjs': orderTool('sent') });
    await recording(made, asksOrder, { env: { ORDERS_TOKEN: token } });
    await writeFile(join(made.folder, 'order.mjs'), orderTool('lost'));
    const { run, finished } = await replaying({ ...made, plan: await loaded(made.folder) });
    expect(finished.failed).toBe(true);
    expect(run.of('record_finished')).toMatchObject([
      { outcome: 'failed', step: 'find', error: { code: 'replay_miss', attempts: 0, request_id: null } },
    ]);
    const [event] = run.of('replay_missed');
    expect(event?.miss).toMatchObject({
      tool: 'order',
      place: { line: 8 },
      nearest: { line: 2, differences: [] },
    });
    expect(event && missMessage(event.miss)).toContain(
      'the tool itself is another since (its keys, or `order.mjs`)',
    );
  });

  it('are run again where they failed when they were recorded', async () => {
    const failing = 'process.exitCode = 3;';
    const made = await project(orders, { 'order.mjs': failing });
    const first = await recording(made, asksOrder, { env: { ORDERS_TOKEN: token } });
    expect(first.finished.tool_calls).toEqual({ total: 1, failed: 1 });
    expect((await linesOf(made))[1]).toMatchObject({ error: { code: 'tool_failed' } });
    expect((await replaying(made)).finished.tool_calls).toEqual({ total: 1, failed: 1 });
    const again = await recording(made, asksOrder, { env: { ORDERS_TOKEN: token } });
    expect(again.finished.recording).toMatchObject({ added: 0, replaced: 0, kept: 3 });
  });
});

const labels = `version: 1
${model}
steps:
  label:
    type: structured
    system: Answer in JSON.
    prompt: "{{input.id}}"
    repair: 2
    schema:
      type: object
      required: [topic]
      properties: {topic: {enum: [order, other]}}
`;

describe('repairs', () => {
  it('are recorded round by round, and replayed so', async () => {
    const made = await project(labels);
    const openModel = modelOf(({ messages }) =>
      messages.length === 2 ? '{"topic":"none"}' : '{"topic":"order"}',
    );
    const live = await recording(made, openModel);
    expect(live.finished.usage.total.requests).toBe(2);
    const { finished, run } = await replaying(made);
    expect(finished.usage).toEqual(live.finished.usage);
    expect(run.of('record_finished')).toMatchObject([{ output: { label: { topic: 'order' } } }]);
  });

  it('are judged anew: an answer that was edited by hand is held to the schema', async () => {
    const made = await project(labels);
    await recording(
      made,
      modelOf(() => '{"topic":"order"}'),
    );
    const text = await readFile(made.file, 'utf8');
    await writeFile(made.file, text.replace(String.raw`\"order\"}`, String.raw`\"edited\"}`));
    const { run } = await replaying(made);
    // It is not what the schema allows, and its repair was never asked for.
    expect(run.of('record_finished')).toMatchObject([{ outcome: 'failed', error: { code: 'replay_miss' } }]);
  });
});

describe('a stream', () => {
  it('is told from a recording in one piece', async () => {
    const made = await project(`version: 1\n${model}\nsteps:\n  say: {type: chat, prompt: "{{input.id}}"}\n`);
    await recording(
      made,
      modelOf(() => 'Hello there'),
    );
    const { run } = await replaying(made, { stream: true });
    expect(run.of('call_delta').map(({ delta }) => delta)).toEqual([
      { type: 'began' },
      { type: 'text', text: 'Hello there' },
    ]);
  });
});

const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
const looking = `version: 1
${model}
steps:
  look:
    type: chat
    messages:
      - role: user
        content: [{type: text, text: What is it?}, {type: image_url, image_url: "{{input.photo}}"}]
`;

describe('an image', () => {
  it('is recorded by its hash, and another one was never asked about', async () => {
    const other = Buffer.concat([png, Buffer.from([1])]);
    const made = await project(looking, { 'a.png': png, 'b.png': other });
    const rows = [{ photo: 'a.png' }];
    await recording(
      made,
      modelOf(() => 'A cat.'),
      { rows, files: made.folder },
    );
    const text = await readFile(made.file, 'utf8');
    expect(text).not.toContain(png.toString('base64'));
    expect(text).toMatch(/"image_url":"image\/png sha256:[0-9a-f]{64}"/);
    expect((await replaying(made, { rows, files: made.folder })).finished.counts.succeeded).toBe(1);

    const { run } = await replaying(made, { rows: [{ photo: 'b.png' }], files: made.folder });
    const [event] = run.of('replay_missed');
    expect(event && missMessage(event.miss)).toMatch(
      /p\.yaml:8\) was never recorded; the nearest, r\.jsonl:1, differs in the user message: .*sha256:/,
    );
  });
});

describe('a secret', () => {
  it('is in no line, in no encoding, wherever it comes from', async () => {
    const key = 'sk-very/secret+key-7f3a91';
    const encoded = Buffer.from(`user:${key}`).toString('base64');
    const made = await project(
      `version: 1\n${model}\nsteps:\n  say: {type: chat, prompt: "{{input.text}}"}\n`,
    );
    const rows = [{ text: `my key is ${key}, and ${encoded}` }];
    const openModel = modelOf((request) => `You said: ${promptOf(request)}`);
    // A model of a test has no key: the variable is one that a tool would be given.
    const [step] = made.plan.steps;
    if (step === undefined) throw new Error('no step');
    const withTool = { ...step, program: { ...step.program, env: ['TOKEN'] } };
    const secretive = { ...made, plan: { ...made.plan, steps: [withTool] } };
    await recording(secretive, openModel, { rows, env: { TOKEN: key } });
    const text = await readFile(made.file, 'utf8');
    expect(text).not.toContain(key);
    expect(text).not.toContain(encoded.slice(8, -4));
    expect(text).toContain('my key is [redacted], and');
    // The fingerprint is of what was asked: the recording answers it all the same.
    expect((await replaying(made, { rows })).finished.counts.succeeded).toBe(1);
  });
});

describe('a miss', () => {
  const two = (prompt: string, temperature = 0) => `version: 1
model: {provider: mistralai, name: mistral-small-latest, temperature: ${temperature}}
steps:
  say:
    type: chat
    system: You answer in one word.
    prompt: |
      ${prompt}
      {{input.text}}
`;
  const rows = ['The parcel is late.', 'The bill is wrong.', 'The shop was closed.'].map((text) => ({
    text,
  }));

  async function missOf(before: string, after: string, asked = rows) {
    const made = await project(before);
    await recording(
      made,
      modelOf(() => 'fine'),
      { rows },
    );
    await writeFile(join(made.folder, 'p.yaml'), after);
    const { run } = await replaying({ ...made, plan: await loaded(made.folder) }, { rows: asked });
    return run.of('replay_missed').map(({ miss }) => miss);
  }

  it('finds each record’s own request again after the template was edited', async () => {
    const misses = await missOf(two('Say this:'), two('Repeat this:'));
    expect(new Set(misses.map(({ nearest }) => nearest?.line))).toEqual(new Set([1, 2, 3]));
    for (const { place, nearest } of misses) {
      expect(place?.line).toBe(7);
      expect(nearest?.differences[0]?.words.filter(({ kind }) => kind !== 'same')).toEqual([
        { kind: 'removed', text: 'Say' },
        { kind: 'added', text: 'Repeat' },
      ]);
    }
  });

  it('points at the model where only that is another', async () => {
    const [miss] = await missOf(two('Say this:'), two('Say this:', 1));
    expect(miss).toMatchObject({
      place: { line: 2 },
      nearest: { differences: [{ what: 'temperature', words: [{ text: '0' }, { text: '1' }] }] },
    });
  });

  it('is nearest to the request with the most of its own words', async () => {
    const [miss] = await missOf(two('Say this:'), two('Say this:'), [{ text: 'My bill was quite wrong.' }]);
    expect(miss?.nearest?.line).toBe(2);
  });

  it('has nothing near it where the step was never recorded', async () => {
    const [miss] = await missOf(two('Say this:'), two('Say this:').replace('  say:', '  tell:'), [
      { text: 'New.' },
    ]);
    expect(miss?.nearest).toBeUndefined();
    expect(miss && missMessage(miss)).toBe(
      'this request of step `tell` (p.yaml:4) was never recorded, nor any other of the step',
    );
  });
});
