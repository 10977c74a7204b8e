import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenForInterrupts } from '../../src/cli/signals.ts';
import { outputClosed } from '../../src/run/reasons.ts';

describe('interrupts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const states = ({ drain, abort, end }: ReturnType<typeof listenForInterrupts>) => [
    drain.aborted,
    abort.aborted,
    end.aborted,
  ];

  it('of one signal end in less than the 30 s after which a process is killed', () => {
    const interrupts = listenForInterrupts();
    process.emit('SIGTERM');
    expect(states(interrupts)).toEqual([true, false, false]);
    vi.advanceTimersByTime(25_000);
    expect(states(interrupts)).toEqual([true, false, false]);
    vi.advanceTimersByTime(4000);
    expect(states(interrupts)).toEqual([true, false, true]);
    interrupts.release();
  });

  it('of two signals end soon', () => {
    const interrupts = listenForInterrupts();
    process.emit('SIGINT');
    process.emit('SIGINT');
    expect(states(interrupts)).toEqual([true, true, false]);
    vi.advanceTimersByTime(3000);
    expect(states(interrupts)).toEqual([true, true, true]);
    interrupts.release();
  });

  it('leave what is being finished for another reason its time, at the first signal', () => {
    const interrupts = listenForInterrupts();
    interrupts.stop(outputClosed);
    expect(interrupts.heard).toBe(0);
    process.emit('SIGINT');
    expect(interrupts.heard).toBe(1);
    expect(states(interrupts)).toEqual([true, false, false]);
    expect(interrupts.drain.reason).toBe(outputClosed);
    process.emit('SIGINT');
    expect(states(interrupts)).toEqual([true, true, false]);
    interrupts.release();
  });

  it('end no more once they are given back', () => {
    const interrupts = listenForInterrupts();
    process.emit('SIGHUP');
    interrupts.release();
    vi.advanceTimersByTime(60_000);
    expect(states(interrupts)).toEqual([true, false, false]);
  });
});
