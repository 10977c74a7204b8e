import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { createInset, insetLines, insetText } from '../../src/report/inset.ts';

describe('an inset text', () => {
  it.each([
    ['words that do not fit', 'one two three four five six', 24, '    one two three four\n    five six\n'],
    ['a word longer than a line', 'abcdefghijklmnopqrstuvwxyz', 24, '    abcdefghijklmnopqrst\n    uvwxyz\n'],
    ['its own lines and its indents', 'a\n\n  b', 24, '    a\n\n      b\n'],
    ['scripts without spaces', '東京都は日本の首都です', 24, '    東京都は日本の首都で\n    す\n'],
    ['a tab', 'a\tb', 24, '    a  b\n'],
    ['nothing', '', 24, ''],
  ])('keeps %s', (_what, text, columns, expected) => {
    expect(insetText(text, { margin: 4, columns })).toBe(expected);
  });

  it('stays as it is off a terminal, where it is searched by line', () => {
    const long = 'word '.repeat(100).trimEnd();
    expect(insetText(`${long}\nend`, { margin: 2 })).toBe(`  ${long}\n  end\n`);
  });

  it('reads alike, however it is cut into pieces, and never leaves its columns', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bcd', ' ', '\n', '東', 'é', 'x'.repeat(30)))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (whole, lengths) => {
        let written = '';
        const inset = createInset({ write: (part) => (written += part), margin: 3, columns: 30 });
        let rest = whole;
        for (const length of lengths) {
          inset.write(rest.slice(0, length));
          rest = rest.slice(length);
        }
        inset.write(rest);
        inset.end();
        for (const line of written.split('\n')) expect(displayWidth(line.trimEnd())).toBeLessThanOrEqual(30);
        expect(written.replaceAll(/\s/gu, '')).toBe(whole.replaceAll(/\s/gu, ''));
      }),
    );
  });

  it('writes each word when it is whole', () => {
    const writes: string[] = [];
    const inset = createInset({ write: (part) => writes.push(part), margin: 2, columns: 40 });
    inset.write('Guten Ta');
    expect(writes.join('')).toBe('  Guten');
    inset.write('g ');
    expect(writes.join('')).toBe('  Guten Tag');
  });

  it.each(['x', 'é'])('breaks a word of 100,000 characters in time by its length: %s', (character) => {
    const lines = insetText(character.repeat(100_000), { margin: 4, columns: 84 }).split('\n');
    expect(lines).toHaveLength(1 + (100_000 * displayWidth(character)) / 80);
  });

  it('begins what is broken off a line of JSON where the line begins', () => {
    const json = JSON.stringify({ a: 'one two three four five six' }, null, 2);
    expect(insetLines(json, { margin: 2, columns: 26 })).toBe(
      '  {\n    "a": "one two three\n    four five six"\n  }\n',
    );
  });
});
