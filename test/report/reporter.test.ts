import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { expectGolden } from '../support/golden.ts';
import type { ReporterMode } from '../../src/report/reporter.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { readRecordedRun, replay } from './replay.ts';
import { failed, finished, started, succeeded } from './samples.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));

describe.each(readdirSync(golden))('a run that is a case of %s', (name) => {
  const run = readRecordedRun(`${golden}/${name}/events.json`);

  it.each([
    ['plain', 'plain.txt'],
    ['quiet', 'quiet.txt'],
    ['json', 'json.txt'],
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
    const own = run.options.github === true ? /^::(?:error|warning) (?:file|title)=/ : /^(?!)/;
    expect(lines.filter((line) => /^\s*::|##\[/.test(line) && !own.test(line))).toEqual([]);
  });
});

function tell(mode: ReporterMode, ...events: readonly RunEvent[]): string {
  return replay({ options: { pipelinePath: 'p.yaml', inputPath: 'rows.jsonl' }, events }, { mode });
}

describe('a reporter', () => {
  it('counts the failures that were like the last one before the summary', () => {
    const text = tell('plain', started(), failed(0), failed(1), failed(2), finished());
    expect(text).toMatch(/timed_out\)\n {2}the same for 2 more records\n\ntriage completed/);
  });

  it('says the same without telling how far it is beside answers that are printed', () => {
    const quarter: RunEvent[] = Array.from({ length: 250 }, (_, index) => succeeded(index));
    const events = [started(), ...quarter, failed(250), finished()];
    const told = (mode: ReporterMode) =>
      replay(
        {
          options: { pipelinePath: 'p.yaml', inputPath: 'rows.jsonl' },
          events: events.map((event, at) => Object.assign({ at: at * 1000 }, event)),
        },
        { mode },
      );
    const plain = told('plain').split('\n');
    expect(told('lines').split('\n')).toEqual(plain.filter((line) => !/^\d+\/1,000 records/.test(line)));
    expect(told('lines').split('\n').length).toBeLessThan(plain.length);
  });

  it('repeats the folder of images where a run has read any', () => {
    const files = 'my photos';
    expect(tell('plain', started(), failed(0), finished({ files }))).toContain("--files 'my photos'");
    expect(tell('plain', started(), failed(0), finished())).not.toContain('--files');
  });

  it('counts them also where the run never ended', () => {
    expect(tell('plain', started(), failed(0), failed(1))).toMatch(/ {2}the same for 1 more record\n$/);
  });

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
