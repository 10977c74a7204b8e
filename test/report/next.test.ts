import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectFailures } from '../../src/report/failures.ts';
import { nextOf, type Next, type NextInput } from '../../src/report/next.ts';
import { outputUnwritable } from '../../src/report/paths.ts';
import type { StopReason } from '../../src/run/events.ts';
import type { Counts, UsageReport } from '../../src/run/totals.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { failed } from './samples.ts';

const stop = (kind: StopReason['kind'], code: string = kind): StopReason => ({ kind, code, message: 'no' });

/** So many records that failed in a step, that were at fault themselves, whose step had nothing to send, and that were cut off. */
const failuresOf = (inSteps: number, ofRows: number, unsent: number, cut: number) => {
  const failures = collectFailures();
  for (let index = 0; index < cut; index += 1) failures.add(failed(index, { code: 'cut_answer' }));
  for (let index = 0; index < unsent; index += 1) failures.add(failed(index, { code: 'empty_prompt' }));
  for (let index = 0; index < inSteps; index += 1) failures.add(failed(index));
  for (let index = 0; index < ofRows; index += 1) failures.add(failed(index, {}, { step: null }));
  return failures;
};

interface End {
  readonly failedInSteps?: number;
  readonly rowsAtFault?: number;
  readonly unsent?: number;
  readonly cut?: number;
  readonly pending?: number;
  readonly reason?: StopReason;
  readonly total?: number | null;
  readonly folder?: string;
  readonly inputPath?: string;
  readonly budget?: NextInput['finished']['budget'];
  /** Of each step: the records that came to it, the dollars that this took, the requests (as many as records), and those unmetered. */
  readonly asked?: { readonly [step: string]: readonly [number, number, number?, number?] };
  readonly unwritten?: NextInput['finished']['unwritten'];
  readonly outputPath?: string;
  readonly command?: string;
  readonly anew?: NextInput['anew'];
}

function usageOf(asked: NonNullable<End['asked']>): UsageReport {
  const row = (records: number, cost_usd: number, requests = records, unmetered_requests = 0) => {
    return { ...zeroUsage, records, cost_usd, requests, unmetered_requests };
  };
  const rows = Object.entries(asked).map(([step, given]) => [step, row(...given)] as const);
  return { total: row(0, 0), by_step: Object.fromEntries(rows), by_model: {} };
}

function nextAfter(end: End): Next | undefined {
  const { failedInSteps = 0, rowsAtFault = 0, unsent = 0, cut = 0 } = end;
  const { pending = 0, reason, total = 20000, budget, asked = {} } = end;
  const failed = failedInSteps + rowsAtFault + unsent + cut;
  const counts: Counts = { total: 20000, succeeded: 20000 - failed - pending, failed, skipped: 0, pending };
  return nextOf({
    started: { total, folder: end.folder ?? 'runs/r' },
    finished: {
      state: reason === undefined ? 'completed' : reason.kind === 'interrupted' ? 'interrupted' : 'stopped',
      counts,
      usage: usageOf(asked),
      ...(reason !== undefined && { reason }),
      ...(budget !== undefined && { budget }),
      ...(end.unwritten !== undefined && { unwritten: end.unwritten }),
    },
    failures: failuresOf(failedInSteps, rowsAtFault, unsent, cut),
    inputPath: end.inputPath ?? 'rows.csv',
    ...(end.outputPath !== undefined && { outputPath: end.outputPath }),
    ...(end.command !== undefined && { command: end.command }),
    ...(end.anew !== undefined && { anew: end.anew }),
  });
}

const interrupted = stop('interrupted');

