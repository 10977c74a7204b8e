import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createReporter } from '../../src/report/registry.ts';
import { expectGolden } from '../support/golden.ts';
import { createManualClock, readRecordedRun, type RecordedRun } from './replay.ts';
import { createTerminal } from './terminal.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));

/** What a terminal shows of a run at some moments before its end. */
function screensOf({ options, events }: RecordedRun, columns: number): readonly string[] {
  const terminal = createTerminal(columns);
  const clock = createManualClock();
  const output = {
    write: (text: string) => terminal.write(text),
    columns,
    isTerminal: true,
    color: false,
  };
  const reporter = createReporter({
    ...options,
    mode: 'terminal',
    clock,
    output,
    exitCodeOf: () => 0,
  });
  const end = Math.max(...events.map(({ at }) => at ?? 0));
  const moments = [0.1, 0.4, 0.7, 0.95].map((share) => Math.round(end * share));
  const screens: string[] = [];
  const passTo = (time: number) => {
    for (const moment of moments.filter((moment) => moment <= time)) {
      moments.shift();
      // The next frame has all that happened by then.
      clock.advanceTo(Math.max(clock.now(), moment + 100));
      const rows = terminal.rows().slice(-10);
      screens.push([`--- ${columns} columns, after ${(moment / 1000).toFixed(1)} s`, ...rows, ''].join('\n'));
    }
    clock.advanceTo(Math.max(clock.now(), time));
  };
  for (const event of events) {
    passTo(event.at ?? clock.now());
    reporter.on(event);
  }
  reporter.finish();
  expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, linesBelow: 0 });
  return screens;
}

describe('the screens of a run that is a case of', () => {
  it.each([
    ['budget-spent', 40],
    ['cached', 80],
    ['interrupted', 60],
    ['multi-step', 80],
    ['outage', 80],
    ['resumed', 80],
    ['some-failed', 40],
    ['unknown-price', 80],
    ['unknown-total', 60],
    ['waits-and-sigterm', 40],
  ])('%s, in %d columns', (name, columns) => {
    const run = readRecordedRun(`${golden}/${name}/events.json`);
    const screens = screensOf(run, columns);
    expect(screens).toHaveLength(4);
    expectGolden(`${golden}/${name}/screens.txt`, screens.join(''));
  });
});
