import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedact, shortestSecret } from '../../src/models/redact.ts';

const key = 'sk/Ab+c1-D2_e3=F4';
const bytes = Buffer.from(key);
const percent = (text: string) => text.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`);

describe('redact', () => {
  it.each([
    ['as it is', key],
    ['in other case', key.toUpperCase()],
    ['percent-encoded where it has to be', encodeURIComponent(key)],
    ['percent-encoded all through', percent(key)],
    ['as JSON escapes', key.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
    ['as JSON escapes within JSON', key.replaceAll(/./g, (c) => `\\\\u00${c.charCodeAt(0).toString(16)}`)],
    ['with JSON’s escaped slash', key.replaceAll('/', '\\/')],
    ['as JavaScript escapes', key.replaceAll(/./g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)],
    ['as HTML escapes', key.replaceAll('/', '&#x2F;').replaceAll('=', '&#61;')],
    ['in hexadecimal', bytes.toString('hex')],
    ['in upper-case hexadecimal', bytes.toString('hex').toUpperCase()],
    ['in base64', bytes.toString('base64')],
    ['in base64url', bytes.toString('base64url')],
  ])('finds a key written %s', (_how, written) => {
    const text = createRedact(key)(`before ${written} after`);
    expect(text).toMatch(/^before \[redacted\][=\w]{0,3} after$/);
  });

  it.each(['B', 'Be', 'Bearer ', 'user:', 'x'])('finds a key in base64 after "%s"', (before) => {
    const written = Buffer.from(`${before}${key}:more`).toString('base64');
    const text = createRedact(key)(written);
    expect(text).toContain('[redacted]');
    const left = text.split('[redacted]').map((part) => Buffer.from(part, 'base64').toString('latin1'));
    expect(left.join(' ')).not.toMatch(/Ab\+c1|D2_e3/);
  });

  it('finds every occurrence', () => {
    expect(createRedact(key)(`${key}, ${key} and %73${key.slice(1)}`)).toBe(
      '[redacted], [redacted] and [redacted]',
    );
  });

  it('leaves the JSON around a key whole', () => {
    const letters = 'abcdefgh';
    const text = JSON.stringify({ a: `\\${letters}`, b: `"${letters}"` });
    expect(JSON.parse(createRedact(letters)(text))).toEqual({ a: '\\[redacted]', b: '"[redacted]"' });
  });

  it('takes any character of a key literally', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...Array.from('.*+?^${}()|[]\\/-aZ09')),
          minLength: shortestSecret,
        }),
        (secret) => {
          expect(createRedact(secret)(`<${secret}>`)).toBe('<[redacted]>');
        },
      ),
    );
  });

  it.each([undefined, '', 'x', 'example'])('changes nothing for the key %j', (secret) => {
    expect(createRedact(secret)('bad example: x, 78 and eA')).toBe('bad example: x, 78 and eA');
  });

  it('leaves ordinary text alone', () => {
    expect(createRedact(key)('sk, Ab and D2 e3 are no keys')).toBe('sk, Ab and D2 e3 are no keys');
  });
});