describe('what to do next', () => {
  it.each<[string, End]>([
    ['success', {}],
    ['a stop that came with the last record', { reason: stop('failures') }],
  ])('is nothing after %s', (_, end) => {
    expect(nextAfter(end)).toBeUndefined();
  });

  it('is nothing after a stop where the folder has gone', () => {
    const unwritten = { files: ['run.json'], gone: false };
    expect(nextAfter({ pending: 20, reason: stop('local'), unwritten })).toBeDefined();
    const gone = { ...unwritten, gone: true };
    expect(nextAfter({ pending: 20, reason: stop('local'), unwritten: gone })).toBeUndefined();
  });

  it('is nothing without a folder, and nothing without a beginning', () => {
    const finished = {
      state: 'interrupted',
      counts: { total: 2, succeeded: 0, failed: 1, skipped: 0, pending: 1 },
      usage: usageOf({}),
    } as const;
    const failures = failuresOf(1, 0, 0, 0);
    expect(nextOf({ started: { total: 2 }, finished, failures, inputPath: 'r' })).toBeUndefined();
    expect(nextOf({ started: undefined, finished, failures, inputPath: 'r' })).toBeUndefined();
  });

  it.each<[string, End, string]>([
    ['a failed record', { failedInSteps: 1 }, 'runs the failed record again'],
    ['failed records', { failedInSteps: 12 }, 'runs the 12 failed records again'],
    [
      'failed records, some of them by their own fault',
      { failedInSteps: 9, rowsAtFault: 1, unsent: 2 },
      'runs the 12 failed records again; 3 rows fail alike until they, or the pipeline, are corrected',
    ],
    ['an interrupt', { pending: 8000, reason: interrupted }, 'goes on with the 8,000 pending records'],
    ['an interrupt at the end', { pending: 1, reason: interrupted }, 'goes on with the pending record'],
    [
      'an interrupt and failed records',
      { pending: 8000, failedInSteps: 12, reason: interrupted },
      'goes on with the 8,000 pending records and runs the 12 failed ones again',
    ],
    [
      'an interrupt and a row at fault',
      { pending: 8000, rowsAtFault: 1, reason: interrupted },
      'goes on with the 8,000 pending records; 1 row is at fault itself and will fail again',
    ],
    [
      'too many failures',
      { pending: 10, failedInSteps: 3, reason: stop('failures') },
      'goes on with the 10 pending records and runs the 3 failed ones again',
    ],
    [
      'an input whose length nobody knows',
      { pending: 4, total: null, reason: interrupted },
      'goes on with the 4 pending records and the rest of the input',
    ],
    [
      'an input that broke off',
      { total: null, reason: stop('input') },
      'goes on with the rest of the input, once the reason is gone',
    ],
    [
      'a stop by the provider',
      { pending: 20, reason: stop('provider') },
      'goes on with the 20 pending records, once the reason is gone',
    ],
    [
      'a full disk',
      { pending: 20, reason: stop('local') },
      'goes on with the 20 pending records, once the reason is gone',
    ],
    [
      'a disk that was full at the end',
      { reason: stop('local') },
      'writes what could not be written, once the reason is gone',
    ],
    [
      'rows that could not be put where they were wanted',
      { reason: stop('local', outputUnwritable) },
      'writes what could not be written, once the reason is gone',
    ],
    [
      'a budget that nothing is told of',
      { pending: 20, reason: stop('budget') },
      'goes on with the 20 pending records',
    ],
  ])('is to resume after %s', (_, end, effect) => {
    expect(nextAfter(end)).toEqual({ command: ['pipe resume', 'runs/r'], effect });
  });

  it.each<[string, NonNullable<End['budget']>, readonly string[]]>([
    ['dollars', { usd: { limit: 5, spent: 4.9, wanted: 0.6 }, tokens: null }, ['--budget-usd 11']],
    // Bare doubles make more than 0.3 of it.
    ['cents', { usd: { limit: 0.14, spent: 0.1, wanted: 0.05 }, tokens: null }, ['--budget-usd 0.3']],
    [
      'far too little for the first call',
      { usd: { limit: 1e-7, spent: 0, wanted: 0.00022645 }, tokens: null },
      ['--budget-usd 0.00046'],
    ],
    [
      'less than a millionth of a dollar',
      { usd: { limit: 1e-9, spent: 0, wanted: 3e-9 }, tokens: null },
      ['--budget-usd 0.000000006'],
    ],
    [
      'tokens',
      { usd: null, tokens: { limit: 2e6, spent: 1_999_000, wanted: 12_000 } },
      ['--set budget.tokens=4100000'],
    ],
    ['few tokens', { usd: null, tokens: { limit: 2, spent: 0, wanted: 3 } }, ['--set budget.tokens=6']],
    [
      'the one that was too small',
      { usd: { limit: 5, spent: 1, wanted: 0.1 }, tokens: { limit: 10, spent: 4, wanted: 7 } },
      ['--set budget.tokens=22'],
    ],
    [
      'both',
      {
        usd: { limit: 5000, spent: 4999, wanted: 501 },
        tokens: { limit: 2e6, spent: 2e6, wanted: 1 },
      },
      ['--budget-usd 11000', '--set budget.tokens=4100000'],
    ],
  ])('is to resume with more when the budget is spent: %s', (_, budget, flags) => {
    expect(nextAfter({ pending: 8000, reason: stop('budget'), budget })).toEqual({
      command: ['pipe resume', 'runs/r', ...flags],
      effect: 'goes on with the 8,000 pending records, with a larger budget',
    });
  });

  it.each<[string, Partial<End>, string]>([
    ['a tenth was asked for', { pending: 18_000, asked: { one: [2000, 4.9] } }, '--budget-usd 55'],
    ['few were', { pending: 19_980, asked: { one: [20, 4.9] } }, '--budget-usd 5400'],
    [
      'more are under way than have ended',
      { pending: 19_980, asked: { one: [200, 4], two: [45, 0.9] } },
      '--budget-usd 890',
    ],
    [
      'many were refused, and each of the others took some requests',
      { pending: 19_980, asked: { one: [600, 4, 200], two: [45, 0.9, 130] } },
      '--budget-usd 890',
    ],
    [
      'usage never came of some that were made again',
      { pending: 19_900, asked: { one: [160, 4.9, 250, 60] } },
      '--budget-usd 1100',
    ],
    [
      'usage never came, and few have ended',
      { pending: 19_990, asked: { one: [160, 4.9, 250, 60] } },
      '--budget-usd 680',
    ],
    [
      'few came to a step',
      { pending: 18_000, asked: { one: [2000, 4], rare: [20, 0.9] } },
      '--budget-usd 55',
    ],
    ['none has ended', { pending: 20_000, asked: { one: [64, 4.9] } }, '--budget-usd 1700'],
    ['nothing was used', { pending: 20_000 }, '--budget-usd 11'],
    [
      'nobody knows how many there are',
      { pending: 18_000, total: null, asked: { one: [2000, 4.9] } },
      '--budget-usd 11',
    ],
  ])('reckons the budget of all records from those that were asked for: %s', (_, end, flag) => {
    const budget = { usd: { limit: 5, spent: 4.9, wanted: 0.6 }, tokens: null };
    expect(nextAfter({ ...end, reason: stop('budget'), budget })?.command.at(-1)).toBe(flag);
  });

  it('says who reckons a budget of which nothing is known yet', () => {
    const budget = { usd: { limit: 1e-4, spent: 0, wanted: 2e-4 }, tokens: null };
    expect(nextAfter({ pending: 20_000, reason: stop('budget'), budget })?.effect).toBe(
      'goes on with the 20,000 pending records, with a larger budget; no record has ended yet: `pipe plan` reckons what all of them take',
    );
  });

  it('is a resume where no more of the input is wanted', () => {
    const anew = { otherModel: { command: [], effect: '' }, wholeInput: () => ['pipe run p.yaml'] };
    expect(nextAfter({ total: null, failedInSteps: 3, anew })?.command).toEqual(['pipe resume', 'runs/r']);
    const unwritten = { total: null, reason: stop('local', outputUnwritable) };
    expect(nextAfter(unwritten)).toEqual({
      command: ['pipe resume', 'runs/r'],
      effect: 'writes what could not be written, once the reason is gone',
    });
  });

  it('is a resume where nobody read the rows to their end', () => {
    const unread = { total: null, reason: stop('interrupted', 'output_unread'), outputPath: '-' };
    expect(nextAfter(unread)).toEqual({
      command: ['pipe resume', 'runs/r', '--output -'],
      effect: 'writes the rows to stdout again',
    });
    const { outputPath: _, ...streamed } = unread;
    expect(nextAfter(streamed)).toBeUndefined();
  });

  it('writes rows to stdout where the run did, and to a file without being told', () => {
    const commandTo = (outputPath: string) =>
      nextAfter({ pending: 1, reason: interrupted, outputPath })?.command;
    expect(commandTo('-')).toEqual(['pipe resume', 'runs/r', '--output -']);
    expect(commandTo('out.csv')).toEqual(['pipe resume', 'runs/r']);
  });

  /** The run that takes an input that comes once from its beginning. */
  const whole = ['pipe run p.yaml', '--budget-usd 5', '--set budget.tokens=10', '--quiet', '--locked'];

  it.each<[string, Partial<End>, Next]>([
    [
      'a larger budget in place of the first',
      {
        reason: stop('budget'),
        budget: { usd: { limit: 5, spent: 5, wanted: 1 }, tokens: { limit: 10, spent: 4, wanted: 7 } },
      },
      {
        command: [
          'pipe run p.yaml',
          '--quiet',
          '--locked',
          '--run-dir runs/r',
          '--budget-usd 12',
          '--set budget.tokens=22',
        ],
        effect:
          'goes on with the rest of the input, given the whole input from its beginning, with a larger budget',
      },
    ],
    [
      'an outage that is over',
      { reason: stop('provider') },
      {
        command: [...whole, '--run-dir runs/r'],
        effect:
          'goes on with the rest of the input, given the whole input from its beginning, once the reason is gone',
      },
    ],
    [
      'no lock',
      { reason: stop('provider', 'model_moved') },
      {
        command: [
          'pipe run p.yaml',
          '--budget-usd 5',
          '--set budget.tokens=10',
          '--quiet',
          '--run-dir runs/r',
        ],
        effect:
          'goes on with the rest of the input, given the whole input from its beginning, whichever model answers',
      },
    ],
    [
      'the same input, where it was another',
      { reason: stop('input', 'input_changed') },
      {
        command: [...whole, '--run-dir runs/r'],
        effect: 'goes on with the rest of the input, given the whole input from its beginning',
      },
    ],
    [
      'what is not at fault',
      { reason: stop('input', 'input_broken') },
      {
        command: [...whole, '--run-dir runs/r'],
        effect:
          'goes on with the rest of the input, given the whole input from its beginning, if it was cut off; if it has to be corrected, run the corrected one into another folder',
      },
    ],
  ])('where only a part of the input was kept is to run with all of it, and %s', (_, end, next) => {
    const anew = {
      otherModel: { command: [], effect: '' },
      wholeInput: (folder: string) => [...whole, `--run-dir ${folder}`],
    };
    expect(nextAfter({ total: null, inputPath: '-', anew, ...end })).toEqual(next);
  });

  it('is to resume with what lets the refused call go, said in at most two digits', () => {
    const billionths = fc.integer({ min: 1, max: 1e15 });
    fc.assert(
      fc.property(billionths, billionths, (spent, wanted) => {
        const usd = { limit: 1e-9, spent: spent / 1e9, wanted: wanted / 1e9 };
        const end = { pending: 1, reason: stop('budget'), budget: { usd, tokens: null } };
        const flag = nextAfter(end)?.command.at(-1) ?? '';
        const [, number = ''] = /^--budget-usd (\d+(?:\.\d+)?)$/.exec(flag) ?? [];
        expect(number.replaceAll(/^[0.]+|0+(?=\.)|\.|0+$/g, '').length).toBeLessThanOrEqual(2);
        const least = 2 * (spent + wanted);
        expect(Math.round(Number(number) * 1e9)).toBeGreaterThanOrEqual(least);
        expect(Math.round(Number(number) * 1e9)).toBeLessThan(least * 1.1 + 1);
      }),
    );
  });

  it.each([
    ['tool_not_ready', 'install or correct the tool', 'the tool is installed or corrected'],
    ['redirected', 'correct `model.base_url`', '`model.base_url` is corrected'],
    ['key_required', 'set `model.api_key_env`', '`model.api_key_env` is set'],
  ])('is to resume by force where the file has to be corrected: %s', (code, mend, mended) => {
    expect(nextAfter({ pending: 20, reason: stop('provider', code) })).toEqual({
      command: ['pipe resume', 'runs/r', '--force'],
      effect: `goes on with the 20 pending records, once ${mended}`,
    });
    const wholeInput = () => ['pipe run p.yaml', '--run-dir runs/r'];
    const anew = { otherModel: { command: [], effect: '' }, wholeInput };
    expect(nextAfter({ pending: 20, reason: stop('provider', code), anew })).toEqual({
      command: [],
      effect: `${mend}, and run the whole input into another folder`,
    });
  });

  it('asks for no larger budget where that is not what stopped the run', () => {
    const budget = { usd: { limit: 5, spent: 4.9, wanted: 1 }, tokens: null };
    expect(nextAfter({ pending: 1, reason: interrupted, budget })?.command).toEqual([
      'pipe resume',
      'runs/r',
    ]);
  });

  it.each<[End, readonly string[], string]>([
    [
      { rowsAtFault: 3 },
      ['pipe resume', 'runs/r', '--force'],
      'runs the 3 failed rows again, which are at fault themselves: correct them in rows.csv first',
    ],
    [
      { rowsAtFault: 1 },
      ['pipe resume', 'runs/r', '--force'],
      'runs the failed row again, which is at fault itself: correct it in rows.csv first',
    ],
    [
      { rowsAtFault: 1, inputPath: '-' },
      [],
      'the failed row is at fault itself: correct it at the source, and run it anew',
    ],
    [
      { rowsAtFault: 1, unsent: 2 },
      ['pipe resume', 'runs/r', '--force'],
      'runs the 3 failed rows again, which will fail alike as they are: correct them in rows.csv, or the pipeline, first',
    ],
    [
      { unsent: 1, inputPath: '-' },
      ['pipe resume', 'runs/r', '--force'],
      'runs the failed row again, which will fail alike as it is: correct the pipeline first, or run it anew, corrected at the source',
    ],
  ])('is to correct rows that would fail alike: %o', (end, command, effect) => {
    expect(nextAfter(end)).toEqual({ command, effect });
  });

  it.each<[End, readonly string[], string]>([
    [
      { cut: 20000 },
      ['pipe resume', 'runs/r', '--force'],
      'runs the 20,000 failed records again, whose answers will be cut off alike: raise `max_tokens` first',
    ],
    [
      { cut: 1 },
      ['pipe resume', 'runs/r', '--force'],
      'runs the failed record again, whose answer will be cut off alike: raise `max_tokens` first, which asks for the 19,999 others anew as well',
    ],
    [
      { cut: 2, failedInSteps: 3 },
      ['pipe resume', 'runs/r'],
      'runs the 5 failed records again; 2 answers will be cut off alike until `max_tokens` is raised, with `--force`',
    ],
    [
      { cut: 1, pending: 30, reason: interrupted },
      ['pipe resume', 'runs/r'],
      'goes on with the 30 pending records and runs the failed one again; 1 answer will be cut off alike until `max_tokens` is raised, with `--force`',
    ],
  ])('is to raise `max_tokens` where answers were cut off: %o', (end, command, effect) => {
    expect(nextAfter(end)).toEqual({ command, effect });
  });

  it('begins with what the user types to start pipe', () => {
    expect(nextAfter({ failedInSteps: 1, command: 'npx pipe' })?.command).toEqual([
      'npx pipe resume',
      'runs/r',
    ]);
  });

  it.each([
    ['runs/a-1', 'runs/a-1'],
    ["my runs/it's", `'my runs/it'\\''s'`],
    ['a b;$(rm)', `'a b;$(rm)'`],
    ['-rf', './-rf'],
    ['x\n\u001B[2J', `$'x\\n\\x1b[2J'`],
  ])('names the folder as one word: %j', (folder, word) => {
    expect(nextAfter({ failedInSteps: 1, folder })?.command).toEqual(['pipe resume', word]);
  });
});
