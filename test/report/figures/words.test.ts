import { expect, it } from 'vitest';
import { shareInWords } from '../../../src/report/figures/words.ts';

it.each([
  [0, 0, '–'],
  [0, 5, '0 %'],
  [5, 5, '100 %'],
  [1, 3, '33 %'],
  [53, 4906, '1.1 %'],
  [1, 5000, '< 0.1 %'],
  [4999, 5000, '> 99.9 %'],
  [996, 1000, '99.6 %'],
])('a share of %i in %i is told as %s', (part, whole, words) => {
  expect(shareInWords(part, whole)).toBe(words);
});
