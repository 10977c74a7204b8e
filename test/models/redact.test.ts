import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedact } from '../../src/models/redact.ts';

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
    expect(createRedact('k1y')('k1y, k1y and %6b1y')).toBe('[redacted], [redacted] and [redacted]');
  });

  it('takes any character of a key literally', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('.*+?^${}()|[]\\/-aZ09')), minLength: 1 }),
        (secret) => {
          expect(createRedact(secret)(`<${secret}>`)).toBe('<[redacted]>');
        },
      ),
    );
  });

  it.each([undefined, ''])('changes nothing without a key', (secret) => {
    expect(createRedact(secret)('all as it was')).toBe('all as it was');
  });

  it('leaves ordinary text alone', () => {
    expect(createRedact('ab')('a b, 6162 and YWI')).toBe('a b, 6162 and YWI');
  });
});
