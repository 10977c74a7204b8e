import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';

const escapes: Record<string, string> = { n: '\n', t: '\t', '"': '"', '\\': '\\', ' ': ' ', e: '\u001B' };

/** What a piece of source says by itself; for folds, that it is white space with a line break in it. */
function says(source: string, character: string): boolean {
  if (source === character || source === "''") return source === character || character === "'";
  if (/^\\[xuU]/u.test(source)) return decoded(source).includes(character);
  if (source.startsWith('\\')) return escapes[source.slice(1)] === character;
  return /^\s*\n\s*$/u.test(source) && /[ \n]/u.test(character);
}

function decoded(source: string): string {
  return String.fromCodePoint(Number.parseInt(source.slice(2), 16));
}

/** The characters of the text in the file that are located wrongly, or undefined where the file holds no valid text. */
function misplaced(text: string): unknown[] | undefined {
  const { source, diagnostics } = parseYaml('scalar.yaml', text);
  const { value } = (source.value as { pair: { value: unknown } }).pair;
  if (diagnostics.length > 0 || typeof value !== 'string') return undefined;
  const wrong: unknown[] = [];
  let last = 0;
  for (let index = 0; index < value.length; index++) {
    const range = source.locate(['pair', 'value'], 'value', { start: index, end: index + 1 });
    const said = text.slice(range.start.offset, range.end.offset);
    const isMissingBreak = said === '' && index === value.length - 1 && value[index] === '\n';
    const isRight = isMissingBreak || says(said, value.charAt(index));
    if (!isRight || range.start.offset < last) wrong.push({ text, index, said });
    last = range.start.offset;
  }
  return wrong;
}

const eol = fc.constantFrom('\n', '\r\n');
const words = ['a', 'Bc', ' ', '  ', 'é', '😀', '-', ':x', '{{', '}}', '#y', '\t'];
const piecesOf = (...pieces: string[]) => fc.array(fc.constantFrom(...words, ...pieces), { maxLength: 14 });
const flow = (open: string, close: string, ...pieces: string[]) =>
  fc.tuple(piecesOf(...pieces), eol).map(([parts, end]) => {
    const content = parts.join('').replaceAll('\n', `${end}   `);
    return `first: 1${end}pair:${end}  value: ${open}${content}${close}${end}`;
  });
const block = fc
  .record({
    style: fc.constantFrom('|', '>'),
    chomp: fc.constantFrom('', '-', '+'),
    digit: fc.boolean(),
    depth: fc.integer({ min: 1, max: 5 }),
    lines: fc.array(piecesOf(), { maxLength: 7 }),
    end: eol,
    closed: fc.boolean(),
    comment: fc.constantFrom('', ' # a comment', '   '),
  })
  .map(({ style, chomp, digit, depth, lines, end, closed, comment }) => {
    const indentation = ' '.repeat(2 + depth);
    const body = lines.map((parts) => (parts.length === 0 ? '' : `${indentation}${parts.join('')}`));
    const header = `${style}${digit ? depth : ''}${chomp}${comment}`;
    return ['first: 1', 'pair:', `  value: ${header}`, ...body].join(end) + (closed ? end : '');
  });

describe('the place of every character of a text', () => {
  it.each([
    ['plain', flow('a', 'z', '\n', '\n\n')],
    ['single-quoted', flow("'", "'", '\n', '\n\n', "''")],
    [
      'double-quoted',
      flow('"', '"', '\n', '\n\n', '\\n', '\\"', '\\\\', '\\ ', '\\\n', '\\x41', '\\u00e9', '\\U0001F600'),
    ],
    ['block', block],
  ])('is exact in %s scalars', (_, scalars) => {
    let checked = 0;
    fc.assert(
      fc.property(scalars, (text) => {
        const wrong = misplaced(text);
        if (wrong !== undefined) checked += 1;
        expect(wrong ?? []).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(checked).toBeGreaterThan(200);
  });
});
