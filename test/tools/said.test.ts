import { describe, expect, it } from 'vitest';
import { beginningOf, endOf, keptToTell } from '../../src/tools/said.ts';

const token = 'tok/Ab+c1-D2_e3=F4';
const secrets = [token];
const spellings: readonly (readonly [string, string])[] = [
  ['as it is', token],
  ['in capitals', token.toUpperCase()],
  ['percent-encoded', encodeURIComponent(token)],
  ['in hexadecimal', Buffer.from(token).toString('hex')],
  ['in base64', Buffer.from(token).toString('base64')],
  ['as escapes', token.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
];

describe.each([
  ['the beginning', beginningOf],
  ['the end', endOf],
])('%s of what a tool said', (_name, told) => {
  it('is one printable line', () => {
    expect(told(' no such\r\n\torder\x1b[31m\n')).toBe('no such order\\x1b[31m');
  });

  it('is bounded', () => {
    expect(told('x'.repeat(1000))).toBe('x'.repeat(1000));
    expect(told('x'.repeat(1001))).toHaveLength(1000);
    expect(told('\u{1F600}'.repeat(1001))).toMatch(/^…?\u{1F600}+…?$/u);
  });

  it.each(spellings)('holds no secret written %s', (_how, written) => {
    expect(told(`no: ${written}`, { secrets })).toMatch(/^no: \[redacted\][=\w]{0,3}$/u);
  });

  it('holds no secret that is part of another', () => {
    expect(told('abcdefgh-ijkl', { secrets: ['abcdefgh', 'abcdefgh-ijkl'] })).toBe('[redacted]');
  });

  it('says something where the text was cut, whatever characters it is made of', () => {
    for (const character of ['x', 'ü', '語', '\u{1F600}']) {
      const text = character.repeat(keptToTell / Buffer.byteLength(character));
      expect(told(text, { secrets, cut: true }).length).toBeGreaterThan(900);
    }
  });
});

describe('a text that was cut', () => {
  it.each(spellings)('tells no half of a secret written %s', (_how, written) => {
    for (let length = 1; length < written.length; length += 1) {
      const before = `${'-'.repeat(9000)}${written.slice(0, length)}`;
      expect(beginningOf(before, { secrets, cut: true })).toMatch(/^-+…?$/u);
      const after = `${written.slice(length)}${'-'.repeat(9000)}`;
      expect(endOf(after, { secrets, cut: true })).toMatch(/^…?-+$/u);
    }
  });

  it('leaves nothing out where there is no secret', () => {
    expect(beginningOf('all of it', { cut: true })).toBe('all of it');
    expect(endOf('all of it', { secrets: ['short'], cut: true })).toBe('all of it');
  });
});
