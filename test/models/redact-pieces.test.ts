import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preparePieceRedact } from '../../src/models/redact-pieces.ts';
import { createRedact, createRedactAll } from '../../src/diagnostic/redact.ts';

const key = 'k7Xq2bWmP0aRtY9s';
const prepared = (secrets: readonly string[]) => {
  const prepare = preparePieceRedact(secrets, createRedactAll(secrets));
  return (pieces: readonly string[]): string[] => {
    const redacted = prepare();
    return [...pieces.map((piece) => redacted.add(piece)), redacted.rest()];
  };
};
const tell = (pieces: readonly string[], ...secrets: readonly string[]) => prepared(secrets)(pieces);

describe('a text that comes in pieces', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing of the key', ['Guten ', 'Tag.'], ['Guten ', 'Tag.', '']],
    ['the key in one piece', [`It is ${key}.`], ['It is [redacted].', '']],
    ['the key in two pieces', ['It is k7Xq2bWm', 'P0aRtY9s.'], ['It is ', '[redacted].', '']],
    ['the key in upper case', ['K7XQ2BWM', 'P0ARTY9S'], ['', '[redacted]', '']],
    ['a beginning of the key that goes on otherwise', ['k7Xq', 'uiet'], ['', 'k7Xquiet', '']],
    ['a beginning of the key within another', ['k7k', '7Xq2bWmP0aRtY9s'], ['k7', '[redacted]', '']],
    ['a beginning of the key at its end', ['So k7X'], ['So ', 'k7X']],
    ['the key encoded', [Buffer.from(key).toString('hex')], ['[redacted]', '']],
  ])('may have %s', (_what, pieces, told) => {
    expect(tell(pieces, key)).toEqual(told);
  });

  it.each([
    ['base64', Buffer.from(key).toString('base64')],
    ['base64 behind something', Buffer.from(`Bearer ${key}`).toString('base64')],
    ['base64 behind something else', Buffer.from(`key:${key} `).toString('base64')],
    ['base64 for a URL', Buffer.from(`>>>${key}???`).toString('base64url')],
    ['hexadecimal', Buffer.from(key).toString('hex')],
    ['upper case', Buffer.from(key).toString('hex').toUpperCase()],
  ])('may have the key in %s, cut anywhere', (_what, encoded) => {
    const text = `It is ${encoded}, they say.`;
    const whole = createRedact(key)(text);
    expect(whole).toContain('[redacted]');
    for (let at = 0; at <= text.length; at += 1) {
      expect(tell([text.slice(0, at), text.slice(at)], key).join('')).toBe(whole);
    }
    expect(tell(Array.from(text), key).join('')).toBe(whole);
  });

  it('may have it percent-encoded, cut anywhere', () => {
    const [odd, encoded] = ['a/b c+d&e=f?g', encodeURIComponent('a/b c+d&e=f?g')];
    for (let at = 0; at <= encoded.length; at += 1) {
      expect(tell([encoded.slice(0, at), encoded.slice(at)], odd).join('')).toBe('[redacted]');
    }
  });

  it('has no end of a key that begins as it ends', () => {
    expect(tell(['xyabcdefxy', ' and more'], 'xyabcdefxy').join('')).toBe('[redacted] and more');
  });

  it('has none of several secrets, cut anywhere', () => {
    const [token, padded] = ['rates-token-55QZ', ' from-a-file-8841 '];
    const text = `${key}, ${token}, ${Buffer.from(token).toString('hex')} and from-a-file-8841.`;
    const whole = '[redacted], [redacted], [redacted] and [redacted].';
    for (let at = 0; at <= text.length; at += 1) {
      expect(tell([text.slice(0, at), text.slice(at)], key, token, padded).join('')).toBe(whole);
    }
    expect(tell(Array.from(text), key, token, padded).join('')).toBe(whole);
    expect(tell(Array.from(`${token}.`), '', token).join('')).toBe('[redacted].');
  });

  const long = `sk-proj-${createHash('sha512').update('a key').digest('hex')}`;
  it.each<readonly [what: string, secrets: readonly string[], text: string, whole: string]>([
    ['a secret longer than is looked for at once', [long], `It is ${long}!`, 'It is [redacted]!'],
    ['one that ends as it begins', [`${long}sk`], `${long}sk!`, '[redacted]!'],
    [
      'one that another is a part of',
      ['postgres://u:hunter-22x@db/main', 'hunter-22x'],
      'At postgres://u:hunter-22x@db/main, by hunter-22x, not postgres://u:hunter-22x@db/other',
      'At [redacted], by [redacted], not postgres://u:[redacted]@db/other',
    ],
    [
      'one that ends as another begins',
      ['secret-abcd', 'abcd-postgres-hunter-22x', 'hunter-22x', 'postgres-hunter-22x-yes'],
      'secret-abcd and abcd-postgres-hunter-22x secret-abcd',
      '[redacted] and [redacted] [redacted]',
    ],
  ])('has nothing of %s, cut anywhere', (_what, secrets, text, whole) => {
    expect(createRedactAll(secrets)(text)).toBe(whole);
    const said = prepared(secrets);
    for (let at = 0; at <= text.length; at += 7) {
      expect(said([text.slice(0, at), text.slice(at)]).join('')).toBe(whole);
    }
    expect(said(Array.from(text)).join('')).toBe(whole);
  });

  it('is not held where there is no key, or one too short to look for', () => {
    expect(tell(['k7'])).toEqual(['k7', '']);
    expect(tell(['example'], 'example')).toEqual(['example', '']);
  });

  it('says the same as the whole text, wherever it is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
    const secret = 'abaababaab';
    fc.assert(
      fc.property(
        fc.array(fc.oneof(letters, fc.constant(secret))),
        fc.array(fc.nat({ max: 60 })),
        (words, cuts) => {
          const text = words.join('');
          const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
          const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
          expect(tell(pieces, secret).join('')).toBe(createRedact(secret)(text));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
