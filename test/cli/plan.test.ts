import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EstimateReport } from '../../src/report/estimate-json.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { gallery } from '../gallery/support.ts';
import { expectGolden } from '../support/golden.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { typed } from '../support/in-process.ts';
import { command, type Commanded } from './command.ts';
import { oneTerminal } from './one-terminal.ts';

let server: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  const started = await startSimulator();
  if (!started.ok) throw new Error(started.error.message);
  server = started.value.url;
  stop = () => started.value.close();
});
afterAll(() => stop());

const tickets = `
version: 1
name: tickets
vars: { language: English }
input: { key: id }
model: { name: mistral-small-latest, temperature: 0, max_tokens: 300 }
steps:
  translate:
    type: chat
    system: You translate customer tickets to {{vars.language}}. Answer with the translation alone.
    prompt: '{{input.text}}'
  classify:
    type: structured
    prompt: 'Of what is this ticket? {{steps.translate.output}}'
    schema: { type: object, required: [topic], properties: { topic: { enum: [order, billing] } } }
    repair: 1
  reply:
    type: chat
    prompt: 'Write a friendly reply of two sentences to this ticket: {{steps.translate.output}}'
`;

const rows = [
  { id: 't1', text: 'Where is my parcel? It was due on Monday.' },
  { id: 't2', text: 'I was charged twice, please refund one.' },
  { id: 't3', text: 'Votre site est en panne ?' },
];

const assisted = `
version: 1
name: assisted
model: { name: mistral-large-latest, max_tokens: 300 }
steps:
  answer:
    type: tools
    system: Answer the question in one sentence. Use the tool for sums, and for nothing else.
    prompt: '{{input.text}}'
    max_rounds: 3
    tools:
      sum:
        description: The sum of two numbers
        parameters: { type: object, required: [a, b], properties: { a: { type: integer }, b: { type: integer } } }
        module: ./sum.mjs
  note:
    type: chat
    prompt: 'Put this into one word, whatever it is about: {{steps.answer.output}}'
`;

/** A folder with a pipeline and its rows, and the commands on it; they ask the simulator as a server of the user's own. */
function project(pipeline: string, records: readonly object[] = rows) {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('sum.mjs'), 'export default ({ a, b }) => a + b;');
  const write = (text: string) => writeFileSync(at('pipeline.yaml'), text);
  const writeRows = (items: readonly object[]) =>
    writeFileSync(at('rows.jsonl'), items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  write(pipeline);
  writeRows(records);
  const files = [at('pipeline.yaml'), '--input', at('rows.jsonl'), '--set', `model.base_url=${server}`];
  const estimate = async (...flags: readonly string[]): Promise<EstimateReport> => {
    const planned = await command(folder, ['plan', ...files, '--format', 'json', ...flags]);
    expect([planned.stderr, planned.code]).toEqual(['', 0]);
    return JSON.parse(planned.stdout) as EstimateReport;
  };
  return {
    folder,
    at,
    write,
    writeRows,
    estimate,
    plan: (...flags: readonly string[]) => command(folder, ['plan', ...files, ...flags]),
    run: async (...flags: readonly string[]): Promise<Usage> => {
      const ran = await command(folder, ['run', ...files, '--format', 'json', '--quiet', ...flags]);
      expect(ran.code, ran.stderr).toBe(0);
      return (JSON.parse(ran.stdout) as { readonly usage: Usage }).usage;
    },
  };
}

/** The numbers of a table's cell, such as `1,335–7,952`: the least and the most. */
function bounds(cell: string | undefined): readonly number[] {
  const [least = NaN, most = least] = (cell ?? '').split('–').map((part) => Number(part.replaceAll(',', '')));
  return [least, most];
}

interface Usage {
  readonly total: Row;
  readonly by_step: { readonly [step: string]: Row };
}

