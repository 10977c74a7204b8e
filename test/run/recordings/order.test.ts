import { describe, expect, it } from 'vitest';
import {
  comparePositions,
  isPosition,
  mergeOrder,
  type Position,
} from '../../../src/run/recordings/order.ts';

describe('positions', () => {
  it('are compared part by part', () => {
    const sorted: readonly Position[] = [
      [0, 0, 0, 1, 0],
      [0, 0, 0, 1, 1],
      [0, 0, 0, 2, 0],
      [0, 0, 1, 1, 0],
      [0, 2, 0, 1, 0],
      [0, 10, 0, 1, 0],
      [1, 0, 0, 1, 0],
    ];
    expect(sorted.toReversed().sort(comparePositions)).toEqual(sorted);
  });

  it.each([[[0, 0, 0, 0]], [[0, 0, 0, 0, -1]], [[0, 0, 0, 0, 0.5]], ['00000'], [null]])(
    'are not %j',
    (value) => {
      expect(isPosition(value)).toBe(false);
    },
  );
});

describe('a part of an input', () => {
  const merge = (before: string, now: string) => mergeOrder(before.split(''), now.split('')).join('');

  it.each([
    ['', 'abc', 'abc'],
    ['abc', '', 'abc'],
    ['abc', 'bc', 'abc'],
    ['abcd', 'bxc', 'abxcd'],
    ['abc', 'xab', 'xabc'],
    ['abc', 'xyc', 'abxyc'],
    ['xy', 'abc', 'xyabc'],
    ['abc', 'cxa', 'abcx'],
  ])('leaves what %j has in its order, and puts in what %j has more: %j', (before, now, merged) => {
    expect(merge(before, now)).toBe(merged);
  });

  it('takes in many behind one', () => {
    const many = Array.from({ length: 300_000 }, (_, at) => `n${at}`);
    expect(mergeOrder(['old', 'last'], ['old', ...many])).toEqual(['old', ...many, 'last']);
  });

  it('comes to the same in two parts as in one', () => {
    expect(merge(merge('pq', 'pbq'), 'apbq')).toBe(merge('pq', 'apbq'));
  });
});
