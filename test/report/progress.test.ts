import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgressBar } from '../../src/report/progress.ts';
import { createReporter } from '../../src/report/registry.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { createManualClock } from './replay.ts';
import {
  begun,
  called,
  createOutput,
  failed,
  finished,
  kept,
  paused,
  progressOf,
  started,
  succeeded,
  usageOf,
} from './samples.ts';
import { createTerminal } from './terminal.ts';

function createScene({ columns = 80, color = false } = {}) {
  const terminal = createTerminal(columns);
  const clock = createManualClock();
  const reporter = createReporter({
    mode: 'terminal',
    output: {
      write: (text) => terminal.write(text),
      get columns() {
        return terminal.columns;
      },
      isTerminal: true,
      color,
    },
    clock,
    inputPath: 'rows.jsonl',
    exitCodeOf: () => 0,
  });
  const tell = (...events: readonly RunEvent[]) => {
    for (const event of events) reporter.on(event);
  };
  const pass = (time: number) => clock.advanceTo(clock.now() + time);
  const view = () => terminal.rows().slice(-2);
  return { terminal, clock, reporter, tell, pass, view };
}

const interrupted = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;

describe('the live view on a terminal', () => {
  it('follows the run in the last two lines', () => {
    const { terminal, tell, pass, view } = createScene();
    tell(started({ total: 10 }));
    expect(terminal.rows()).toEqual([
      'triage: 10 records, up to 8 at a time',
      'kept in runs/triage-1',
      '░░░░░░░░░░░░░  0 %  0/10',
      '$0.00',
    ]);
    tell(begun(0), begun(1), succeeded(0));
    pass(2000);
    expect(view()).toEqual(['█░░░░░░░░░░░░  10 %  1/10  1 in flight', '18 s left  30/min  $0.00']);
    for (let index = 1; index < 10; index += 1) tell(succeeded(index));
    pass(100);
    expect(view()).toEqual(['█████████████  100 %  10/10', '4.8/s  $0.00']);
    expect(terminal.rows()).toHaveLength(4);
  });

  it('goes away at the end and leaves the terminal as it was', () => {
    const { terminal, clock, reporter, tell, pass } = createScene();
    tell(started({ total: 1 }));
    expect(terminal).toMatchObject({ cursorVisible: false, wraps: false, column: 0, linesBelow: 1 });
    tell(succeeded(0), finished());
    expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, column: 0, linesBelow: 0 });
    expect(terminal.rows().join('\n')).not.toMatch(/[█░]/);
    expect(terminal.rows()).toContain('triage completed in 1.0 s, 1.0/s');
    expect(clock.ticking).toBe(0);
    const { writes } = terminal;
    reporter.finish();
    pass(1000);
    expect(terminal.writes).toBe(writes);
  });

  it('goes away when the caller gives up midway, once or twice', () => {
    const { terminal, clock, reporter, tell, pass } = createScene();
    tell(started(), begun(0));
    pass(500);
    reporter.finish();
    reporter.finish();
    expect(terminal.rows()).toEqual([
      'triage: 1,000 records, up to 8 at a time',
      'kept in runs/triage-1',
      '',
    ]);
    expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, column: 0 });
    expect(clock.ticking).toBe(0);
  });

  it('leaves a terminal alone that it never used', () => {
    const { terminal, reporter } = createScene();
    reporter.finish();
    expect(terminal.writes).toBe(0);
  });

  it('prints failures, warnings and lines longer than the terminal above itself', () => {
    const { terminal, reporter, tell, pass, view } = createScene({ columns: 60 });
    tell(started({ total: 4 }), failed(0), failed(1));
    const long = `the model said ${'no'.repeat(45)}`;
    tell(failed(2, { code: 'invalid_answer', message: long }));
    reporter.message('warning: two\nlines');
    pass(100);
    expect(terminal.rows().slice(2, -2)).toEqual([
      'rows.jsonl:1  error  no whole answer within 60 s',
      '  (step translate, key k-0, timed_out)',
      '  the same (timed_out) for 1 more record',
      'rows.jsonl:3  error  the model said',
      `  ${'no'.repeat(29)}`,
      'no'.repeat(16),
      '  (step translate, key k-2, invalid_answer)',
      'warning: two',
      'lines',
    ]);
    expect(view()).toEqual(['███████░░░  75 %  3/4  3 failed', '$0.00']);
  });

  it('draws a line and itself below it in one write, so that neither is ever torn', () => {
    const { terminal, reporter, tell, view } = createScene();
    tell(started({ total: 4 }));
    const { writes } = terminal;
    const before = view();
    reporter.message('one');
    expect(terminal.writes).toBe(writes + 1);
    expect(terminal.rows().slice(-3)).toEqual(['one', ...before]);
  });

  it('says what an interrupt does, and what a second one does', () => {
    const { terminal, tell, pass } = createScene();
    tell(started({ total: 40 }), ...Array.from({ length: 12 }, (_, index) => begun(index)));
    tell({ type: 'run_stopping', how: 'draining', reason: interrupted });
    pass(100);
    expect(terminal.rows().slice(2)).toEqual([
      'stopping: finishing the calls under way of 8 records; press Ctrl-C again to stop',
      'at once',
      '░░░░░░░░░░░░░  0 %  0/40',
      'finishing calls of 8  $0.00',
    ]);
    tell(succeeded(0), { type: 'run_stopping', how: 'aborting', reason: interrupted });
    pass(100);
    expect(terminal.rows().slice(4)).toEqual([
      'stopping at once: 11 records in flight stay pending',
      '░░░░░░░░░░░░░  2 %  1/40',
      'ending 11 in flight  $0.00',
    ]);
  });

  it('breaks what it says of stopping between words', () => {
    const { terminal, tell } = createScene({ columns: 40 });
    tell(started({ total: 40, folder: 'r' }), begun(0));
    tell({ type: 'run_stopping', how: 'draining', reason: interrupted, grace: 25_000 });
    expect(terminal.rows().slice(2, -2)).toEqual([
      'stopping: finishing the calls under way',
      'of 1 record, at most 25 s; press Ctrl-C',
      'again to stop at once',
    ]);
  });

  it('begins a resumed run where it stands', () => {
    const { terminal, tell, pass } = createScene();
    const usage = usageOf({ requests: 700, total_tokens: 140_000, cost_usd: 1.2 });
    tell(started({ total: 1000, resumed: { kept: 700, usage }, budget: { usd: 5 } }));
    const first = [
      'triage: resuming, 700 of 1,000 records are done, up to 8 at a time',
      'kept in runs/triage-1',
      '█████████░░░░  70 %  700/1,000',
      '$1.20 of $5.00  140K tokens',
    ];
    expect(terminal.rows()).toEqual(first);
    for (let index = 0; index < 700; index += 1) tell(kept(index));
    pass(5000);
    expect(terminal.rows()).toEqual(first);
    tell(begun(700), succeeded(700));
    pass(2000);
    expect(terminal.rows().slice(-2)).toEqual([
      '█████████░░░░  70 %  701/1,000',
      '9m 58s left  30/min  $1.20 of $5.00  140K tokens',
    ]);
  });

  it('says what happens when a model gives no answer, until it does', () => {
    const { terminal, tell, pass, view } = createScene();
    tell(started({ total: 10 }));
    const down = { model: 'small', reason: 'unavailable', duration: 8000, gives_up_in: 300_000 } as const;
    tell(paused(down));
    pass(100);
    expect(terminal.rows().slice(2)).toEqual([
      'no answer from small, trying again for 5m 00s',
      '  then the run stops by itself, to be resumed: nothing is lost',
      '░░░░░░░░░░░░░  0 %  0/10',
      'no answer from small, trying again for 5m 00s  $0.00',
    ]);
    pass(59_900);
    tell(paused({ ...down, gives_up_in: 240_000 }));
    pass(100);
    expect(terminal.rows()).toHaveLength(6);
    expect(view()[1]).toBe('no answer from small, trying again for 4m 00s  $0.00');
    tell(called(usageOf(), 'small'));
    pass(100);
    expect(view()[1]).toBe('$0.00036  200 tokens');
  });

  it('counts the time of grace down', () => {
    const { tell, pass, view } = createScene();
    tell(started({ total: 40 }), begun(0));
    tell({ type: 'run_stopping', how: 'draining', reason: interrupted, grace: 30_000 });
    pass(12_000);
    expect(view()[1]).toBe('finishing calls of 1  18 s at most  $0.00');
  });

  it('counts a pause down', () => {
    const { tell, pass, view } = createScene();
    tell(started({ total: 10 }));
    tell(paused({ model: 'm', duration: 12_000 }));
    pass(100);
    expect(view()[1]).toBe('waits 12 s for quota of m  $0.00');
    pass(9000);
    expect(view()[1]).toBe('waits 3 s for quota of m  $0.00');
    pass(3000);
    expect(view()[1]).toBe('$0.00');
  });

  it('counts on where the total is unknown', () => {
    const { tell, pass, view } = createScene({ columns: 34 });
    tell(started({ total: null }), succeeded(0), failed(1));
    pass(4000);
    expect(view()).toEqual(['2 records  1 failed', '4 s elapsed  30/min  $0.00']);
  });

  it.each([30, 45, 200])('leaves nothing behind when the terminal has %d columns of a sudden', (columns) => {
    const { terminal, tell, pass } = createScene({ columns: 60 });
    tell(started({ total: 10 }), begun(0), begun(1), succeeded(0));
    pass(2000);
    terminal.resize(columns);
    pass(100);
    expect(terminal.rows().filter((row) => /[█░]/.test(row))).toHaveLength(1);
    expect(terminal.rows().at(-1)).toBe('19 s left  29/min  $0.00');
    terminal.resize(60);
    pass(100);
    expect(terminal.rows()).toHaveLength(4);
  });

  it('draws ten times a second at most, and reads as often, however many events there are', () => {
    const { terminal, tell, pass } = createScene();
    tell(started({ total: 10_000 }));
    const { writes } = terminal;
    for (let index = 0; index < 10_000; index += 1) tell(begun(index), called(usageOf()), succeeded(index));
    expect(terminal.writes).toBe(writes);
    for (let frame = 1; frame <= 10; frame += 1) {
      tell(failed(frame));
      pass(100);
    }
    // What fails is told for itself, a few times.
    expect(terminal.writes - writes).toBeLessThanOrEqual(10 + 2);

    const clock = createManualClock();
    let reads = 0;
    const read = () => progressOf({ done: (reads += 1) });
    const bar = createProgressBar({ output: createOutput(), clock, read });
    bar.start();
    bar.start();
    clock.advanceTo(1000);
    bar.stop();
    expect(reads).toBe(1 + 10);
  });

  it('writes nothing while nothing changes', () => {
    const { terminal, tell, pass } = createScene();
    tell(started({ total: 10 }));
    const { writes } = terminal;
    pass(60_000);
    expect(terminal.writes).toBe(writes);
  });

  it('keeps the screen whole whatever happens, in whatever order and width', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 90 });
    const action = fc.oneof(
      word.map((text) => ({ kind: 'message', text }) as const),
      fc.integer({ min: 20, max: 120 }).map((columns) => ({ kind: 'resize', columns }) as const),
      fc.nat(3000).map((wait) => ({ kind: 'wait', wait }) as const),
      fc.constantFrom({ kind: 'succeed' } as const, { kind: 'fail' } as const),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.boolean(), (actions, color) => {
        const { terminal, clock, reporter, tell, pass, view } = createScene({ color });
        tell(started({ total: 50, folder: 'r' }));
        const messages: string[] = [];
        for (const [index, step] of actions.entries()) {
          if (step.kind === 'message') {
            reporter.message(step.text);
            messages.push(step.text);
          } else if (step.kind === 'resize') {
            terminal.resize(step.columns);
            pass(100);
          } else if (step.kind === 'wait') pass(step.wait);
          else tell(step.kind === 'succeed' ? succeeded(index) : failed(index, { message: `no ${index}` }));
          expect(view()[0]).toMatch(/\d+\/50/);
          expect(view()[1]).toContain('$0.00');
          for (const row of view()) expect(row.length).toBeLessThan(terminal.columns);
        }
        const above = terminal.rows().slice(0, -2);
        expect(above.join('')).not.toMatch(/[█░]/);
        const told = above.filter((row) => /^[abc]+$/.test(row)).join('');
        expect(told).toBe(messages.join(''));
        reporter.finish();
        expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, column: 0, linesBelow: 0 });
        expect(terminal.rows().slice(0, -1)).toEqual(above);
        expect(clock.ticking).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
