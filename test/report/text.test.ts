import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { clip, isolated, unisolated, wrap } from '../../src/report/text.ts';

describe('isolated', () => {
  it.each([
    ['hébreu, 日本語, 12', 'hébreu, 日本語, 12'],
    ['', ''],
    ['طلب-7', '\u2068طلب-7\u2069'],
    ['a שלום', '\u2068a שלום\u2069'],
    ['ދިވެހި', '\u2068ދިވެހި\u2069'],
  ])('keeps %j to itself where it would reorder what is beside it', (text, marked) => {
    expect(isolated(text)).toBe(marked);
    expect(displayWidth(marked)).toBe(displayWidth(text));
    expect(unisolated(marked)).toBe(text);
  });
});

describe('clip', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['longer than ten', 10, 'longer th…'],
    ['ends in a space', 8, 'ends in…'],
    ['日本語のモデル', 9, '日本語の…'],
    ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 5, '👩‍👩‍👧‍👦👩‍👩‍👧‍👦…'],
    ['a\nb\u001B[31mc', 20, 'a\\nb\\x1b[31mc'],
    ['', 5, ''],
  ])('makes of %j in %d columns %j', (text, columns, clipped) => {
    expect(clip(text, columns)).toBe(clipped);
  });

  it('is one line that fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 60 }), (text, columns) => {
        const clipped = clip(text, columns);
        expect(displayWidth(clipped)).toBeLessThanOrEqual(columns);
        expect(clipped).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});

describe('wrap', () => {
  it.each([
    ['a few words here', 9, ['a few', 'words', 'here']],
    ['fits', 9, ['fits']],
    ['two  spaces  apart', 12, ['two  spaces', 'apart']],
    ['averylongword b', 5, ['averylongword', 'b']],
    ['', 5, ['']],
    ['日本 語の', 5, ['日本', '語の']],
  ])('breaks %j at %d columns', (line, columns, lines) => {
    expect(wrap(line, columns)).toEqual(lines);
  });

  it('loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '語') })),
        fc.integer({ min: 1, max: 30 }),
        (words, columns) => {
          expect(wrap(words.join(' '), columns).join(' ').split(' ').filter(Boolean)).toEqual(
            words.filter(Boolean),
          );
        },
      ),
    );
  });
});
