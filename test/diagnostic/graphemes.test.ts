import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { graphemesOf } from '../../src/diagnostic/graphemes.ts';
import { displayWidth } from '../../src/diagnostic/printable.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

it('are those of the whole text, wherever it is looked at in stretches', () => {
  const character = fc.constantFrom(
    'a',
    'é',
    'e\u0301',
    '東',
    '👍🏽',
    '👩‍👧',
    '🇩🇪',
    'क्षि',
    '한',
    '\r\n',
    '\uD83D',
  );
  fc.assert(
    fc.property(fc.nat(300), fc.array(character, { maxLength: 200 }), (lead, parts) => {
      const text = 'x'.repeat(lead) + parts.join('');
      const whole = Array.from(segmenter.segment(text), ({ segment }) => segment);
      expect([...graphemesOf(text)]).toEqual(whole);
    }),
  );
});

it('are found in time by the length of a text', () => {
  expect([...graphemesOf('é'.repeat(200_000))]).toHaveLength(200_000);
  expect(displayWidth('é'.repeat(200_000))).toBe(200_000);
});

it('lose nothing of a character with marks without end', () => {
  const text = `a${'\u0301'.repeat(100_000)}b`;
  expect([...graphemesOf(text)].join('')).toBe(text);
});
