import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { expectGolden } from '../support/golden.ts';
import type { ReporterMode } from '../../src/report/reporter.ts';
import type { Resumed, RunEvent, RunStopping } from '../../src/run/events.ts';
import { outputUnread } from '../../src/run/reasons.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { readRecordedRun, replay } from './replay.ts';
import { begun, failed, finished, kept, paused, started, succeeded, usageOf } from './samples.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));

describe.each(readdirSync(golden))('a run that is a case of %s', (name) => {
  const run = readRecordedRun(`${golden}/${name}/events.json`);

  it.each([
    ['plain', 'plain.txt'],
    ['quiet', 'quiet.txt'],
    ['json', 'json.txt'],
    ['markdown', 'summary.md'],
  ] as const)('is told in the words of old: %s', (mode, file) => {
    const text = replay(run, { mode });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expectGolden(`${golden}/${name}/${file}`, text);
  });

  it('comes as bare text, colours only added', () => {
    const plain = replay(run, { mode: 'plain' });
    const colored = replay(run, { mode: 'plain', color: true });
    expect(plain).toBe(stripVTControlCharacters(plain));
    expect(colored).not.toBe(plain);
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  it('has a summary that fits 80 columns', () => {
    const lines = replay(run, { mode: 'plain' }).split('\n');
    const summary = lines.slice(lines.indexOf('') + 1).filter((line) => !line.startsWith('::'));
    expect(summary.length).toBeGreaterThan(3);
    expect(summary.filter((line) => displayWidth(line) > 80 || /\s$/.test(line))).toEqual([]);
  });

  it('is one JSON object with what the events said', () => {
    const finished = run.events.find((event) => event.type === 'run_finished');
    expect(JSON.parse(replay(run, { mode: 'json' }))).toMatchObject({
      state: finished?.state,
      counts: finished?.counts,
      usage: finished?.usage,
      cost_usd: finished?.usage.total.cost_usd,
      duration_ms: finished?.duration,
    });
  });

  it('starts no line with a command that a CI runner would obey, but for its own', () => {
    const lines = [replay(run, { mode: 'plain' }), replay(run, { mode: 'quiet' })].join('').split('\n');
    const own = run.options.github !== undefined ? /^::(?:error|warning) (?:file|title)=/ : /^(?!)/;
    expect(lines.filter((line) => /^\s*::|##\[/.test(line) && !own.test(line))).toEqual([]);
  });
});

function tell(mode: ReporterMode, ...events: readonly RunEvent[]): string {
  return replay({ options: { inputPath: 'rows.jsonl' }, events }, { mode });
}

const usage = usageOf();
const interrupted = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;
const terminated = { kind: 'interrupted', code: 'terminated', message: 'the run was told to end' } as const;

describe('a reporter', () => {
  it('counts the failures that were like the last one before the summary', () => {
    const text = tell('plain', started(), failed(0), failed(1), failed(2), finished());
    expect(text).toMatch(/timed_out\)\n {2}the same \(timed_out\) for 2 more records\n\ntriage completed/);
  });

  it('says the same without telling how far it is beside answers that are printed', () => {
    const quarter: RunEvent[] = Array.from({ length: 250 }, (_, index) => succeeded(index));
    const events = [started(), ...quarter, failed(250), finished()];
    const told = (mode: ReporterMode) =>
      replay(
        {
          options: { inputPath: 'rows.jsonl' },
          events: events.map((event, at) => Object.assign({ at: at * 1000 }, event)),
        },
        { mode },
      );
    const plain = told('plain').split('\n');
    expect(told('lines').split('\n')).toEqual(plain.filter((line) => !/^\d+\/1,000 records/.test(line)));
    expect(told('lines').split('\n').length).toBeLessThan(plain.length);
  });

  it.each<[string, Resumed, number | null, string]>([
    ['much', { kept: 950_000, usage }, 1_000_000, 'resuming, 950,000 of 1,000,000 records are done'],
    ['one', { kept: 1, usage }, 20, 'resuming, 1 of 20 records is done'],
    ['nothing', { kept: 0, usage: zeroUsage }, 20, 'resuming, 20 records'],
    ['nothing of who knows how many', { kept: 0, usage }, null, 'resuming'],
    ['some of who knows how many', { kept: 14, usage }, null, 'resuming, 14 records are done'],
  ])('begins with what was kept: %s', (_, resumed, total, words) => {
    const [first] = tell('plain', started({ total, resumed })).split('\n');
    expect(first).toBe(`triage: ${words}, up to 8 at a time`);
  });

  it('takes the speed of a resumed run from what it did itself', () => {
    const resumed = { kept: 900, usage };
    const keptOnes = Array.from({ length: 900 }, (_, index) => kept(index));
    const text = tell('plain', started({ resumed }), ...keptOnes, succeeded(900), succeeded(901), finished());
    expect(text).toContain('\ntriage completed in 1.0 s, 2.0/s\n');
    expect(text).toContain('\nresumed    900 records were done before; counts and cost include them\n');
  });

  it.each<[string, Partial<RunStopping>, string]>([
    [
      'a Ctrl-C',
      {},
      'stopping: finishing the calls under way of 2 records; press Ctrl-C again to stop at once',
    ],
    [
      'a Ctrl-C with a time of grace',
      { grace: 30_000 },
      'stopping: finishing the calls under way of 2 records, at most 30 s; press Ctrl-C again to stop at once',
    ],
    [
      'an input that breaks off',
      { reason: { kind: 'input', code: 'input_broken', message: 'the input broke off' }, to_the_end: true },
      'stopping: the input broke off; finishing 2 records in flight',
    ],
    ['a second Ctrl-C', { how: 'aborting' }, 'stopping at once: 2 records in flight stay pending'],
    [
      'a signal of the system',
      { reason: terminated, grace: 30_000 },
      'stopping: the run was told to end; finishing the calls under way of 2 records, at most 30 s',
    ],
    [
      'the end of its grace',
      { reason: terminated, how: 'aborting' },
      'stopping at once: the run was told to end; 2 records in flight stay pending',
    ],
    [
      'a budget that is spent',
      { reason: { kind: 'budget', code: 'budget', message: 'no more than $0.01 is left' } },
      'stopping: no more than $0.01 is left; finishing what calls are under way of 2 records',
    ],
  ])('says what happens after %s', (_, changes, line) => {
    const stopping: RunEvent = { type: 'run_stopping', how: 'draining', reason: interrupted, ...changes };
    expect(tell('lines', started(), begun(0), begun(1), stopping).trimEnd().split('\n').at(-1)).toBe(line);
  });

  it('counts no record that waits among those whose calls are finished', () => {
    const waiting = Array.from({ length: 11 }, (_, index) => begun(index));
    const stopping: RunEvent = { type: 'run_stopping', how: 'draining', reason: interrupted };
    expect(tell('lines', started(), ...waiting, stopping)).toContain('the calls under way of 8 records;');
  });

  it('does not say of records that wait for the model that calls of theirs are under way', () => {
    const stopping: RunEvent = { type: 'run_stopping', how: 'draining', reason: interrupted };
    const told = tell('lines', started(), begun(0), paused({ duration: 60_000 }), stopping);
    expect(told).toContain('stopping: finishing what calls are under way of 1 record;');
  });

  it.each<[string, RunEvent]>([
    ['stops', { type: 'run_stopping', how: 'draining', reason: interrupted }],
    ['has something to tell', { type: 'notice', message: 'the price is out of date' }],
    ['waits', paused({ duration: 60_000 })],
  ])('counts them before it says that the run %s', (_, event) => {
    const lines = tell('lines', started(), failed(0), failed(1), event).trimEnd().split('\n');
    expect(lines.at(-2)).toBe('  the same (timed_out) for 1 more record');
  });

  it('counts them also where the run never ended', () => {
    expect(tell('plain', started(), failed(0), failed(1))).toMatch(
      / {2}the same \(timed_out\) for 1 more record\n$/,
    );
  });

  it.each(['plain', 'quiet'] as const)(
    'tells why a run was interrupted where the user cannot know: %s',
    (mode) => {
      const unread = tell(mode, started(), finished({ state: 'interrupted', reason: outputUnread }));
      expect(unread).toContain(outputUnread.message);
      expect(tell(mode, started(), finished({ state: 'interrupted', reason: terminated }))).not.toContain(
        terminated.message,
      );
    },
  );

  it.each(['plain', 'quiet'] as const)('lets no message command a CI runner: %s', (mode) => {
    const message = '##[error]pwned\n::error::pwned';
    const reason = { kind: 'local', code: 'disk_full', message } as const;
    const text = tell(
      mode,
      started(),
      { type: 'run_stopping', how: 'draining', reason },
      finished({ state: 'stopped', reason }),
    );
    expect(text).toContain('pwned');
    expect(text).not.toMatch(/##\[|^\s*::/m);
  });
});
