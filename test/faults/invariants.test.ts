import { appendFileSync, chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { violations, type EndedRun } from '../torture/invariants.ts';
import { plainRows } from '../torture/workload.ts';
import { setStage } from './stage.ts';

/** Changes a file of the run as a bug of ours would. */
function change(file: string, from: RegExp, to: string): (run: string) => void {
  return (run) => {
    const text = readFileSync(join(run, file), 'utf8');
    if (!from.test(text)) throw new Error(`${file} has no ${String(from)}`);
    writeFileSync(join(run, file), text.replace(from, to));
  };
}

const tampered: readonly (readonly [what: string, change: (run: string) => void, told: RegExp])[] = [
  ['a record lost', change('results.jsonl', /^.*\n/, ''), /succeeded/],
  ['a record twice', change('results.jsonl', /^(.*\n)/, '$1$1'), /more than once/],
  ['results in another order', change('results.jsonl', /^(.*\n)(.*\n)/, '$2$1'), /not in input order/],
  [
    'another result',
    change('results.jsonl', /stone|river|sea|road|salt|light/, 'x'),
    /results.jsonl differs/,
  ],
  ['a torn result', change('results.jsonl', /.{20}\n$/, ''), /newline/],
  ['a torn line of the journal', change('journal.jsonl', /"usage".*\n/, '\n'), /is torn/],
  [
    'a changed line of the journal',
    change('journal.jsonl', /"duration":(\d+)/, '"duration":$1.5'),
    /checksum/,
  ],
  [
    'a call that took longer than the run',
    change('journal.jsonl', /"duration":\d+/, '"duration":9999999'),
    /call tells of 9999999 ms/,
  ],
  ['a run that took less than no time', change('run.json', /"duration": \d+/, '"duration": -1'), /of -1 ms/],
  ['a call that is not told', change('journal.jsonl', /.*"type":"call".*\n/, ''), /never journaled/],
  ['a request that was never sent', change('usage.json', /"requests": \d+/, '"requests": 99'), /99 requests/],
  [
    'tokens that were not used',
    change('usage.json', /"input_tokens": \d+/, '"input_tokens": 1'),
    /input_tokens/,
  ],
  ['another count', change('run.json', /"succeeded": \d+/, '"succeeded": 7'), /7 succeeded/],
  ['a tool that ran again', (run) => appendFileSync(join(run, '../tool.log'), 'x\n'), /tool calls ran/],
  ['the key', change('run.json', /"format": 1/, '"format": "fault-key-2c8e51d7"'), /has the key in it/],
  ['a file for all to read', (run) => chmodSync(join(run, 'usage.json'), 0o644), /has the mode 644/],
  [
    'a file that was begun',
    (run) => writeFileSync(join(run, 'a.tmp'), '', { mode: 0o600 }),
    /a.tmp was left/,
  ],
];

it('are broken by each thing that may be wrong with a run, and by nothing in one that is well', async () => {
  const stage = await setStage({ shape: 'chain', rows: plainRows(3) });
  const { code, wall } = await stage.start().ended;
  expect(code).toBe(0);
  const server = await stage.server.stats();
  expect(await stage.violations()).toEqual([]);

  const judge = (changed?: (run: string) => void, changes: Partial<EndedRun> = {}) => {
    const folder = temporaryFolder();
    cpSync(stage.workload.folder, folder, { recursive: true });
    changed?.(join(folder, 'run'));
    return violations({
      folder: join(folder, 'run'),
      workload: { ...stage.workload, folder },
      undisturbed: stage.run,
      server,
      kills: 0,
      concurrency: 4,
      wall,
      requestsPerCall: 1,
      key: 'fault-key-2c8e51d7',
      ...changes,
    });
  };
  expect(judge()).toEqual([]);
  for (const [what, changed, told] of tampered) {
    expect(judge(changed).join('\n'), what).toMatch(told);
  }

  const paidAgain = Object.entries(server.questions).map(([name, { received }], at) => {
    return [name, { received, answered: at < 7 ? 2 : 1 }] as const;
  });
  const paidTwice = { ...server, questions: Object.fromEntries(paidAgain) };
  expect(judge(undefined, { server: paidTwice }).join()).toMatch(/paid for in vain/);
  expect(judge(undefined, { server: paidTwice, kills: 1 }).join()).toMatch(/7 calls/);
  expect(judge(undefined, { server: paidTwice, kills: 2 })).toEqual([]);
  const [asked = ''] = Object.keys(server.questions);
  const questions = { ...server.questions, [asked]: { received: 2, answered: 2 } };
  expect(judge(undefined, { server: { ...server, questions } }).join()).toMatch(/came 2 times/);
  const { [asked]: _unasked, ...others } = server.questions;
  expect(judge(undefined, { server: { ...server, questions: others } }).join()).toMatch(/never gave/);
  const missed = { ...server, received: server.received - 1 };
  expect(judge(undefined, { server: missed }).join()).toMatch(/the server received/);
});
