import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Terminal } from '../../src/cli/terminal.ts';
import { startFakeServer, type FakeCall, type FakeServer } from '../support/fake-server.ts';
import { expectGolden } from '../support/golden.ts';
import { emitOnceHeard, typed } from '../support/in-process.ts';
import { project } from '../testing/support.ts';
import { oneTerminal } from './one-terminal.ts';

const golden = (name: string) => fileURLToPath(new URL(`golden/try/${name}`, import.meta.url));

const triage = (url: string) => `version: 1
name: triage
input: {key: id}
model: {name: small, base_url: "${url}", max_tokens: 50}
prices: {small: {input: 1, output: 2}}
steps:
  classify:
    type: structured
    system: "Answer in JSON."
    prompt: "Classify: {{input.text}}"
    repair: 1
    schema:
      type: object
      additionalProperties: false
      required: [topic]
      properties: {topic: {enum: [order, other]}}
  lookup:
    type: tools
    when: "{{eq steps.classify.output.topic 'order'}}"
    prompt: "Find the order of: {{input.text}}"
    tools:
      order_status:
        description: State of an order
        parameters: {type: object, required: [order], properties: {order: {type: string}}}
        command: [node, ./status.mjs]
  german:
    type: chat
    when: "{{eq steps.classify.output.topic 'other'}}"
    prompt: "Translate: {{input.text}}"
  reply:
    type: chat
    prompt: "{{> reply}}"
partials: ./prompts
output:
  id: "{{input.id}}"
  reply: "{{steps.reply.output}}"
`;

/** As the model of this server answers each prompt. */
function answer(call: FakeCall): void {
  const { messages } = call.body as unknown as { messages: readonly { role: string; content: string }[] };
  const last = messages.at(-1);
  const said = last?.content ?? '';
  if (said.startsWith('Classify')) call.replyStream('{"topic":"parcel"}');
  else if (said.startsWith('Find'))
    call.replyStream({ tool_calls: [{ name: 'order_status', arguments: { order: 'A1' } }] });
  else if (last?.role === 'tool') call.replyStream('It was sent.');
  else if (said.includes('{"topic"') || messages.length === 4) call.replyStream('{"topic":"order"}');
  else call.replyStream(`Dear customer, ${said.includes('short') ? 'it is' : 'your parcel is'} on its way.`);
}

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  server.answer = answer;
  return server;
}

function folderOf(server: Pick<FakeServer, 'url'>): string {
  return project({
    'triage.yaml': triage(server.url),
    'prompts/reply.hbs':
      'Write a reply to: {{input.text}}\n{{#if steps.lookup.output}}{{steps.lookup.output}}{{/if}}{{#if steps.german.output}}{{steps.german.output}}{{/if}}\n',
    'status.mjs': 'process.stdin.resume(); console.log(JSON.stringify({ state: "sent" }));\n',
    'rows.jsonl': '{"id":"a","text":"Where is it?"}\n{"id":"b","text":"Hello"}\n',
  });
}

