import { describe, expect, it } from 'vitest';
import { hideSecrets } from '../../src/diagnostic/hide-secrets.ts';

describe('keys in somebody’s file', () => {
  it.each([
    ['apiKey: sk-live-0123456789abcdefghij', 'sk-live-0123456789abcdefghij'],
    ['a sk-proj-abcdefghijklmnop1234 in a prompt', 'sk-proj-abcdefghijklmnop1234'],
    ['api_key: "0123456789abcdef"', '0123456789abcdef'],
    ['{"apiKey": "Abcdefgh12345"}', 'Abcdefgh12345'],
    ['Authorization: Bearer abcdefgh1234', 'Bearer abcdefgh1234'],
    ['MY_API_KEY=abcdefgh1234', 'abcdefgh1234'],
    ['password: hunter2hunter2', 'hunter2hunter2'],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIbPxRfi', 'wJalrXUtnFEMIbPxRfi'],
    ['secret_key: 8f2a91c07d', '8f2a91c07d'],
    ['apiKey: |\n  0123456789abcdef', '0123456789abcdef'],
    ['token: "abcd1234efgh5678ijkl"', 'abcd1234efgh5678ijkl'],
    ['say Bearer abcd1234efgh5678ijkl to it', 'abcd1234efgh5678ijkl'],
    ['base_url: https://me:s3cret-word@host/v1', 's3cret-word'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz'],
    ['base: https://user:secret@host/v1', 'secret'],
    ['`--set model.api_key=0123456789abcdef`: no key', '0123456789abcdef'],
    ['gsk_abcdefghijklmnopqrst', 'gsk_abcdefghijklmnopqrst'],
    [String.raw`"api_key=abcdefgh\"q\""`, 'abcdefgh'],
  ])('are hidden, and places stay: %s', (text, secret) => {
    const hidden = hideSecrets(text);
    expect(hidden.text).toBe(text.replace(secret, 'x'.repeat(secret.length)));
    expect(hidden.found.map(({ start, end }) => text.slice(start, end))).toEqual([secret]);
  });

  it.each([
    'api_key: ${env:AZURE_OPENAI_API_KEY}',
    "apiKey: '{{env.OPENAI_API_KEY}}'",
    'Authorization: "Bearer {{env.RATES_TOKEN}}"',
    'Authorization: Bearer ${RATES_TOKEN}',
    'apiKeyEnvar: MY_OTHER_KEY_NAME',
    'api_key: OPENAI_API_KEY',
    'max_tokens: 100000000',
    'tell me the secret of good bread',
    'token: classification-of-tickets',
    'the bearer of good news',
  ])('are not seen where there is none: %s', (text) => {
    expect(hideSecrets(text)).toEqual({ text, found: [] });
  });
});

it('hides the keys of this machine, whatever they look like', () => {
  const text = 'prompt: my-own-words-42, say my-own-words-42';
  const hidden = hideSecrets(text, ['my-own-words-42', 'say']);
  expect(hidden.text).toBe(text.replaceAll('my-own-words-42', 'x'.repeat(15)));
  expect(hidden.found).toHaveLength(2);
});
