import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffWords, type WordChange } from '../../src/difference/words.ts';

/** As GNU wdiff marks it. */
function marked(changes: readonly WordChange[]): string {
  const marks = { same: ['', ''], removed: ['[-', '-]'], added: ['{+', '+}'] } as const;
  return changes.map(({ kind, text }) => marks[kind].join(text)).join('');
}

const without = (kind: WordChange['kind'], changes: readonly WordChange[]) =>
  changes
    .filter((change) => change.kind !== kind)
    .map(({ text }) => text)
    .join('');

describe('diffWords', () => {
  it.each([
    ['Translate the text.', 'Translate the text.', 'Translate the text.'],
    ['Translate the text.', 'Translate this text.', 'Translate [-the-]{+this+} text.'],
    ['Be brief.', 'Be very brief.', 'Be {+very +}brief.'],
    ['a quick brown fox', 'a slow red fox', 'a [-quick brown-]{+slow red+} fox'],
    ['', 'new', '{+new+}'],
    ['old', '', '[-old-]'],
    ['', '', ''],
    ['今日は天気がいい', '明日は天気がいい', '[-今日-]{+明日+}は天気がいい'],
    ['one\ntwo', 'one\nthree', 'one\n[-two-]{+three+}'],
  ])('of %j and %j', (before, after, expected) => {
    expect(marked(diffWords(before, after))).toBe(expected);
  });

  it('makes up both texts, whatever they are', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', ' ', '\n', '  ', 'cd', '.', '日本', '👩‍👩‍👧', '\ud800'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const changes = diffWords(before, after);
        expect(without('added', changes)).toBe(before);
        expect(without('removed', changes)).toBe(after);
        expect(changes.some(({ text }) => text === '')).toBe(false);
      }),
    );
  });

  it('finds the one word that has changed among many, with and without spaces', () => {
    const words = Array.from({ length: 100_000 }, (_, at) => `o'w${at % 97}`);
    const before = words.join(' ');
    expect(marked(diffWords(before, `${before} end`))).toBe(`${before}{+ end+}`);
    const changed = words.with(50_000, 'x').join(' ');
    expect(diffWords(before, changed).filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'removed', text: `o'w${50_000 % 97}` },
      { kind: 'added', text: 'x' },
    ]);
    const other = (at: number) => String.fromCodePoint(0x4e00 + ((at * 7919) % 3000));
    const varied = Array.from({ length: 30_000 }, (_, at) => other(at) + (at % 9 === 8 ? '。' : '')).join('');
    for (const text of [
      words.join(''),
      JSON.stringify(words),
      varied,
      '👨‍👩‍👧‍👦'.repeat(400),
      'ab\t'.repeat(2000),
      'a \r\n'.repeat(2000),
    ]) {
      expect(diffWords(text, `x ${text}`)).toEqual([
        { kind: 'added', text: 'x ' },
        { kind: 'same', text },
      ]);
    }
    const han = '今日は天気がいい。'.repeat(20_000);
    expect(diffWords(han, `${han}明日`).at(-1)).toEqual({ kind: 'added', text: '明日' });
  });

  it('takes texts that have nothing in common as a whole', () => {
    const [before, after] = ['a', 'b'].map((letter) =>
      Array.from({ length: 3000 }, (_, at) => `${letter}${at}`).join(' '),
    ) as [string, string];
    expect(diffWords(before, after)).toEqual([
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ]);
  });
});