interface Row {
  readonly requests: number;
  readonly cached_requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

/** What an estimate has to hold of the run that comes after it. */
function expectToHold(estimate: EstimateReport, { total }: Usage): void {
  const { calls, tokens, cost_usd } = estimate;
  expect(calls.cached).toBe(total.cached_requests);
  expectWithin(total.requests, { min: calls.to_make_min, max: calls.to_make_max });
  expectWithin(total.input_tokens, { min: tokens.input_min, max: tokens.input_max });
  expectWithin(total.output_tokens, tokens.output);
  expectWithin(total.cost_usd, cost_usd);
  if (tokens.input !== null) expectNear(tokens.input, total.input_tokens);
}

function expectWithin(truth: number, { min, max }: { min: number | null; max: number | null }): void {
  expect(truth).toBeGreaterThanOrEqual(min ?? -Infinity);
  expect(truth).toBeLessThanOrEqual(max ?? Infinity);
}

/** Within 10 %. */
function expectNear(estimated: number, truth: number): void {
  expect(Math.abs(estimated / truth - 1)).toBeLessThan(0.1);
}

describe('an estimate before any run', () => {
  it.each([
    ['translate', 'rows.jsonl'],
    ['classify', 'languages.csv'],
    ['extract', 'licences.jsonl'],
    ['caption', 'images.csv'],
    ['review-chain', 'descriptions.csv'],
  ])('of %s in the gallery holds the run that follows', async (name, data) => {
    const folder = temporaryFolder();
    const files = [`${gallery}${name}.yaml`, '--input', `${gallery}data/${data}`];
    const words = [...files, '--set', `model.base_url=${server}`, '--format', 'json'];
    const planned = await command(folder, ['plan', ...words]);
    expect(readdirSync(folder)).toEqual([]);
    const estimate = JSON.parse(planned.stdout) as EstimateReport;
    const ran = await command(folder, ['run', ...words]);
    const { usage } = JSON.parse(ran.stdout) as { readonly usage: Usage };
    expectToHold(estimate, usage);
    // The first requests are known, whatever is not.
    const known = Object.entries(estimate.by_step).filter(([, { tokens }]) => tokens.input !== null);
    expect(known.length).toBeGreaterThan(0);
    for (const [id, { tokens }] of known) expectNear(tokens.input ?? 0, usage.by_step[id]?.input_tokens ?? 0);
  });

  it('says null of what nobody knows, and never 0', async () => {
    const { estimate } = project(tickets);
    const { tokens, by_step, seconds, cost_usd, calls } = await estimate();
    expect(tokens.input).toBeNull();
    expect(by_step['translate']?.tokens.input).toBeGreaterThan(0);
    expect(by_step['reply']?.tokens.input).toBeNull();
    expect(by_step['reply']?.tokens.input_min).toBeGreaterThan(0);
    expect(by_step['reply']?.tokens.input_max).toBeGreaterThan(900);
    expect(seconds).toEqual({ min: null, max: null });
    expect(cost_usd.expected).toBeNull();
    expect(cost_usd.max).toBeGreaterThan(0);
    expect(calls).toEqual({ total: 9, cached: 0, to_make: 9, to_make_min: 9, to_make_max: 12 });
  });

  it('breaks what it has reckoned with where a narrow terminal ends', async () => {
    const { folder, at } = project(tickets);
    const screen = oneTerminal(40);
    await typed(folder, ['plan', at('pipeline.yaml'), '--input', at('rows.jsonl')], screen.others);
    const [told = '', commands] = screen.seen().split('\nnext\n');
    expect(commands).toContain('pipe run');
    expect(told).toMatch(/^ +to make +cost\n/mu);
    expect(told.slice(told.indexOf('\nreckoned\n')).split('\n').length).toBeGreaterThan(10);
    expect(told.split('\n').filter((line) => line.length > 40)).toEqual([]);
  });

  it('knows the least time by the limits alone', async () => {
    const { estimate } = project(tickets);
    const { seconds } = await estimate('--set', 'limits.requests_per_minute=60');
    expect(seconds.max).toBeNull();
    expectWithin(seconds.min ?? 0, { min: 8, max: 10 });
  });

  it.each([
    ['max_tokens', tickets.replace(', max_tokens: 300', ''), 'nothing bounds the answers of'],
    [
      'a price',
      tickets.replace('mistral-small-latest', 'my-own-model'),
      'no price is known for `my-own-model`',
    ],
    ['what tools answer', assisted, '`answer` makes from 1 to 4 calls for a record'],
  ])('without %s does not know the most that it costs', async (_, pipeline, assumption) => {
    const { cost_usd, assumptions } = await project(pipeline).estimate();
    expect(cost_usd.max).toBeNull();
    expect(assumptions.join('\n')).toContain(assumption);
  });

  it('counts records that are skipped, and those that fail before a call', async () => {
    const pipeline = tickets.replace('{ key: id }', "{ key: id, when: '{{ne input.text null}}' }");
    const { estimate } = project(pipeline, [...rows, { id: 't4', text: null }, { id: 't1', text: 'again' }]);
    const { records, skipped, failing, by_step } = await estimate();
    expect({ records, skipped, failing }).toEqual({ records: 5, skipped: 1, failing: 1 });
    expect(by_step['translate']?.records).toBe(3);
  });

  it('takes the records of stdin, and those that are selected', async () => {
    const { at, folder } = project(tickets);
    const stdin = new PassThrough().end(readFileSync(at('rows.jsonl')));
    const words = ['plan', at('pipeline.yaml'), '--input', '-', '--limit', '2', '--format', 'json'];
    const planned = await command(folder, words, { stdin });
    expect((JSON.parse(planned.stdout) as EstimateReport).records).toBe(2);
  });

  it('reckons that the cache may answer a request that comes twice', async () => {
    const twice = rows.flatMap(({ id, text }) => [
      { id, text },
      { id: `${id}-again`, text },
    ]);
    const { by_step, assumptions } = await project(tickets, twice).estimate();
    expect(by_step['translate']?.calls).toMatchObject({ to_make: 6, to_make_min: 3 });
    expect(assumptions.join('\n')).toContain('3 requests repeat others');
  });
});

describe('an estimate after runs', () => {
  it('knows every answer that the cache has, and writes nothing', async () => {
    const { folder, estimate, run } = project(tickets);
    await run();
    const files = () => readdirSync(folder, { recursive: true });
    const before = files();
    const { calls, cost_usd, seconds } = await estimate();
    expect(calls).toEqual({ total: 9, cached: 9, to_make: 0, to_make_min: 0, to_make_max: 0 });
    expect(cost_usd).toEqual({ min: 0, expected: 0, max: 0 });
    expect(seconds).toEqual({ min: 0, max: 0 });
    expect((await estimate('--no-cache')).calls).toMatchObject({ cached: 0, to_make: 9 });
    expect(files()).toEqual(before);
  });

  it.each([
    ['a chain with repairs', tickets],
    ['tools', assisted],
  ])('learns from them: %s', async (_, pipeline) => {
    const { estimate, run, writeRows } = project(pipeline);
    await run();
    writeRows([
      ...rows,
      { id: 't4', text: 'The invoice of May has the wrong address, please send another one.' },
    ]);
    const planned = await estimate('--no-cache');
    expect(planned.tokens.input).not.toBeNull();
    expect(planned.cost_usd.expected).not.toBeNull();
    expect(planned.cost_usd.max).not.toBeNull();
    expect(planned.seconds.max).not.toBeNull();
    expect(planned.earlier.runs.length).toBe(1);
    expectToHold(planned, await run('--no-cache'));
  });

  it('carries known answers into the steps that read them', async () => {
    const { estimate, run, write } = project(tickets);
    await run();
    write(tickets.replace('two sentences', 'three sentences'));
    const planned = await estimate();
    expect(planned.calls).toMatchObject({ cached: 6, to_make: 3 });
    expect(planned.by_step['reply']?.tokens.input).toBeGreaterThan(0);
    expectToHold(planned, await run());
  });

  it('takes what a recording holds for known, the results of tools too', async () => {
    const { at, estimate, run } = project(assisted);
    await run('--record', at('recording.jsonl'), '--no-cache');
    const known = { total: 9, cached: 9, to_make: 0, to_make_min: 0, to_make_max: 0 };
    for (const flag of ['--record', '--replay']) {
      expect((await estimate(flag, at('recording.jsonl'))).calls).toEqual(known);
    }
    // A run that records without the cache asks all of it anew.
    const anew = await estimate('--record', at('recording.jsonl'), '--no-cache');
    expect(anew.calls).toMatchObject({ cached: 0 });
    expect(anew.calls.to_make).toBeGreaterThan(0);
    expect((await estimate('--replay', at('recording.jsonl'), '--no-cache')).calls).toEqual(known);
    // There is nothing to know of what is yet to be recorded.
    expect((await estimate('--record', at('another.jsonl'))).calls.cached).toBe(0);
  });

  it('refuses what the run would refuse', async () => {
    const { at, plan } = project(tickets);
    const refused = await plan('--record', at('a.jsonl'), '--replay', at('b.jsonl'));
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('--record asks the models and --replay asks nobody: keep one');
    expect((await plan('--record', '-')).stderr).toContain('--record wants a file of its own');
  });

  it('does not know what follows a tool from the cache alone', async () => {
    const { estimate, run } = project(assisted);
    await run();
    expect((await estimate()).calls).toMatchObject({ cached: 3, to_make: 6, to_make_min: 6 });
  });
});

describe('--against', () => {
  async function changed(change: (text: string) => string, pipeline = tickets) {
    const made = project(pipeline);
    await made.run('--run-dir', made.at('first'));
    made.write(change(pipeline));
    const { against } = await made.estimate('--against', made.at('first'));
    if (against === null) throw new Error('nothing was compared');
    const reasons = Object.entries(against.by_step).map(([id, { reasons }]) => [id, reasons]);
    return { ...made, against, reasons: Object.fromEntries(reasons) as Record<string, object> };
  }

  it('finds nothing to call again where nothing has changed', async () => {
    const { against } = await changed((text) => text);
    expect(Object.values(against.by_step).map(({ before, same }) => [before, same])).toEqual([
      [3, 3],
      [3, 3],
      [3, 3],
    ]);
    expect(against.cost_usd).toEqual({ min: 0, expected: 0, max: 0 });
  });

  it.each<[string, (text: string) => string, object]>([
    [
      'a prompt, and what depends on its answers',
      (text) => text.replace('You translate', 'You rewrite'),
      { translate: { prompt: 3 }, classify: { input: 3 }, reply: { input: 3 } },
    ],
    [
      'a variable that a prompt reads',
      (text) => text.replace('language: English', 'language: German'),
      { translate: { prompt: 3 }, classify: { input: 3 }, reply: { input: 3 } },
    ],
    [
      'a parameter of the model',
      (text) => text.replace('temperature: 0', 'temperature: 0.5'),
      {
        translate: { model: 3 },
        classify: { model: 3, input: 3 },
        reply: { model: 3, input: 3 },
      },
    ],
    [
      'a schema',
      (text) => text.replace('[order, billing]', '[order, billing, other]'),
      { translate: {}, classify: { schema: 3 }, reply: {} },
    ],
    [
      'a new step',
      (text) => `${text}  tone:\n    type: chat\n    prompt: 'Is it friendly? {{steps.reply.output}}'\n`,
      { translate: {}, classify: {}, reply: {}, tone: { 'new step': 3 } },
    ],
  ])('tells %s', async (_, change, expected) => {
    expect((await changed(change)).reasons).toEqual(expected);
  });

  it('tells a tool, and what depends on its results', async () => {
    const { reasons, against } = await changed(
      (text) => text.replace('The sum of two numbers', 'Adds two numbers up'),
      assisted,
    );
    expect(reasons).toEqual({ answer: { tools: 3 }, note: { input: 3 } });
    expect(against.by_step['answer']).toMatchObject({ before: 6, same: 0 });
    expect(against.cost_usd.expected).toBeGreaterThan(0);
  });

  it('tells records that are new, gone, or not what they were', async () => {
    const made = project(tickets);
    await made.run('--run-dir', made.at('first'));
    const [first, second] = rows;
    made.writeRows([
      first,
      { ...second, text: 'Another text.' },
      { id: 't9', text: 'A new ticket.' },
    ] as object[]);
    const { against } = await made.estimate('--against', made.at('first'));
    expect(against?.records).toEqual({ new: 1, gone: 1 });
    expect(against?.by_step['translate']).toMatchObject({
      before: 3,
      same: 1,
      recalled: { to_make: 2 },
      reasons: { input: 1, 'new record': 1 },
    });
  });

  it('is refused where the journal of the run is damaged, or has lost its end', async () => {
    const made = project(tickets);
    await made.run('--run-dir', made.at('first'));
    const journal = made.at('first/journal.jsonl');
    const text = readFileSync(journal, 'utf8');
    const lines = text.split('\n');
    for (const other of [text.replace('"ok":true', '"ok":null'), `${lines.slice(0, 4).join('\n')}\n`, '']) {
      writeFileSync(journal, other);
      const { code, stderr } = await made.plan('--against', made.at('first'));
      expect([code, stderr]).toEqual([2, expect.stringContaining('journal.jsonl is damaged')]);
    }
  });

  it('of a run that did not note what its steps were made of says so', async () => {
    const made = project(tickets);
    await made.run('--run-dir', made.at('first'));
    const path = made.at('first/run.json');
    const { steps: _, ...older } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify(older));
    made.write(tickets.replace('You translate', 'You rewrite'));
    const { against } = await made.estimate('--against', made.at('first'));
    expect(against?.by_step['translate']?.reasons).toEqual({ unknown: 3 });
  });

  it('refuses what is no run', async () => {
    const { plan, at } = project(tickets);
    writeFileSync(at('run.json'), '{');
    const told = [await plan('--against', 'nothing'), await plan('--against', at('run.json'))];
    expect(told.map(({ code }) => code)).toEqual([2, 2]);
    expect(told[0]?.stderr).toContain('there is no run `nothing`');
    expect(told[1]?.stderr).toContain('is damaged');
  });
});

