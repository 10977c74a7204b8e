import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, isSlip } from '../../src/diagnostic/suggest.ts';

const keys = [
  'name',
  'temperature',
  'max_tokens',
  'top_p',
  'random_seed',
  'timeout',
  'type',
  'when',
  'needs',
  'prompt',
  'system',
  'presence_penalty',
  'frequency_penalty',
];

describe('didYouMean', () => {
  it.each([
    ['a missing letter', 'promt', 'prompt'],
    ['a letter too many', 'prommpt', 'prompt'],
    ['two letters exchanged', 'tpye', 'type'],
    ['camelCase', 'maxTokens', 'max_tokens'],
    ['kebab-case', 'max-tokens', 'max_tokens'],
    ['spaces', 'max tokens', 'max_tokens'],
    ['no separator', 'MAXTOKENS', 'max_tokens'],
    ['the words turned around', 'tokens_max', 'max_tokens'],
    ['the words turned around, in camelCase', 'seedRandom', 'random_seed'],
    ['another case and a slip', 'Temprature', 'temperature'],
    ['a beginning', 'temp', 'temperature'],
    ['a beginning of one only', 'pres', 'presence_penalty'],
    ['full-width letters', 'ｔｙｐｅ', 'type'],
    ['the nearest of several', 'frequency_penality', 'frequency_penalty'],
  ])('finds %s: %s', (_, name, expected) => {
    expect(didYouMean(name, keys)).toBe(expected);
  });

  it.each([
    ['nothing alike', 'colour'],
    ['a short name with another letter', 'x'],
    ['an empty name', ''],
    ['separators only', '__'],
    ['a very long name', 'prompt'.repeat(100_000)],
    ['half of it wrong', 'tyxx'],
    ['too short a beginning', 'pr'],
  ])('suggests nothing for %s', (_, name) => {
    expect(didYouMean(name, keys)).toBeUndefined();
  });

  it('does not suggest the name itself', () => {
    expect(didYouMean('type', ['type'])).toBeUndefined();
    expect(didYouMean('type', ['type', 'tape'])).toBe('tape');
  });

  it('suggests nothing where two candidates begin so', () => {
    expect(didYouMean('out', ['output_language', 'output_columns'])).toBeUndefined();
  });

  it('prefers the same words over fewer edits', () => {
    expect(didYouMean('topP', ['top_k', 'top_p', 'topK'])).toBe('top_p');
  });

  it('takes the first of equally near candidates', () => {
    expect(didYouMean('stop', ['step', 'shop'])).toBe('step');
  });

  it('always answers with another candidate, or not at all', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '_', '-', ' ', '\ud800'), maxLength: 6 });
    fc.assert(
      fc.property(short, fc.array(short), (name, candidates) => {
        const answer = didYouMean(name, candidates);
        expect(answer === undefined || (answer !== name && candidates.includes(answer))).toBe(true);
      }),
    );
  });

  it('finds every key with one letter left out', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), (key, at) => {
        const index = at % key.length;
        expect(didYouMean(key.slice(0, index) + key.slice(index + 1), keys)).toBe(key);
      }),
    );
  });
});

describe('isSlip', () => {
  it.each([
    ['small', 'small', true],
    ['smal', 'small', true],
    ['smalll', 'small', true],
    ['smoll', 'small', true],
    ['samll', 'small', true],
    ['saba', 'small', false],
    ['pixtral', 'mistral', false],
    ['', 'a', false],
  ])('%j for %j: %s', (one, other, expected) => {
    expect(isSlip(one, other)).toBe(expected);
  });
});
