import { describe, expect, it } from 'vitest';
import type { RunStopping, StopReason } from '../../src/run/events.ts';
import { createStop } from '../../src/run/stop.ts';

const reason = (kind: StopReason['kind']): StopReason => ({ kind, code: kind, message: kind });

function stopping() {
  const told: string[] = [];
  const stop = createStop(({ how, reason: { kind }, to_the_end, grace }: RunStopping) =>
    told.push(
      `${how}${to_the_end === true ? ' to the end' : ''}${grace === undefined ? '' : ` for ${grace}`}: ${kind}`,
    ),
  );
  return { stop, told };
}

describe('createStop', () => {
  it('goes on at first', () => {
    const { stop, told } = stopping();
    expect([stop.reason, stop.halted('records'), told]).toEqual([undefined, false, []]);
  });

  it.each([
    ['records', [true, false, false]],
    ['calls', [true, true, false]],
    ['everything', [true, true, true]],
  ] as const)('halts as far as %s', (halt, halted) => {
    const { stop } = stopping();
    stop.request(reason('provider'), halt);
    expect([stop.halted('records'), stop.halted('calls'), stop.halted('everything')]).toEqual(halted);
  });

  it.each([
    ['records', false],
    ['calls', true],
    ['everything', true],
  ] as const)('ends the waits of calls when %s are halted: %s', (halt, ends) => {
    const { stop } = stopping();
    expect(stop.signal.aborted).toBe(false);
    stop.request(reason('interrupted'), halt);
    expect(stop.signal.aborted).toBe(ends);
  });

  it('keeps the first reason, goes further, never back, and tells each step once', () => {
    const { stop, told } = stopping();
    stop.request(reason('input'), 'records');
    stop.request(reason('provider'), 'records');
    stop.request(reason('interrupted'), 'calls');
    stop.request(reason('failures'), 'calls');
    stop.request(reason('interrupted'), 'everything');
    stop.request(reason('provider'), 'records');
    expect(stop.reason?.kind).toBe('input');
    expect(told).toEqual(['draining to the end: input', 'draining: input', 'aborting: input']);
  });

  it('gives what is waited for without an end the first time of grace that is asked for', () => {
    const { stop, told } = stopping();
    stop.request(reason('failures'), 'calls');
    stop.request(reason('interrupted'), 'calls', 25);
    stop.request(reason('provider'), 'calls', 50);
    stop.request(reason('failures'), 'everything');
    stop.request(reason('interrupted'), 'calls', 75);
    expect(stop.reason?.kind).toBe('failures');
    expect(told).toEqual(['draining: failures', 'draining for 25: failures', 'aborting: failures']);
  });

  it('puts a local failure before any other reason, but the first of two', () => {
    const { stop, told } = stopping();
    stop.request(reason('provider'), 'everything');
    stop.request(reason('local'), 'calls');
    stop.request({ ...reason('local'), code: 'second' }, 'everything');
    expect(stop.reason).toEqual(reason('local'));
    expect(told).toEqual(['aborting: provider', 'aborting: local']);
  });
});