describe('what is to be asked anew is not known by what another run was answered', () => {
  const gated = `
version: 1
name: gated
input: { key: id }
model: { name: mistral-small-latest, temperature: 0.7, max_tokens: 300 }
steps:
  classify:
    type: structured
    prompt: 'Is this ticket urgent? {{input.text}}'
    schema: { type: object, required: [urgent], properties: { urgent: { type: boolean } } }
  reply:
    type: chat
    when: '{{steps.classify.output.urgent}}'
    prompt: 'Write a friendly reply to this ticket: {{input.text}}'
`;
  const many = Array.from({ length: 12 }, (_, at) => ({ id: `t${at}`, text: `Ticket ${at}: where is it?` }));

  /** A run of it in runs/, and the estimates after it without and with a comparison, which tell the same but for that. */
  async function afterRun(flags: readonly string[] = [], first: readonly object[] = many) {
    const made = project(gated, first);
    const files = [made.at('pipeline.yaml'), '--input', made.at('rows.jsonl')];
    const words = ['run', ...files, '--set', `model.base_url=${server}`, '--quiet', ...flags];
    const ran = await command(made.folder, words);
    const run = join('runs', readdirSync(made.at('runs'))[0] ?? '');
    const outputs = readFileSync(made.at(`${run}/results.jsonl`), 'utf8');
    made.writeRows(many);
    const compared = async (...more: readonly string[]) => {
      const told = await made.estimate('--against', run, ...more);
      const { against } = told;
      if (against === null) throw new Error('nothing was compared');
      expect({ ...told, against: null }).toEqual(await made.estimate(...more));
      expect(against.cost_usd).toEqual(told.cost_usd);
      for (const [id, { calls, cost_usd }] of Object.entries(told.by_step)) {
        const { same, recalled, cost_usd: cost } = against.by_step[id] ?? {};
        expect(recalled).toMatchObject({
          to_make: calls.to_make,
          to_make_min: calls.to_make_min,
          to_make_max: calls.to_make_max,
        });
        expect((same ?? NaN) + (recalled?.cached ?? NaN)).toBe(calls.cached);
        expect(cost).toEqual(cost_usd);
      }
      return { ...told, against };
    };
    const reply = outputs.split('\n').filter((line) => line.includes('"urgent":true')).length;
    return { ...made, ran, run, reply, compared };
  }
  const reasonsOf = ({ against }: EstimateReport) =>
    Object.fromEntries(Object.entries(against?.by_step ?? {}).map(([id, { reasons }]) => [id, reasons]));
  const notKnown = { to_make_min: 12, to_make_max: 24, cached: 0 };

  it('but is where the cache has all of it', async () => {
    const { compared, plan, run, reply } = await afterRun();
    expect(reply).toBeGreaterThan(0);
    expect(reply).toBeLessThan(12);
    const told = await compared();
    expect(told.calls).toMatchObject({ cached: 12 + reply, to_make: 0, to_make_max: 0 });
    expect(told.against.by_step['reply']).toMatchObject({ before: reply, same: reply, reasons: {} });
    expect((await plan('--against', run)).stdout).toContain('no call of that run is made again');
  });

  it.each([[['--no-cache']], [['--set', 'cache=false']]])('where nothing is cached: %j', async (flags) => {
    const { compared, plan, run } = await afterRun();
    const told = await compared(...flags);
    expect(told.calls).toMatchObject(notKnown);
    expect(reasonsOf(told)).toEqual({ classify: { 'not cached': 12 }, reply: { input: 12 } });
    const { stdout } = await plan('--against', run, ...flags);
    expect(stdout).not.toContain('no call of that run is made again');
    const most = String((told.cost_usd.max ?? NaN) * 0.99);
    expect((await plan('--against', run, ...flags, '--max-usd', most)).code).toBe(4);
  });

  it('where one step is not cached', async () => {
    const { compared, reply } = await afterRun();
    const later = await compared('--set', 'steps.reply.cache=false');
    expect(later.calls).toMatchObject({ cached: 12, to_make_min: reply, to_make_max: reply });
    expect(reasonsOf(later)).toEqual({ classify: {}, reply: { 'not cached': reply } });
    const first = await compared('--set', 'steps.classify.cache=false');
    expect(first.calls).toMatchObject(notKnown);
    expect(reasonsOf(first)).toEqual({ classify: { 'not cached': 12 }, reply: { input: 12 } });
  });

  it('where the simulator has made it up, which is kept in no cache', async () => {
    const { compared } = await afterRun(['--simulate=']);
    const told = await compared();
    expect(told.calls).toMatchObject(notKnown);
    expect(reasonsOf(told)).toEqual({ classify: { 'not cached': 12 }, reply: { input: 12 } });
  });

  it('where the run did not come to its end', async () => {
    const faulty = many.map(({ id, text }, at) => (at === 5 ? { id } : { id, text }));
    const { ran, compared, plan, run } = await afterRun(['--fail-fast', '--concurrency', '1'], faulty);
    expect(ran.code).toBe(1);
    const told = await compared();
    const { before = NaN, same } = told.against.by_step['classify'] ?? {};
    expect(same).toBe(before);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(12);
    const classified = told.by_step['classify']?.calls;
    expect(classified).toMatchObject({ cached: before, to_make_min: 12 - before, to_make_max: 12 - before });
    expect(told.by_step['reply']?.calls.to_make_max).toBe(12 - before);
    expect((await compared('--no-cache')).calls).toMatchObject(notKnown);
    expect((await plan('--against', run)).stdout).not.toContain('no call of that run is made again');
  });

  it('where a prompt is another', async () => {
    const { compared, write, reply } = await afterRun();
    write(gated.replace('friendly reply', 'brief reply'));
    const later = await compared();
    expect(later.calls).toMatchObject({ cached: 12, to_make_min: reply, to_make_max: reply });
    expect(reasonsOf(later)).toEqual({ classify: {}, reply: { prompt: reply } });
    const anew = await compared('--no-cache');
    expect(anew.calls).toMatchObject(notKnown);
    expect(reasonsOf(anew)).toEqual({ classify: { 'not cached': 12 }, reply: { prompt: 12, input: 12 } });
    write(gated.replace('Is this ticket', 'Tell whether this ticket is'));
    const first = await compared();
    expect(first.calls).toMatchObject(notKnown);
    expect(reasonsOf(first)).toEqual({ classify: { prompt: 12 }, reply: { input: 12 } });
  });

  it('but is where a recording has it', async () => {
    const { compared, at, reply } = await afterRun(['--record', 'recording.jsonl']);
    const told = await compared('--no-cache', '--replay', at('recording.jsonl'));
    expect(told.calls).toMatchObject({ cached: 12 + reply, to_make: 0, to_make_max: 0 });
  });

  it('where a tool is run again, whatever it said', async () => {
    const { at, run, estimate } = project(assisted);
    await run('--run-dir', at('first'));
    const { calls, by_step, against } = await estimate('--against', 'first');
    expect(calls).toMatchObject({ cached: 3, to_make_min: 6 });
    expect(against?.by_step['answer']).toMatchObject({ before: 6, same: 3, reasons: { input: 3 } });
    expect(against?.by_step['note']).toMatchObject({ before: 3, same: 0, reasons: { input: 3 } });
    expect(against?.by_step['answer']?.recalled?.to_make).toBe(by_step['answer']?.calls.to_make);
  });
});

