import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReporter } from '../../src/report/registry.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { begun, called, failed, finished, kept, paused, started, succeeded, usageOf } from './samples.ts';
import { createTerminal } from './terminal.ts';

// cli-progress takes its time from the global timers, so here they are the clock of all.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function createScene({ columns = 80, color = false } = {}) {
  const terminal = createTerminal(columns);
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
    clock: {
      now: () => Date.now(),
      every: () => {
        throw new Error('the bar has a timer of its own');
      },
    },
    inputPath: 'rows.jsonl',
    exitCodeOf: () => 0,
  });
  const tell = (...events: readonly RunEvent[]) => {
    for (const event of events) reporter.on(event);
  };
  const bar = () => terminal.rows().at(-1);
  return { terminal, reporter, tell, bar };
}

const interrupted = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;

describe('the progress bar on a terminal', () => {
  it('follows the run in the last line', () => {
    const { terminal, tell, bar } = createScene();
    tell(started({ total: 10 }));
    expect(terminal.rows()).toEqual([
      'triage: 10 records, up to 8 at a time',
      'kept in runs/triage-1',
      '░░░░░░░░░░░░░  0/10  $0.00',
    ]);
    tell(begun(0), begun(1), succeeded(0));
    vi.advanceTimersByTime(2000);
    expect(bar()).toBe('█░░░░░░░░░░░░  1/10  30/min  $0.00  18 s left');
    for (let index = 1; index < 10; index += 1) tell(succeeded(index));
    vi.advanceTimersByTime(100);
    expect(bar()).toBe('█████████████  10/10  4.8/s  $0.00');
    expect(terminal.rows()).toHaveLength(3);
  });

  it('goes away at the end and leaves the terminal as it was', () => {
    const { terminal, reporter, tell } = createScene();
    tell(started({ total: 1 }));
    expect(terminal).toMatchObject({ cursorVisible: false, wraps: false });
    tell(succeeded(0), finished());
    expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, column: 0 });
    expect(terminal.rows().join('\n')).not.toMatch(/[█░]/);
    expect(terminal.rows()).toContain('triage completed in 1.0 s, 1.0/s');
    expect(vi.getTimerCount()).toBe(0);
    const { writes } = terminal;
    reporter.finish();
    vi.advanceTimersByTime(1000);
    expect(terminal.writes).toBe(writes);
  });

  it('goes away when the caller gives up midway, once or twice', () => {
    const { terminal, reporter, tell } = createScene();
    tell(started(), begun(0));
    vi.advanceTimersByTime(500);
    reporter.finish();
    reporter.finish();
    expect(terminal.rows()).toEqual([
      'triage: 1,000 records, up to 8 at a time',
      'kept in runs/triage-1',
      '',
    ]);
    expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, column: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves a terminal alone that it never used', () => {
    const { terminal, reporter } = createScene();
    reporter.finish();
    expect(terminal.writes).toBe(0);
  });

  it('prints failures, warnings and lines longer than the terminal above the bar', () => {
    const { terminal, reporter, tell, bar } = createScene({ columns: 60 });
    tell(started({ total: 4 }), failed(0), failed(1));
    const long = `the model said ${'no'.repeat(45)}`;
    tell(failed(2, { code: 'invalid_answer', message: long }));
    reporter.message('warning: two\nlines');
    vi.advanceTimersByTime(100);
    const [, , ...rows] = terminal.rows();
    expect(rows.join('').replace(bar() ?? '', '')).toBe(
      [
        'rows.jsonl:1  error  no whole answer within 60 s  (step translate, key k-0, timed_out)',
        '  the same (timed_out) for 1 more record',
        `rows.jsonl:3  error  ${long}  (step translate, key k-2, invalid_answer)`,
        'warning: two',
        'lines',
      ].join(''),
    );
    expect(bar()).toBe('███████░░░  3/4  3 failed  $0.00');
  });

  it('draws a line and the bar below it in one write, so that neither is ever torn', () => {
    const { terminal, reporter, tell, bar } = createScene();
    tell(started({ total: 4 }));
    const { writes } = terminal;
    const before = bar();
    reporter.message('one');
    expect(terminal.writes).toBe(writes + 1);
    expect(terminal.rows().slice(-2)).toEqual(['one', before]);
  });

  it('says what an interrupt does, and what a second one does', () => {
    const { terminal, tell } = createScene();
    tell(started({ total: 40 }), ...Array.from({ length: 12 }, (_, index) => begun(index)));
    tell({ type: 'run_stopping', how: 'draining', reason: interrupted });
    vi.advanceTimersByTime(100);
    expect(terminal.rows().slice(2)).toEqual([
      'stopping: finishing 12 records in flight; press Ctrl-C again to stop at once',
      '░░░░░░░░░░░░░  0/40  finishing 12 in flight  $0.00',
    ]);
    tell(succeeded(0), { type: 'run_stopping', how: 'aborting', reason: interrupted });
    vi.advanceTimersByTime(100);
    expect(terminal.rows().slice(3)).toEqual([
      'stopping at once: 11 records in flight stay pending',
      '░░░░░░░░░░░░░  1/40  ending 11 in flight  $0.00',
    ]);
  });

  it('begins a resumed run where it stands', () => {
    const { terminal, tell } = createScene();
    const usage = usageOf({ requests: 700, total_tokens: 140_000, cost_usd: 1.2 });
    tell(started({ total: 1000, resumed: { kept: 700, usage }, budget: { usd: 5 } }));
    const first = [
      'triage: resuming, 700 of 1,000 records are done, up to 8 at a time',
      'kept in runs/triage-1',
      '█████████░░░░  700/1,000  140K tokens  $1.20 of $5.00',
    ];
    expect(terminal.rows()).toEqual(first);
    for (let index = 0; index < 700; index += 1) tell(kept(index));
    vi.advanceTimersByTime(5000);
    expect(terminal.rows()).toEqual(first);
    tell(begun(700), succeeded(700));
    vi.advanceTimersByTime(2000);
    expect(terminal.rows().at(-1)).toMatch(/^█████████░░░░  701\/1,000  30\/min /);
  });

  it('says what happens when a model gives no answer, until it does', () => {
    const { terminal, tell, bar } = createScene();
    tell(started({ total: 10 }));
    const down = { model: 'small', reason: 'unavailable', duration: 8000, gives_up_in: 300_000 } as const;
    tell(paused(down));
    vi.advanceTimersByTime(100);
    expect(terminal.rows().slice(2)).toEqual([
      'no answer from small, trying again for 5m 00s',
      '  then the run stops by itself, to be resumed: nothing is lost',
      '░░░░░░░░░░░░░  0/10  no answer, trying again for 5m 00s  $0.00',
    ]);
    vi.advanceTimersByTime(59_900);
    tell(paused({ ...down, gives_up_in: 240_000 }));
    vi.advanceTimersByTime(100);
    expect(terminal.rows()).toHaveLength(5);
    expect(bar()).toBe('░░░░░░░░░░░░░  0/10  no answer, trying again for 4m 00s  $0.00');
    tell(called(usageOf(), 'small'));
    vi.advanceTimersByTime(100);
    expect(bar()).toBe('░░░░░░░░░░░░░  0/10  200 tokens  $0.00036');
  });

  it('counts the time of grace down', () => {
    const { tell, bar } = createScene();
    tell(started({ total: 40 }), begun(0));
    tell({ type: 'run_stopping', how: 'draining', reason: interrupted, grace: 30_000 });
    vi.advanceTimersByTime(12_000);
    expect(bar()).toBe('░░░░░░░░░░░░░  0/40  finishing 1 in flight  $0.00  18 s at most');
  });

  it('counts a pause down', () => {
    const { tell, bar } = createScene();
    tell(started({ total: 10 }));
    tell({ type: 'model_paused', model: 'm', duration: 12_000, reason: 'rate_limited' });
    vi.advanceTimersByTime(100);
    expect(bar()).toBe('░░░░░░░░░░░░░  0/10  waits 12 s for quota  $0.00');
    vi.advanceTimersByTime(9000);
    expect(bar()).toBe('░░░░░░░░░░░░░  0/10  waits 3 s for quota  $0.00');
    vi.advanceTimersByTime(3000);
    expect(bar()).toBe('░░░░░░░░░░░░░  0/10  $0.00');
  });

  it('counts on where the total is unknown', () => {
    const { tell, bar } = createScene({ columns: 34 });
    tell(started({ total: null }), succeeded(0), failed(1));
    vi.advanceTimersByTime(4000);
    expect(bar()).toBe('2 records  1 failed  4 s elapsed');
  });

  it('leaves nothing behind when the terminal becomes narrower', () => {
    const { terminal, tell } = createScene({ columns: 120 });
    tell(started({ total: 10 }), succeeded(0));
    vi.advanceTimersByTime(2000);
    terminal.resize(30);
    vi.advanceTimersByTime(100);
    expect(terminal.rows()).toEqual([
      'triage: 10 records, up to 8 at',
      ' a time',
      'kept in runs/triage-1',
      '░░░░░░  1/10  19 s left',
    ]);
  });

  it('draws ten times a second at most, however many events there are', () => {
    const { terminal, tell } = createScene();
    tell(started({ total: 10_000 }));
    const { writes } = terminal;
    for (let index = 0; index < 10_000; index += 1) {
      tell(begun(index), succeeded(index));
      if (index % 10 === 9) vi.advanceTimersByTime(1);
    }
    expect(terminal.writes - writes).toBeGreaterThan(5);
    expect(terminal.writes - writes).toBeLessThanOrEqual(11);
  });

  it('writes nothing while nothing changes', () => {
    const { terminal, tell } = createScene();
    tell(started({ total: 10 }));
    const { writes } = terminal;
    vi.advanceTimersByTime(60_000);
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
        const { terminal, reporter, tell, bar } = createScene({ color });
        tell(started({ total: 50, folder: 'r' }));
        const messages: string[] = [];
        for (const [index, step] of actions.entries()) {
          if (step.kind === 'message') {
            reporter.message(step.text);
            messages.push(step.text);
          } else if (step.kind === 'resize') {
            terminal.resize(step.columns);
            vi.advanceTimersByTime(100);
          } else if (step.kind === 'wait') vi.advanceTimersByTime(step.wait);
          else tell(step.kind === 'succeed' ? succeeded(index) : failed(index, { message: `no ${index}` }));
          expect(bar()).toMatch(/\d+\/50/);
          expect(bar()?.length).toBeLessThan(terminal.columns);
        }
        const above = terminal.rows().slice(0, -1);
        expect(above.join('')).not.toMatch(/[█░]/);
        const kept = above.filter((row) => /^[abc]+$/.test(row)).join('');
        expect(kept).toBe(messages.join(''));
        reporter.finish();
        expect(terminal).toMatchObject({ cursorVisible: true, wraps: true, column: 0 });
        expect(terminal.rows().slice(0, -1)).toEqual(above);
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
