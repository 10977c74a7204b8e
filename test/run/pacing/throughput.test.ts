import { expect, it } from 'vitest';
import { createSlidingWindow } from '../../../src/run/pacing/sliding-window.ts';
import { createThroughput } from '../../../src/run/pacing/throughput.ts';

const second = 1000;
const minute = 60_000;

/** A model that so many requests a second pass to from the beginning on, measured each second. */
function passing() {
  const window = createSlidingWindow(2 * minute);
  const throughput = createThroughput(window);
  let time = 0;
  return {
    throughput,
    pass: (perSecond: number, seconds: number): void => {
      for (const end = time + seconds * second; time < end;) {
        window.add(perSecond, time);
        time += second;
        throughput.measure(time);
      }
    },
    begin: () => throughput.begin(time),
    /** Requests a second, rounded. */
    best: () => Math.round(throughput.best * second),
  };
}

it('is not known before it is begun', () => {
  const { pass, begin, best } = passing();
  pass(50, 20);
  expect(best()).toBe(0);
  begin();
  pass(50, 10);
  expect(best()).toBe(50);
});

it('counts from the first begin on, and nothing of what passed before', () => {
  const { pass, begin, best } = passing();
  pass(500, 5);
  begin();
  pass(10, 5);
  begin();
  pass(20, 5);
  expect(best()).toBe(15);
});

it('is the best of the last two minutes', () => {
  const { pass, begin, best } = passing();
  begin();
  pass(100, 20);
  pass(10, 120);
  expect(best()).toBe(100);
  pass(10, 1);
  expect(best()).toBe(10);
});

it('is measured anew, and over a minute, where the server counts longer', () => {
  const { throughput, pass, begin, best } = passing();
  begin();
  pass(100, 10);
  throughput.countLonger();
  expect(best()).toBe(0);
  pass(10, 50);
  // A thousand in its first ten seconds, and five hundred after them.
  expect(best()).toBe(25);
  throughput.countLonger();
  expect(best()).toBe(25);
});

it('has to show again when it is forgotten, from the next begin on', () => {
  const { throughput, pass, begin, best } = passing();
  begin();
  pass(100, 10);
  throughput.forget();
  pass(100, 10);
  expect(best()).toBe(0);
  begin();
  pass(20, 10);
  expect(best()).toBe(20);
});
