import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Collector } from '../../src/models/collector.ts';
import { createInFlight } from '../../src/models/in-flight.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Exchanges of 100 milliseconds at most, each over as soon as it is ended, and what ended them. */
function fly() {
  const inFlight = createInFlight(100);
  const ended: string[] = [];
  function begin(name: string, signal: AbortSignal) {
    const collector: Pick<Collector, 'end'> = {
      end(fault) {
        ended.push(`${name} ${fault}`);
        inFlight.over(flight);
      },
    };
    const flight = inFlight.begin(collector as Collector, signal);
    return { over: () => inFlight.over(flight) };
  }
  return { begin, ended };
}

/** Milliseconds that a turn of the loop takes by the fake clock. */
const aTurn = 1;

const never = () => new AbortController().signal;

describe('exchanges in flight', () => {
  it('end when they have lasted too long, each by its own time', () => {
    const { begin, ended } = fly();
    begin('first', never());
    vi.advanceTimersByTime(60);
    begin('second', never());
    vi.advanceTimersByTime(39);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1 + aTurn);
    expect(ended).toEqual(['first timed_out']);
    vi.advanceTimersByTime(58);
    expect(ended).toEqual(['first timed_out']);
    vi.advanceTimersByTime(1 + aTurn);
    expect(ended).toEqual(['first timed_out', 'second timed_out']);
  });

  it('are left alone once they are over', () => {
    const { begin, ended } = fly();
    const first = begin('first', never());
    begin('second', never());
    first.over();
    vi.advanceTimersByTime(100 + aTurn);
    expect(ended).toEqual(['second timed_out']);
  });

  it('are over by what has come when their time is found to be up, as after a process was stopped', () => {
    const { begin, ended } = fly();
    const [first] = [begin('first', never()), begin('second', never())];
    vi.advanceTimersByTime(100);
    first.over();
    vi.advanceTimersByTime(aTurn);
    expect(ended).toEqual(['second timed_out']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leave no timer behind where another begins just when they are found to be late', () => {
    const { begin, ended } = fly();
    const first = begin('first', never());
    vi.advanceTimersByTime(100);
    first.over();
    const second = begin('second', never());
    vi.advanceTimersByTime(aTurn);
    expect(vi.getTimerCount()).toBe(1);
    second.over();
    expect(vi.getTimerCount()).toBe(0);
    expect(ended).toEqual([]);
  });

  it('leave no timer behind', () => {
    const { begin } = fly();
    const flights = [begin('first', never()), begin('second', never())];
    expect(vi.getTimerCount()).toBe(1);
    flights.forEach(({ over }) => over());
    expect(vi.getTimerCount()).toBe(0);
    begin('third', never());
    vi.advanceTimersByTime(100 + aTurn);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('end by their own signal only', () => {
    const { begin, ended } = fly();
    const [one, other] = [new AbortController(), new AbortController()];
    begin('first', one.signal);
    begin('second', other.signal);
    begin('third', one.signal).over();
    begin('fourth', one.signal);
    one.abort();
    expect(ended).toEqual(['first aborted', 'fourth aborted']);
    other.abort();
    expect(ended).toEqual(['first aborted', 'fourth aborted', 'second aborted']);
  });

  it('ask a signal for one listener, however many they are', () => {
    const { begin } = fly();
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, 'addEventListener');
    for (let at = 0; at < 100; at += 1) begin(`${at}`, signal).over();
    expect(listen).toHaveBeenCalledTimes(1);
  });
});