/** What differs from run to run. */
function steady(text: string, folder: string): string {
  return text
    .replaceAll(`${folder}/`, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<server>')
    .replaceAll(/\b\d+(\.\d+)? m?s\b/g, '<time>')
    .replaceAll(/"duration_ms": [\d.]+/g, '"duration_ms": <time>')
    .replaceAll(/"request_id": "[^"]*"/g, '"request_id": "<id>"');
}

const tryIn = (folder: string, args: readonly string[], others: Partial<Terminal> = {}) =>
  typed(folder, ['try', join(folder, 'triage.yaml'), ...args], others);

const rows = (folder: string) => ['--input', join(folder, 'rows.jsonl')];

describe('pipe try', () => {
  it('shows all that is asked and answered, on a terminal with the row at its end', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const screen = oneTerminal();
    const { exitCode } = await tryIn(folder, rows(folder), screen.others);
    expect(exitCode).toBe(0);
    expectGolden(golden('terminal.txt'), steady(screen.seen(), folder));
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it.each([
    ['{"id":"a","note":"x"}', 'p.yaml:8:25  error  step `ask`: `input.text` is absent', '^^^^^^^^^^'],
    [
      '{"id":"a","text":"x"}',
      'prompts/style.hbs:2:3  error  step `ask`: `input.note` is absent',
      '^^^^^^^^^^',
    ],
  ])('points at the path that is absent in %s', async (record, told, marked) => {
    const folder = project({
      'p.yaml': `version: 1
model: {name: mistral-small-latest}
partials: ./prompts
steps:
  ask:
    type: chat
    prompt: |
      Read this, then {{input.text}}.
      {{> style}}
`,
      'prompts/style.hbs': 'Be brief.\n{{input.note}}\n',
    });
    const ended = await typed(folder, ['try', join(folder, 'p.yaml'), '--input-json', record, '--simulate=']);
    expect(ended.exitCode).toBe(1);
    expect(steady(ended.stderr, folder)).toContain(told);
    expect(ended.stderr).toContain(marked);
  });

  it('gives the row alone to stdout off a terminal, and asks nobody again for what is cached', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const first = await tryIn(folder, rows(folder));
    expect(JSON.parse(first.stdout)).toEqual({ id: 'a', reply: 'Dear customer, your parcel is on its way.' });
    const asked = server.calls.length;
    const again = await tryIn(folder, rows(folder));
    expect(server.calls.length).toBe(asked);
    expect(again.stdout).toBe(first.stdout);
    expect(again.stderr).toContain('  cached, stop\n');
    expect(again.stderr).toContain('5 calls (cached)');
  });

  it('is one object for programs', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('{"topic":"other"}');
    const folder = folderOf(server);
    const { exitCode, stdout } = await tryIn(folder, [
      ...rows(folder),
      '--step',
      'classify',
      '--format',
      'json',
    ]);
    expect(exitCode).toBe(0);
    expectGolden(golden('step.json'), steady(stdout, folder));
    const given = ['--input-json', '{"text":"Hello"}', '--step', 'classify', '--format', 'json'];
    expect(JSON.parse((await tryIn(folder, given)).stdout)).toMatchObject({
      record: { index: null, line: null, input: { text: 'Hello' } },
    });
  });

  it('tells a failure with its step, its place and what to do, and what was not come to', async () => {
    const server = await fakeServer();
    server.answer = (call) =>
      call.body['stream'] === true
        ? call.replyStream('{"topic":"parcel"}')
        : call.reply('{"topic":"parcel"}');
    const folder = folderOf(server);
    const { exitCode, stdout, stderr } = await tryIn(folder, [...rows(folder), '--row', '2']);
    expect([exitCode, stdout]).toEqual([1, '']);
    expectGolden(golden('failed.txt'), steady(stderr, folder));
    const json = await tryIn(folder, [...rows(folder), '--row', '2', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      state: 'completed',
      exit_code: 1,
      outcome: 'failed',
      output: null,
      record: { key: 'b', index: 1, line: 2, input: { id: 'b', text: 'Hello' } },
      error: { step: 'classify', code: 'schema_mismatch' },
      steps: [
        { id: 'classify', outcome: 'failed', calls: [{}, { from: 'model' }] },
        { outcome: null },
        {},
        {},
      ],
      diagnostics: [{ code: 'schema-mismatch', line: 7 }],
    });
  });

  it('runs one step and those that it needs, whose output is what stdout gets', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const { stdout, stderr } = await tryIn(folder, [...rows(folder), '--key', 'b', '--step', 'lookup']);
    expect(stdout).toBe('"It was sent."\n');
    expect(stderr).not.toContain('reply');
  });

  it('tries a record whose key another one has, and says so', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    writeFileSync(join(folder, 'rows.jsonl'), '{"id":"a","text":"One"}\n{"id":"a","text":"Two"}\n');
    const args = [...rows(folder), '--row', '2', '--step', 'classify'];
    const { exitCode, stdout, stderr } = await tryIn(folder, args);
    expect([exitCode, stdout]).toEqual([0, '{"topic":"order"}\n']);
    expect(stderr).toMatch(/rows\.jsonl:2 {2}warning {2}.* {2}\[duplicate-key\]/);
    expect(stderr).toContain('Classify: Two');
  });

  it('takes a record from stdin, and none where none is read', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const stdin = new PassThrough();
    stdin.end('{"text":\n "Hello"}');
    const given = await tryIn(folder, ['--input-json', '-', '--step', 'classify'], { stdin: stdin as never });
    expect([given.exitCode, given.stdout]).toEqual([0, '{"topic":"order"}\n']);
    writeFileSync(
      join(folder, 'triage.yaml'),
      `version: 1\nmodel: {name: small, base_url: "${server.url}"}\nsteps: {say: {type: chat, prompt: Hello}}\n`,
    );
    const none = await tryIn(folder, []);
    expect(JSON.parse(none.stdout)).toEqual({ say: 'Dear customer, your parcel is on its way.' });
  });

  it('holds a record of --input-json against `input.schema`, as rows are', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const schema = '--set=input.schema={"type":"object","properties":{"text":{"type":"string"},"id":true}}';
    const { exitCode, stderr } = await tryIn(folder, ['--input-json', '{"id":"a","text":[1]}', schema]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'error  `text` must be a string, found a list  [invalid-record]\n  hint: correct the record',
    );
    expect(stderr).not.toContain('not reached');
    expect(server.calls).toEqual([]);
  });

  it('tells what the record of --input-json lacks before it fails for that', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const { exitCode, stderr } = await tryIn(folder, ['--input-json', '{}']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/warning {2}`--input-json` has no field `text` {2}\[missing-field\]/);
    expect(stderr).toContain('\n  hint: it has no fields\n');
    const nameless = await tryIn(folder, [
      '--input-json',
      '{"text":"Hello"}',
      '--set',
      'output={"a":"{{input.text}}"}',
    ]);
    expect([nameless.exitCode, nameless.stderr]).toEqual([0, expect.not.stringContaining('missing-field')]);
    const read = await tryIn(folder, ['--input-json', '{"text":"Hello"}']);
    expect(read.stderr).toMatch(
      /warning {2}`--input-json` has no field `id` {2}\[missing-field\]\n.*\n.*input\.id/,
    );
    const misspelt = await tryIn(folder, ['--input-json', '{"txt":"a"}']);
    expect(misspelt.stderr).toContain('\n  hint: did you mean `txt`? its fields are `txt`\n');
  });

  it('shows calls that are only collected, and the one that is the answer, once', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const collected = ['--step', 'lookup', '--set', 'steps.lookup.max_rounds=0'];
    const { stderr, stdout } = await tryIn(folder, [...rows(folder), ...collected]);
    expect(stdout).toBe('""\n');
    expect(stderr).toContain('  calls order_status with:\n    {"order":"A1"}\n');
    server.answer = (call) =>
      call.replyStream({ tool_calls: [{ name: 'classify', arguments: { topic: 'other' } }] });
    const method = ['--step', 'classify', '--set', 'steps.classify.method=function_calling'];
    const called = await tryIn(folder, [...rows(folder), ...method]);
    expect(called.stderr.split('"other"').length - 1).toBe(1);
    expect(called.stderr).toContain('  output:\n    {\n      "topic": "other"\n    }\n');
  });

  it('says by what the record is skipped', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const skip = `--set=input.when={{ne input.id 'a'}}`;
    const { exitCode, stdout, stderr } = await tryIn(folder, [...rows(folder), skip]);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain(
      "\nskipped by `input.when`: {{ne input.id 'a'}}\n\nskipped     0 calls, $0.00, ",
    );
  });

  it('shows tokens as they come, and lets none of them act on the terminal', async () => {
    const server = await fakeServer();
    server.answer = undefined;
    const folder = folderOf(server);
    const screen = oneTerminal();
    writeFileSync(
      join(folder, 'triage.yaml'),
      `version: 1\nmodel: {name: small, base_url: "${server.url}"}\nsteps: {german: {type: chat, prompt: "{{input.text}}"}}\n`,
    );
    const running = tryIn(folder, rows(folder), screen.others);
    const stream = (await server.nextCall()).startStream();
    const piece = (content: string) =>
      stream.event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    await piece('Gu\x1b');
    await piece('[31mten Tag\x9b');
    await screen.shows('Gu\\x1b[31mten');
    expect(screen.seen()).not.toContain('succeeded');
    await piece('2J');
    await stream.event({ choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop' }] });
    await stream.event('[DONE]');
    stream.end();
    expect((await running).exitCode).toBe(0);
    expect(screen.seen()).toContain('    Gu\\x1b[31mten Tag\\x9b2J\n');
    expect(screen.seen().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('leaves lines whole in the log of CI, where one broken between words could begin a command', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.replyStream(`${'word '.repeat(14)}::error::a ##[error]b`);
    const folder = folderOf(server);
    const screen = oneTerminal();
    const env = { ...screen.others.env, CI: '1' };
    await tryIn(folder, [...rows(folder), '--row', '2'], { ...screen.others, env });
    expect(screen.seen()).toContain('::error::a ##\\x5berror]b\n');
    expect(screen.seen()).not.toMatch(/^\s*::/mu);
  });

  it('answers without a key from a simulator, and leaves none behind', async () => {
    const servers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const before = servers();
    const folder = folderOf({ url: 'http://127.0.0.1:9' });
    const { exitCode, stdout, stderr } = await tryIn(folder, [
      ...rows(folder),
      '--step',
      'classify',
      '--simulate=',
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('topic');
    expect(stderr).toContain('\nsimulated   no model was asked: ');
    expect(servers()).toBe(before);
  });

  it('ends when nobody reads along any more', async () => {
    const server = await fakeServer();
    server.answer = undefined;
    const folder = folderOf(server);
    const screen = oneTerminal();
    const running = tryIn(folder, [...rows(folder), '--watch'], screen.others);
    const call = await server.nextCall();
    screen.others.stderr?.destroy();
    expect((await running).exitCode).toBe(0);
    expect(await call.ended).toBe('closed');
  });

  it('ends at once at Ctrl-C', async () => {
    const server = await fakeServer();
    server.answer = undefined;
    const folder = folderOf(server);
    const before = process.listenerCount('SIGINT');
    const running = tryIn(folder, rows(folder));
    const call = await server.nextCall();
    process.emit('SIGINT');
    const { exitCode, stdout, stderr } = await running;
    expect(await call.ended).toBe('closed');
    expect([exitCode, stdout]).toEqual([130, '']);
    expect(stderr).toContain('\ninterrupted 1 call');
    // Who pressed Ctrl-C knows why.
    expect(stderr).not.toContain('error');
    expect(process.listenerCount('SIGINT')).toBe(before);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'asks nothing after %s while it prepares',
    async (signal) => {
      const server = await fakeServer();
      const folder = folderOf(server);
      emitOnceHeard(signal);
      const { exitCode, stdout } = await tryIn(folder, rows(folder));
      expect([exitCode, stdout, server.calls]).toEqual([130, '', []]);
      expect(process.listenerCount(signal)).toBe(0);
    },
  );

  it('is a failure of the disk where what it tells cannot be written', async () => {
    const server = await fakeServer();
    server.answer = undefined;
    const folder = folderOf(server);
    const screen = oneTerminal();
    const running = tryIn(folder, rows(folder), screen.others);
    const call = await server.nextCall();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    screen.others.stderr?.on('error', () => undefined).destroy(full);
    expect((await running).exitCode).toBe(5);
    expect(await call.ended).toBe('closed');
  });

  it.each([
    [3, 'key-required', (call: FakeCall) => call.fail(401), [], '1 call'],
    [4, 'budget-spent', answer, ['--budget-usd', '0.0000001'], '0 calls'],
    [1, 'server-error', (call: FakeCall) => call.fail(500), ['--set', 'retry.attempts=1'], '1 call'],
  ] as const)('exits with %i where it ends by %s', async (code, named, answers, flags, calls) => {
    const server = await fakeServer();
    server.answer = answers;
    const folder = folderOf(server);
    const { exitCode, stderr } = await tryIn(folder, [...rows(folder), ...flags]);
    expect(exitCode, stderr).toBe(code);
    expect(stderr).toContain(`[${named}]`);
    expect(stderr).toMatch(new RegExp(`^(?:stopped|failed) +${calls},`, 'mu'));
    expect(stderr.includes('  not sent\n')).toBe(calls === '0 calls');
    expect(stderr).not.toContain('pipe resume');
  });

  it('answers from recordings, and says what a request that was never recorded differs in', async () => {
    const server = await fakeServer();
    const folder = folderOf(server);
    const recording = join(folder, 'r.jsonl');
    const recorded = await tryIn(folder, [...rows(folder), '--record', recording]);
    expect(recorded.stderr).toContain('6 added');
    const asked = server.calls.length;
    const replayed = await tryIn(folder, [...rows(folder), '--replay', recording]);
    expect(replayed.stdout).toBe(recorded.stdout);
    expect(server.calls.length).toBe(asked);
    rmSync(join(folder, 'prompts/reply.hbs'));
    writeFileSync(join(folder, 'prompts/reply.hbs'), 'Write a short reply to: {{input.text}}');
    const missed = await tryIn(folder, [...rows(folder), '--replay', recording]);
    expect([missed.exitCode, missed.stdout]).toEqual([1, '']);
    expectGolden(golden('missed.txt'), steady(missed.stderr, folder));
  });
});

describe('pipe try refuses', () => {
  const none = { url: 'http://127.0.0.1:9' };
  const withoutKey = (folder: string) => {
    const text = readFileSync(join(folder, 'triage.yaml'), 'utf8').replace(/, base_url: "[^"]*"/, '');
    writeFileSync(join(folder, 'triage.yaml'), text);
  };
  const cases: readonly (readonly [string, (folder: string) => readonly string[]])[] = [
    ['no record', () => []],
    ['two ways to name one', (folder) => [...rows(folder), '--row', '1', '--key', 'a']],
    ['a row without an input', () => ['--row', '1']],
    ['an empty key without an input', () => ['--key', '']],
    ['an empty key beside a record', () => ['--input-json', '{}', '--key', '']],
    ['an input beside a record', (folder) => [...rows(folder), '--input-json', '{}']],
    ['a row that is not there', (folder) => [...rows(folder), '--row', '7']],
    ['a row that is none', (folder) => [...rows(folder), '--row', '0']],
    ['a key that is not there', (folder) => [...rows(folder), '--key', 'c']],
    [
      'a key where none are given',
      (folder) => {
        const text = readFileSync(join(folder, 'triage.yaml'), 'utf8').replace('input: {key: id}\n', '');
        writeFileSync(join(folder, 'triage.yaml'), text);
        return [...rows(folder), '--key', 'c'];
      },
    ],
    ['a step that is not there', (folder) => [...rows(folder), '--step', 'classfy']],
    ['what is no JSON', () => ['--input-json', "{'id': 1}"]],
    ['what is no object', () => ['--input-json', '[1]']],
    ['a number that JSON cannot keep', () => ['--input-json', '{"id":\n 12345678901234567890}']],
    ['an absent file', (folder) => ['--input', join(folder, 'absent.jsonl')]],
    [
      'an empty file',
      (folder) => {
        writeFileSync(join(folder, 'empty.jsonl'), '');
        return ['--input', join(folder, 'empty.jsonl')];
      },
    ],
    [
      'no key',
      (folder) => {
        withoutKey(folder);
        return rows(folder);
      },
    ],
    ['options of the simulator', (folder) => [...rows(folder), '--simulate=latncy=1s']],
    ['a recording for a simulator', (folder) => [...rows(folder), '--simulate', '--replay', 'r.jsonl']],
    ['a watch of stdin', () => ['--input', '-', '--watch']],
  ];

  it('tells each with its remedy, and calls nobody', async () => {
    let told = '';
    for (const [name, args] of cases) {
      const folder = folderOf(none);
      const { exitCode, stdout, stderr } = await tryIn(folder, args(folder));
      expect([name, exitCode, stdout]).toEqual([name, 2, '']);
      told += `# ${name}\n${steady(stderr, folder)}\n`;
    }
    expectGolden(golden('refused.txt'), told);
  });

  it.each([
    ['[invalid-utf8]', Buffer.from('{"text":"\xff"}', 'latin1')],
    ['[too-large]', Buffer.alloc(16 * 1024 * 1024 + 1, ' ')],
    ['[invalid-json]', Buffer.alloc(0)],
  ])('a record on stdin that is %s', async (code, bytes) => {
    const stdin = new PassThrough();
    stdin.end(bytes);
    const args = ['--input-json', '-', '--step', 'classify'];
    const { exitCode, stdout, stderr } = await tryIn(folderOf(none), args, { stdin: stdin as never });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(code);
  });

  it('a record on stdin that is a folder', async () => {
    const folder = folderOf(none);
    const fd = openSync(folder, 'r');
    onTestFinished(() => closeSync(fd));
    const stdin = Object.assign(new PassThrough(), { fd });
    const given = await tryIn(folder, ['--input-json', '-'], { stdin: stdin as never });
    expect(given.exitCode).toBe(2);
    expect(given.stderr).toContain('`stdin` is a folder, not a file');
  });

  it('is an object for programs, too', async () => {
    const folder = folderOf(none);
    const watched = await tryIn(folder, [...rows(folder), '--watch', '--format', 'json']);
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'refused', reason: { code: 'usage' } });
    const { exitCode, stdout } = await tryIn(folder, ['--format', 'json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'refused',
      exit_code: 2,
      reason: { code: 'missing_record' },
    });
  });

  it('a row that is broken fails as it does in a run', async () => {
    const folder = folderOf(none);
    writeFileSync(join(folder, 'rows.jsonl'), '{"id":"a","text":"\xff"}\n{"id": 1,}\n', 'latin1');
    const latin = await tryIn(folder, rows(folder));
    expect([latin.exitCode, latin.stderr.includes('[invalid-utf8]')]).toEqual([1, true]);
    const comma = await tryIn(folder, [...rows(folder), '--row', '2']);
    expect(comma.stderr).toContain('rows.jsonl:2  error  ');
  });
});
