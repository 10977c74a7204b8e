import { describe, expect, it } from 'vitest';
import { createTestProgress } from '../../src/report/test-progress.ts';
import { createManualClock } from './replay.ts';
import { begun, finished, paused, started, succeeded } from './samples.ts';
import { createTerminal } from './terminal.ts';

function createScene(live: boolean) {
  const terminal = createTerminal(80);
  const clock = createManualClock();
  const output = {
    write: (text: string) => terminal.write(text),
    columns: 80,
    isTerminal: live,
    color: false,
  };
  return { terminal, clock, ...createTestProgress({ output, clock, live }) };
}

describe('what is told while tests are recorded', () => {
  it('is the same view as of a run, one for each after the other', () => {
    const { terminal, clock, on, finish } = createScene(true);
    for (const event of [started({ total: 2 }), begun(0), begun(1), succeeded(0)]) on(event);
    on({ type: 'notice', message: 'the price is out of date' });
    clock.advanceTo(2000);
    expect(terminal.rows()).toEqual([
      'triage: asking about 2 records, where no answer is recorded',
      'warning: the price is out of date',
      '██████░░░░░░░  50 %  1/2  1 in flight',
      '2 s left  30/min  $0.00',
    ]);
    on(finished());
    expect(terminal).toMatchObject({ cursorVisible: true, linesBelow: 0 });
    on(started({ total: 5 }));
    expect(terminal.rows().slice(2)).toEqual([
      'triage: asking about 5 records, where no answer is recorded',
      '░░░░░░░░░░░░░  0 %  0/5',
      '$0.00',
    ]);
    finish();
    finish();
    expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, linesBelow: 0 });
    expect(clock.ticking).toBe(0);
  });

  it('is plain lines off a terminal, and of verdicts that they are asked for', () => {
    const { terminal, clock, on, finish } = createScene(false);
    for (const event of [started({ total: 100 }), begun(0), succeeded(0)]) on(event);
    on(paused({ duration: 60_000 }));
    clock.advanceTo(10_000);
    on(finished());
    on(started({ total: null }));
    clock.advanceTo(100_000);
    finish();
    expect(terminal.rows()).toEqual([
      'triage: asking about 100 records, where no answer is recorded',
      'small waits 1m 00s for quota',
      '1/100 records (1 %), $0.00, small waits 50 s for quota',
      'triage: asking for verdicts, where no answer is recorded',
      '',
    ]);
  });

  it('is nothing where nobody is asked', () => {
    const { terminal, on, finish } = createScene(true);
    on(started({ simulated: true }));
    on(succeeded(0));
    on(finished());
    on(started({ replayed: true }));
    finish();
    expect(terminal.writes).toBe(0);
  });
});
