import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/diagnostic/printable.ts';
import { createTokenText, type TokenForm } from '../../src/report/token-text.ts';

function written(form: TokenForm, pieces: readonly string[]) {
  const writes: string[] = [];
  const text = createTokenText(form, (words) => writes.push(words));
  for (const piece of pieces) text.write(piece);
  const some = text.end();
  return { writes, some, all: writes.join('') };
}

/** A text cut into pieces at any place. */
const cutText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\r\n', '\r', '\x1b[31m', '\u{1F600}', '\uD83D', '\n'),
    ),
  )
  .chain((parts) => {
    const text = parts.join('');
    return fc.array(fc.nat(text.length)).map((cuts) => {
      const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
      return { text, pieces: places.slice(1).map((end, at) => text.slice(places[at], end)) };
    });
  });

describe('createTokenText', () => {
  it.each([
    [['::err', 'or::stop'], '\\x3a:error::stop\n'],
    [['a\n', ' :', ':add-mask::x\nb'], 'a\n \\x3a:add-mask::x\nb\n'],
    [['a ##', '[error] b'], 'a ##\\x5berror] b\n'],
    [['a::b\n', 'c'], 'a::b\nc\n'],
  ])('lets no piece of %j become a command in a log', (pieces, all) => {
    expect(written('log', pieces).all).toBe(all);
  });

  it('writes each piece as it comes', () => {
    expect(written('exact', ['Hal', 'lo', ', ', 'Welt.']).writes).toEqual(['Hal', 'lo', ', ', 'Welt.', '\n']);
  });

  it.each([
    ['ends the last line', ['a'], 'a\n'],
    ['once', ['a\n'], 'a\n'],
    ['but not one of an empty text', [''], ''],
    ['keeps further empty lines', ['a\n\n'], 'a\n\n'],
  ])('%s', (_, pieces, all) => {
    expect(written('exact', pieces)).toMatchObject({ all, some: all !== '' });
  });

  it('takes control sequences out for a terminal, also where they come in pieces', () => {
    expect(written('printable', ['\x1b', '[2', 'J red', '\x9b31m', '\r', 'x']).all).toBe(
      '\\x1b[2J red\\x9b31m\\rx\n',
    );
  });

  it.each(['exact', 'printable'] as const)('never parts a character: %s', (form) => {
    expect(written(form, ['\uD83D', '\uDE00']).writes).toEqual(['\u{1F600}', '\n']);
  });

  it('writes what it holds of a log where another is to write', () => {
    const writes: string[] = [];
    const text = createTokenText('log', (words) => writes.push(words));
    text.write('half a');
    text.breakLine();
    text.write('::error::line');
    expect([text.end(), writes.join('')]).toEqual([true, 'half a\n\\x3a:error::line\n']);
  });

  it.each(['exact', 'printable', 'log'] as const)('takes a line without end: %s', (form) => {
    const word = 'x'.repeat(1_000_000);
    expect(written(form, [word]).all).toBe(`${word}\n`);
    const tokens = Array.from({ length: 50_000 }, () => 'token ');
    expect(written(form, tokens).all).toBe(`${'token '.repeat(50_000)}\n`);
  });

  it('is the same however the text is cut', () => {
    fc.assert(
      fc.property(cutText, ({ text, pieces }) => {
        const end = (all: string) => (all === '' || all.endsWith('\n') ? all : `${all}\n`);
        expect(written('exact', pieces).all).toBe(end(text));
        expect(written('printable', pieces).all).toBe(end(printable(text, 'lines')));
        expect(written('log', pieces).all).toBe(written('log', [text]).all);
      }),
    );
  });
});
