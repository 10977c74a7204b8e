import { describe, expect, it } from 'vitest';
import { createOutage } from '../../../src/run/pacing/outage.ts';

const longest = 300_000;

/** An outage of which requests tell that were let out one by one. */
function watched() {
  const outage = createOutage(longest);
  let letOut = 0;
  /** So many requests, each of a call of its own, are let out together and fail. */
  const fail = (requests: number, time = 0, isUnreachable = false): void => {
    const first = letOut + 1;
    letOut += requests;
    for (let nth = first; nth <= letOut; nth++)
      outage.failed({ call: {}, failed_before: false, isUnreachable, nth, last: letOut }, null, time);
  };
  return { outage, fail };
}

describe('an answer', () => {
  it('lets the calls that failed before it count no more', () => {
    const { outage, fail } = watched();
    fail(1);
    fail(1);
    outage.answered();
    fail(1);
    fail(1);
    expect(outage.suspected).toBe(false);
    fail(1);
    expect(outage.suspected).toBe(true);
  });

  it('lets those that fail together after it be at fault themselves again', () => {
    const { outage, fail } = watched();
    fail(1);
    fail(2);
    expect(outage.suspected).toBe(true);
    outage.answered();
    fail(6);
    expect(outage.suspected).toBe(false);
  });

  it('ends the time for which nobody was answered, for good', () => {
    const { outage } = watched();
    outage.limited(null, 0);
    outage.accepted();
    outage.answered();
    outage.limited(null, 200_000);
    outage.relapsed();
    expect(outage.left(200_000)).toBe(longest);
  });
});

describe('a request that is not refused', () => {
  it('ends the time in which all were, until the next is', () => {
    const { outage } = watched();
    outage.limited(null, 0);
    outage.accepted();
    expect(outage.left(100_000)).toBe(longest);
    outage.limited(null, 100_000);
    expect(outage.left(100_000)).toBe(longest);
    outage.relapsed();
    expect(outage.left(100_000)).toBe(longest - 100_000);
  });

  it('does not end that in which the model answered nobody', () => {
    const { outage, fail } = watched();
    fail(3, 0, true);
    outage.accepted();
    expect(outage.left(100_000)).toBe(longest - 100_000);
  });

  it('is nothing new where none was refused before it', () => {
    const { outage } = watched();
    outage.accepted();
    outage.relapsed();
    expect(outage.left(100_000)).toBe(longest);
  });
});
