import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { checkOutput } from '../../src/cli/output.ts';
import { openRows, type Rows } from '../../src/cli/rows.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { RecordSource } from '../../src/records/open.ts';
import type { RunEvent, RunFinished } from '../../src/run/events.ts';
import type { RunResults } from '../../src/run/results.ts';
import { plan, step } from '../run/support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writtenTo } from '../support/written-to.ts';

const row = (index: number) => ({ index, key: `#${index}`, output: { row: index } });
const kept: RunEvent = { type: 'record_kept', sequence: 0, index: 0, outcome: 'succeeded' };
const finished = { type: 'run_finished', state: 'completed' } as RunFinished;

/** A run of two rows, of which the first is kept and the second comes at the end. */
const results: RunResults = {
  async *results() {
    yield row(0);
    yield row(1);
  },
  inOrder: () => ({
    async *take({ type }) {
      if (type === 'record_kept') yield row(0);
      if (type === 'run_finished') yield row(1);
    },
    close: async () => {},
  }),
};

interface Given {
  readonly interrupts: { readonly drain: AbortSignal; readonly end: AbortSignal };
  readonly env: NodeJS.ProcessEnv;
  readonly run: RunResults;
}

const patient = { drain: new AbortController().signal, end: new AbortController().signal };

async function rowsTo(
  path: string,
  stdout = new PassThrough(),
  { interrupts = patient, env = {}, run = results }: Partial<Given> = {},
): Promise<Rows> {
  const output = await checkOutput(path, '-');
  if (!output.ok) throw new Error(output.error.message);
  const terminal = { stdout, env } as unknown as Terminal;
  return openRows({
    terminal,
    interrupts,
    output: output.value,
    results: run,
    plan: plan([step('one')]),
    source: {} as RecordSource,
  });
}

it('are on stdout as soon as their turn comes, those of earlier sessions too', async () => {
  const stdout = new PassThrough();
  const rows = await rowsTo('-', stdout);
  expect(await rows.on(kept, expect.unreachable)).toBeUndefined();
  expect(writtenTo(stdout)).toBe('{"row":0}\n');
  await rows.on(finished, expect.unreachable);
  expect(writtenTo(stdout)).toBe('{"row":1}\n');
  await rows.close();
});

it.each(['CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION'])(
  'hold no command for the runner in whose log they end, but the same values, where %s is set',
  async (name) => {
    const output = { text: '##vso[task.setvariable]##[error]\u001b[2J' };
    const run: RunResults = { ...results, inOrder: () => ({ ...results.inOrder(), take: one }) };
    async function* one() {
      yield { ...row(0), output };
    }
    const stdout = new PassThrough();
    const rows = await rowsTo('-', stdout, { env: { [name]: 'true' }, run });
    await rows.on(kept, expect.unreachable);
    const text = writtenTo(stdout);
    expect(text).not.toMatch(/##\w*\[/);
    expect(JSON.parse(text)).toEqual(output);
  },
);

it('wait for a slow reader of stdout until the run is interrupted, and at its end until it has had the time', async () => {
  const stdout = new PassThrough({ highWaterMark: 1 });
  stdout.write('{"before":0}\n');
  const [drain, end] = [new AbortController(), new AbortController()];
  const rows = await rowsTo('-', stdout, { interrupts: { drain: drain.signal, end: end.signal } });
  const ended: string[] = [];
  const first = Promise.resolve(rows.on(kept, expect.unreachable)).then(() => ended.push('kept'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toEqual([]);
  drain.abort();
  await first;
  const last = Promise.resolve(rows.on(finished, expect.unreachable)).then(() => ended.push('finished'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toEqual(['kept']);
  end.abort();
  await last;
  expect(ended).toEqual(['kept', 'finished']);
});

it('are not gathered in memory for a reader who takes nothing once the run is interrupted', async () => {
  const stdout = new PassThrough({ highWaterMark: 1 });
  stdout.write('{"before":0}\n');
  const rows = await rowsTo('-', stdout, { interrupts: { ...patient, drain: AbortSignal.abort() } });
  await rows.on(kept, expect.unreachable);
  expect(writtenTo(stdout)).toBe('{"before":0}\n');
});

it('say at the end that some were left out, whoever has read what was given by then', async () => {
  const stdout = new PassThrough({ highWaterMark: 1 });
  stdout.write('{"before":0}\n');
  const aborted = AbortSignal.abort();
  const rows = await rowsTo('-', stdout, { interrupts: { drain: aborted, end: aborted } });
  expect(await rows.on(kept, expect.unreachable)).toBeUndefined();
  const last = rows.on(finished, expect.unreachable);
  stdout.resume();
  expect(await last).toBe('unread');
});

it('are in their file also where something that cannot be removed is called as they were before their end', async () => {
  const path = join(temporaryFolder(), 'out.jsonl');
  mkdirSync(`${path}.partial`);
  const rows = await rowsTo(path);
  const warned: string[] = [];
  expect(await rows.on(finished, (sentence) => warned.push(sentence))).toBeUndefined();
  expect(readFileSync(path, 'utf8')).toBe('{"row":0}\n{"row":1}\n');
  expect(warned).toEqual([
    expect.stringContaining('out.jsonl.partial` is no part of this run, and could not be removed'),
  ]);
});

it('are put in the place of a link that stands where those of an interrupted run go, and not behind it', async () => {
  const path = join(temporaryFolder(), 'out.jsonl');
  const behind = join(temporaryFolder(), 'notes.txt');
  writeFileSync(behind, 'mine\n');
  symlinkSync(behind, `${path}.partial`);
  const rows = await rowsTo(path);
  const interrupted = { ...finished, state: 'interrupted' } as RunFinished;
  expect(await rows.on(interrupted, expect.unreachable)).toBeUndefined();
  expect(readFileSync(behind, 'utf8')).toBe('mine\n');
  expect(readFileSync(`${path}.partial`, 'utf8')).toBe('{"row":0}\n{"row":1}\n');
});
