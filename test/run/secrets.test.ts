import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { failure, success } from '../../src/result.ts';
import { redactOutcomes, secretsOf } from '../../src/run/secrets.ts';
import { fakeTools } from './support/fake-tools.ts';
import { plan, settings, step } from './support/plans.ts';

const token = 'tok-1234567890';

describe('redactOutcomes', () => {
  it.each<readonly [string, readonly string[], JsonValue, JsonValue]>([
    ['a text', [token], `x ${token} y`, 'x [redacted] y'],
    [
      'texts and names, however deep',
      [token],
      { a: [{ [token]: [token] }] },
      { a: [{ '[redacted]': ['[redacted]'] }] },
    ],
    ['a number', ['1234567890'], { pin: 1234567890, other: 12 }, { pin: '[redacted]', other: 12 }],
    ['one that is part of another', ['abcdefgh', 'abcdefgh-ijkl'], 'abcdefgh-ijkl', '[redacted]'],
    ['several', [token, 'other-secret'], [token, 'other-secret'], ['[redacted]', '[redacted]']],
    ['none that is short', ['eu', ''], 'eu is an eulogy', 'eu is an eulogy'],
    ['nothing else', [token], [null, true, 1.5, '', {}], [null, true, 1.5, '', {}]],
  ])('takes out of a result %s', (_, secrets, value, expected) => {
    expect(redactOutcomes(secrets)(success(value))).toEqual(success(expected));
  });

  it('keeps a field called __proto__ a field', () => {
    const value = JSON.parse(`{"__proto__": "${token}"}`) as JsonValue;
    const redacted = redactOutcomes([token])(success(value));
    expect(JSON.stringify(redacted)).toContain('"__proto__":"[redacted]"');
  });

  it.each([
    [`says ${token}`, 'says [redacted]'],
    [`cut: ${token.slice(0, 10)}…`, 'cut: [redacted]…'],
    [`ended: …${token.slice(-9)} is wrong`, 'ended: …[redacted] is wrong'],
    ['too little to tell: tok-123…', 'too little to tell: tok-123…'],
  ])('takes it out of an error, also where its end was cut: %s', (message, expected) => {
    const error = { code: 'tool_failed', message, fatal: true } as const;
    expect(redactOutcomes([token])(failure(error))).toEqual(failure({ ...error, message: expected }));
  });

  it('leaves no secret in anything', () => {
    fc.assert(
      fc.property(
        // White space aside, a shorter one is not looked for.
        fc
          .string({ minLength: 8, unit: 'grapheme-ascii' })
          .filter((text) => text.trim().replaceAll(/\s+/g, ' ').length >= 8),
        fc.jsonValue(),
        fc.string(),
        (secret, value, around) => {
          const said = { value: value as JsonValue, text: `${around}${secret}${around}` };
          const redacted = redactOutcomes([secret])(success(said));
          expect(redacted.ok && (redacted.value as { text: string }).text.includes(secret)).toBe(
            // A secret made of the mark's own letters cannot be told from it.
            '[redacted]'.includes(secret),
          );
        },
      ),
    );
  });
});

describe('secretsOf', () => {
  const env = { TOKEN: 'a', MISTRAL_API_KEY: 'b', MINE: 'c', UNRELATED: 'd' };
  const model = { ...settings, provider: 'mistralai' };
  const tools = fakeTools();

  it('is what tools name and what models are sent, also where a simulator answers', () => {
    const steps = [
      step('one', { model, program: tools.calling([], ['TOKEN', 'UNSET']) }),
      step('two', { model: { ...model, base_url: 'https://example.com', api_key_env: 'MINE' } }),
    ];
    expect(secretsOf(plan(steps), { env })).toEqual(['a', 'b', 'c']);
    expect(secretsOf(plan(steps), { env, simulator: { base_url: 'http://localhost' } })).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
