import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedact, createRedactAll, shortestSecret } from '../../src/diagnostic/redact.ts';

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

  it.each([0, 1, 2, 3, 4])('leaves nothing of the end of base64 after %d characters', (before) => {
    for (const secret of [key, `${key}g`, `${key}gh`]) {
      const base64 = Buffer.from('u'.repeat(before) + secret).toString('base64');
      // The digit that the secret shares with what stands before it tells next to nothing.
      const first = base64.slice(0, Math.ceil((before * 8) / 6));
      const redact = createRedact(secret);
      for (const written of [base64, base64.replaceAll('=', '%3D'), base64.replaceAll('=', '\\u003d')])
        expect(redact(`"${written}" of`)).toBe(`"${first}[redacted]" of`);
      expect(redact(`${base64.replaceAll('=', '').slice(first.length)} of`)).toBe('[redacted] of');
    }
  });

  describe('of characters that are escaped everywhere', () => {
    const odd = `k&<1>"2\\'3+/4=k&<`;
    const named: { readonly [character: string]: string } = {
      '&': '&amp;',
      '<': '&lt;',
      '>': '&gt;',
      '"': '&quot;',
      "'": '&apos;',
    };
    const html = odd.replaceAll(/[&<>"']/g, (character) => named[character] ?? '');
    it.each([
      ['as it is', odd],
      ['in HTML', html],
      ['in HTML, by numbers', odd.replaceAll(/\W/g, (character) => `&#${character.charCodeAt(0)};`)],
      ['in HTML in HTML', html.replaceAll('&', '&amp;')],
      ['in HTML in JSON', JSON.stringify(html).slice(1, -1)],
      ['percent-encoded twice', encodeURIComponent(encodeURIComponent(odd))],
    ])('finds a key written %s', (_how, written) => {
      expect(createRedact(odd)(`before ${written} after`)).toBe('before [redacted] after');
    });
  });

  describe('of several lines', () => {
    const lines = '-----BEGIN KEY-----\nMIIEvQIBADANBg\n\tkqhkiG9w0B=\n-----END KEY-----\n';
    it.each([
      ['as it is', lines.trim()],
      ['with the line breaks of Windows', lines.trim().replaceAll('\n', '\r\n')],
      ['in JSON', JSON.stringify(lines.trim()).slice(1, -1)],
      ['in JSON in JSON', JSON.stringify(JSON.stringify(lines.trim())).slice(3, -3)],
      ['on one line', lines.trim().replaceAll(/\s+/g, ' ')],
      ['indented', lines.trim().replaceAll('\n', '\n    ')],
      ['percent-encoded', encodeURIComponent(lines.trim())],
      ['of a form', new URLSearchParams({ lines: lines.trim() }).toString().slice('lines='.length)],
    ])('finds a key written %s', (_how, written) => {
      expect(createRedact(lines)(`before ${written} after`)).toMatch(/^before "?\[redacted\]"? after$/);
    });
  });

  it('finds a key in JSON in JSON in JSON', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: shortestSecret }).filter((secret) => /^[!-~]*$/.test(secret)),
        (secret) => {
          let text = secret;
          for (let depth = 0; depth < 3; depth += 1) {
            text = JSON.stringify(text);
            expect(createRedact(secret)(text)).toContain('[redacted]');
          }
        },
      ),
    );
  });

  describe('of base64 with + and /', () => {
    const odd = 'a>>?~~~ü?>~?>a~~b?ÿÿ>';
    const base64 = Buffer.from(odd).toString('base64');
    const lines = (end: string) => base64.replaceAll(/.{7}/g, `$&${end}`);
    it('has both', () => {
      expect(base64).toMatch(/\+.*\/|\/.*\+/);
    });
    it.each([
      ['in base64', base64],
      ['in base64url', Buffer.from(odd).toString('base64url')],
      ['in base64, percent-encoded', encodeURIComponent(base64)],
      ['in base64, percent-encoded in lower case', encodeURIComponent(base64).toLowerCase()],
      ['in base64 with JSON’s escaped slash', base64.replaceAll('/', '\\/')],
      ['in base64 as JSON escapes', base64.replaceAll('+', '\\u002B').replaceAll('/', '\\u002f')],
      ['in base64 in HTML', base64.replaceAll('+', '&#43;').replaceAll('/', '&sol;')],
      ['in base64 in lines', lines('\n')],
      ['in base64 in lines of MIME', lines('\r\n')],
      ['in base64 in lines, as JSON', JSON.stringify(lines('\r\n')).slice(1, -1)],
      ['in base64 in lines, on one line', lines(' ')],
      ['in hexadecimal in lines', Buffer.from(odd).toString('hex').replaceAll(/.{8}/g, '$&\n')],
    ])('finds a key written %s', (_how, written) => {
      expect(createRedact(odd)(`before ${written} after`)).toMatch(/^before \[redacted\].{0,6}\s? after$/s);
    });
  });

  describe('of any length', () => {
    // No part of it is like another.
    const long = Array.from({ length: 300 }, (_, n) => `${n.toString(36)}_${(n * 7919).toString(36)}`).join(
      '+',
    );

    it.each([64, 65, 129, 300])('finds a key of %d characters', (length) => {
      const secret = long.slice(0, length);
      const redact = createRedact(secret);
      expect(redact(`before ${secret} after`)).toBe('before [redacted] after');
      expect(redact(encodeURIComponent(secret))).toBe('[redacted]');
      expect(redact(Buffer.from(secret).toString('base64'))).toBe('[redacted]');
      expect(redact(`${Buffer.from(secret).toString('hex')} and ${secret}`)).toBe(
        '[redacted] and [redacted]',
      );
      expect(redact(long.slice(300))).toBe(long.slice(300));
    });

    it('finds a key of several lines', () => {
      const secret = long.slice(0, 220).replaceAll(/.{50}/g, '$&\n');
      const redact = createRedact(secret);
      expect(redact(JSON.stringify({ secret }))).toBe('{"secret":"[redacted]"}');
    });

    it('takes a key of any length', () => {
      expect(createRedact(long.repeat(50))('text')).toBe('text');
    });
  });

  it('takes no long on texts of nothing but beginnings', () => {
    const text = [...Array.from({ length: 1000 }, () => '\\'.repeat(50)), key.slice(0, -1).repeat(5000)];
    expect(createRedact(key)(text.join(' '))).toBe(text.join(' '));
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

  it.each([undefined, '', 'x', 'example', ' '.repeat(100), `${' '.repeat(10)}x`, `b${'\n'.repeat(10)}a`])(
    'changes nothing for the key %j',
    (secret) => {
      expect(createRedact(secret)('bad example: x, 78 and eA')).toBe('bad example: x, 78 and eA');
    },
  );

  it('leaves ordinary text alone', () => {
    expect(createRedact(key)('sk, Ab and D2 e3 are no keys')).toBe('sk, Ab and D2 e3 are no keys');
  });
});

describe('redactAll', () => {
  it.each<[string, readonly string[], string, string]>([
    ['several', ['one-secret', 'other-secret'], 'one-secret, other-secret', '[redacted], [redacted]'],
    ['one that is part of another', ['abcdefgh', 'abcdefgh-ijkl'], 'abcdefgh-ijkl', '[redacted]'],
    ['none that is short', ['eu', ''], 'eu is an eulogy', 'eu is an eulogy'],
    ['none', [], 'text', 'text'],
  ])('takes out %s', (_what, secrets, text, redacted) => {
    expect(createRedactAll(secrets)(text)).toBe(redacted);
  });
});
