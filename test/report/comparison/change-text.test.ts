import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/diagnostic/printable.ts';
import type { JsonValue } from '../../../src/json/json.ts';
import { shownChange, type ShownPiece } from '../../../src/report/comparison/change-text.ts';
import { markedPieces, wrapPieces } from '../../../src/report/comparison/marked-text.ts';

const marks = {
  same: (text: string) => text,
  omitted: (text: string) => text,
  removed: (text: string) => `[-${text}-]`,
  added: (text: string) => `{+${text}+}`,
};

function marked(pieces: readonly ShownPiece[]): string {
  return pieces.map(({ kind, text }) => marks[kind](text)).join('');
}

const filler = (words: number) => Array.from({ length: words }, (_, at) => `word${at}`).join(' ');

describe('a change', () => {
  it.each<[JsonValue | undefined, JsonValue | undefined, string]>([
    ['the old house', 'the new house', 'the [-old-]{+new+} house'],
    ['', 'a', '{+a+}'],
    [1, 2, '[-1-]{+2+}'],
    [true, 'true', '[-true-]{+"true"+}'],
    ['1', 1, '[-"1"-]{+1+}'],
    ['1', 2, '[-1-]{+2+}'],
    ['{"a":1}', { a: 1 }, String.raw`[-"{\"a\":1}"-]{+{"a":1}+}`],
    [null, '', '[-null-]{+""+}'],
    [undefined, { a: 1 }, '{+{"a":1}+}'],
    [['a'], undefined, '[-["a"]-]'],
    [{ a: 'old', b: 1 }, { b: 1, a: 'new' }, '{"a":"[-old-]{+new+}","b":1}'],
    [[{ a: 1, b: 2 }], [{ c: 4, b: 3, a: 1 }], '[{"a":1,"b":[-2-]{+3,"c":4+}}]'],
    [['a'], ['b'], '[-["a"]-]{+["b"]+}'],
    [['a'], { a: 1 }, '[-["a"]-]{+{"a":1}+}'],
    ['我们今天去', '我们明天去', '我们[-今天-]{+明天+}去'],
  ])('from %j to %j', (a, b, text) => {
    expect(marked(shownChange(a, b))).toBe(text);
  });

  it('leaves out what is far from it, and cuts no word', () => {
    const [before, after] = [
      `${filler(200)} old ${filler(100)} end`,
      `${filler(200)} new ${filler(100)} END`,
    ];
    const text = marked(shownChange(before, after));
    expect(text).toMatch(
      /^… word19\d .*word199 \[-old-\]\{\+new\+\} word0 .* … word\d+ .*word99 \[-end-\]\{\+END\+\}$/,
    );
    expect(text.length).toBeLessThan(400);
  });

  it('is found in texts of megabytes', () => {
    const long = filler(300_000);
    expect(marked(shownChange(`${long} a ${long}`, `${long} b ${long}`))).toContain('[-a-]{+b+}');
    // Nothing is alike: as much as is compared stands in place of as much.
    const other = shownChange(long, long.toUpperCase());
    expect(other.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(10_000);
  });

  it('shows of both texts nothing that they do not have, in their order', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b ', 'word ', '\n', '文', '😀', 'é', ' '))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.nat(300), (a, b, length) => {
        const [before, after] = [
          `${filler(length)}${a}${filler(length)}`,
          `${filler(length)}${b}${filler(length)}`,
        ];
        for (const [whole, other] of [
          [before, 'added'],
          [after, 'removed'],
        ] as const) {
          let at = 0;
          for (const { kind, text } of shownChange(before, after)) {
            if (kind === other || kind === 'omitted') continue;
            const found = whole.indexOf(text, at);
            expect(found).toBeGreaterThanOrEqual(at);
            at = found + text.length;
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('marked text', () => {
  it('is broken at spaces, and within a word that is longer than a line', () => {
    const pieces = markedPieces(
      [
        { kind: 'same', text: 'one two ' },
        { kind: 'removed', text: 'three' },
        { kind: 'added', text: 'a-very-long-word' },
        { kind: 'same', text: ' 文文文文文文' },
      ],
      (_, text) => text,
    );
    expect(wrapPieces(pieces, 10)).toEqual([
      'one two',
      '[-three-]{',
      '+a-very-lo',
      'ng-word+}',
      '文文文文文',
      '文',
    ]);
  });

  it('has no line that is too wide, whatever it holds', () => {
    const kind = fc.constantFrom('same', 'removed', 'added', 'omitted');
    fc.assert(
      fc.property(fc.array(fc.record({ kind, text: fc.string({ unit: 'grapheme' }) })), (pieces) => {
        const lines = wrapPieces(
          markedPieces(pieces, (_, text) => text),
          12,
        );
        expect(lines.filter((line) => displayWidth(line) > 12)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