describe('what has changed and what there is', () => {
  it('names the files that have changed since the run', async () => {
    const { at, write, run, plan, estimate } = project(tickets);
    mkdirSync(at('prompts'));
    writeFileSync(at('prompts/tone.hbs'), 'Be friendly.');
    writeFileSync(at('prompts/same.hbs'), 'Be brief.');
    const partial = tickets
      .replace('vars:', 'partials: ./prompts\nvars:')
      .replace('Write a', '{{> tone}} {{> same}} Write a');
    write(partial);
    await run('--run-dir', at('first'));
    expect((await estimate('--against', 'first')).against?.files).toEqual([]);
    writeFileSync(at('prompts/tone.hbs'), 'Be kind.');
    expect((await estimate('--against', 'first')).against?.files).toEqual(['prompts/tone.hbs']);
    write(`${partial}# edited\n`);
    expect((await plan('--against', 'first')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '`pipeline.yaml`, `prompts/tone.hbs` changed',
    );
  });

  it('says that simulated runs tell nothing', async () => {
    const { run, estimate } = project(tickets);
    await run('--simulate=');
    const { assumptions } = await estimate();
    expect(assumptions.join()).toContain(
      'no run of tickets in runs/ tells how long answers are (1 run there: simulated',
    );
  });
});

describe('--max-usd', () => {
  it.each<[string, string, string, number, string]>([
    ['lets pass what costs less at most', tickets, '1', 0, ''],
    ['stops what may cost more', tickets, '0.001', 4, 'the run may cost up to'],
    ['stops what nobody knows', tickets.replace(', max_tokens: 300', ''), '1', 4, 'is not known'],
  ])('%s', async (_, pipeline, most, code, words) => {
    const told = await project(pipeline).plan('--max-usd', most, '--format', 'json');
    expect(told.code).toBe(code);
    expect(told.stderr).toContain(words);
    // The numbers are there for whoever reads them, whatever the gate says.
    expect(JSON.parse(told.stdout)).toHaveProperty('cost_usd');
  });

  it('goes on to a run that ends when that is spent', async () => {
    const { at, plan } = project(tickets);
    const told = await plan('--max-usd', '0.001');
    expect(told.code).toBe(4);
    expect(told.stdout).toContain('--budget-usd 0.001\n    runs it until $0.001 is spent\n');
    writeFileSync(at('rows.jsonl'), `{}\n${readFileSync(at('rows.jsonl'), 'utf8')}`);
    const without = await plan('--max-usd', '0.001');
    expect(without.stdout).toContain('--budget-usd 0.001\n    runs the others until $0.001 is spent\n');
  });

  it.each<[string, string, string, string]>([
    [
      'that does not pay for one call',
      tickets,
      '0.0003',
      '`pipe run --budget-usd 0.0003` would stop before its first call, for which $0.000334 or more has to be set',
    ],
    ['that nothing bounds', tickets.replace(', max_tokens: 300', ''), '1', 'stands under `reckoned`'],
    ['without a price', tickets.replace('-small-latest', '-x'), '1', 'stands under `reckoned`'],
  ])('offers no run %s', async (_, pipeline, most, hint) => {
    const told = await project(pipeline).plan('--max-usd', most);
    expect(told.code).toBe(4);
    expect(told.stdout).not.toMatch(/^next$|budget/m);
    expect(told.stderr.replaceAll(/\s+/g, ' ')).toContain(hint);
  });

  it.each(['0', '-1', 'cheap', ''])('is a number above 0, not %j', async (most) => {
    const told = await project(tickets).plan('--max-usd', most);
    expect(told.code).toBe(2);
    expect(told.stderr).toContain('US dollars');
  });
});

describe('what is refused', () => {
  it.each<[string, string, string]>([
    ['a pipeline with a mistake', 'steps: 1', 'steps'],
    ['a pipeline that is empty', '', 'empty'],
    ['an unknown key', tickets.replace('prompt:', 'promt:'), 'did you mean `prompt`?'],
  ])('%s', async (_, pipeline, words) => {
    const told = await project(pipeline).plan();
    expect(told).toMatchObject({ code: 2, stdout: '' });
    expect(told.stderr).toContain(words);
  });

  it.each<[string, string, string]>([
    ['an input that is not there', 'absent.jsonl', 'absent.jsonl'],
    ['a recording that is not there', 'rows.jsonl --replay absent.jsonl', 'absent.jsonl'],
    ['a recording that is none', 'rows.jsonl --replay rows.jsonl', 'rows.jsonl'],
  ])('%s', async (_, words, told) => {
    const { at, folder } = project(tickets);
    const [input = '', flag, value = ''] = words.split(' ');
    const flags = flag === undefined ? [] : [flag, at(value)];
    const refused = await command(folder, ['plan', at('pipeline.yaml'), '--input', at(input), ...flags]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(told);
  });

  it('an input that breaks off', async () => {
    const { at, folder } = project(tickets);
    writeFileSync(at('rows.json'), '[{"id": "t1", "text": "one"}, {"id"');
    const told = await command(folder, ['plan', at('pipeline.yaml'), '--input', at('rows.json')]);
    expect(told).toMatchObject({ code: 2, stdout: '' });
    expect(told.stderr).toContain('rows.json');
  });

  it('no damaged row: its record would fail, and counts so', async () => {
    const { at, estimate } = project(tickets);
    writeFileSync(
      at('rows.jsonl'),
      `{"id": "t1", "text": "one"}\nno JSON\n{"id": "t2", "text": "${'long '.repeat(50_000)}"}\n`,
    );
    const { records, failing, by_step } = await estimate();
    expect({ records, failing }).toEqual({ records: 3, failing: 1 });
    expectNear(by_step['translate']?.tokens.input ?? 0, 50_050);
  });

  it('ends at once when it is interrupted, whatever it waits for', async () => {
    const { at, folder } = project(tickets);
    const stdin = new PassThrough();
    stdin.write('{"id": "t1", "text": "one"}\n');
    const planned = command(folder, ['plan', at('pipeline.yaml'), '--input', '-'], { stdin });
    const listening = async (): Promise<void> => {
      while (process.listenerCount('SIGINT') === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await listening();
    process.emit('SIGINT');
    expect(await planned).toMatchObject({ code: 130, stdout: '' });
    stdin.destroy();
  });
});

describe('what is printed', () => {
  const golden = (name: string) => join(root, 'test/cli/golden/plan', name);
  /** Without what differs from machine to machine, and from time to time. */
  const steady = ({ stdout }: Commanded, folder: string) =>
    stdout
      .replaceAll(folder, '<folder>')
      .replaceAll(server, '<server>')
      .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{4}/g, '<time>')
      .replace(/("seconds": \{\s+"min": )[\d.]+(,\s+"max": )[\d.]+/, '$10.1$20.1')
      .replace(/^(time +)(?:from .* to .*|[1-9][\d.]* m?s)$/m, '$1from 1 ms to 2 ms');

  it('before any run, as text and as JSON', async () => {
    const { plan, folder } = project(tickets);
    const text = await plan();
    expect(text.stdout.split('\n').filter((line) => line.length > 80 && !line.includes(folder))).toEqual([]);
    expectGolden(golden('first.txt'), steady(text, folder));
    expectGolden(golden('first.json'), steady(await plan('--format', 'json'), folder));
  });

  it('after a run, against which a prompt has changed', async () => {
    const { plan, run, write, folder } = project(tickets);
    await run('--run-dir', join(folder, 'first'));
    write(tickets.replace('You translate', 'You rewrite'));
    const text = await plan('--against', 'first');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expectGolden(golden('against.txt'), steady(text, folder));
    expectGolden(
      golden('against.json'),
      steady(await plan('--against', 'first', '--format', 'json'), folder),
    );
  });

  it('after a run, all of which is asked anew', async () => {
    const { plan, run, folder } = project(tickets);
    await run('--run-dir', join(folder, 'first'));
    const text = await plan('--against', 'first', '--no-cache');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expectGolden(golden('anew.txt'), steady(text, folder));
  });

  it('adds up, and tells a range where what is expected is no good to the margin', async () => {
    const { plan, write } = project(tickets);
    const cells = ({ stdout }: Commanded) =>
      [...stdout.matchAll(/^(translate|classify|reply|all steps) .*$/gmu)].map(([line]) =>
        line.slice('all steps'.length).trim().split(/ +/),
      );
    for (const column of [1, 2, 3]) {
      const told = cells(await plan()).map((row) => bounds(row[column]));
      const sum = (at: number) => told.slice(0, -1).reduce((all, row) => all + (row[at] ?? NaN), 0);
      expect(told.at(-1)).toEqual([sum(0), sum(1)]);
    }
    // A schema that may count as input, known requests or not.
    write(tickets.replace('{{steps.translate.output}}', '{{input.text}}'));
    const known = await plan();
    expect(cells(known)[1]?.[2]).toMatch(/^\d+–[\d,]+$/);
    expect(known.stdout).toContain('the schema of `classify` may count as input or not: up to 72 tokens');
    write(
      tickets
        .replaceAll('{{steps.translate.output}}', '{{input.text}}')
        .replace(/  classify:[^]*?  reply/u, '  reply'),
    );
    expect(cells(await plan()).map((row) => row[2])).toEqual(['82', '69', '151']);
  });

  it('of no records', async () => {
    const { plan, folder } = project(tickets, [{ id: 't1', text: 'Where is it?' }]);
    const text = await plan('--offset', '1');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expectGolden(golden('nothing.txt'), steady(text, folder));
  });
});
