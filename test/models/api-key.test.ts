import { describe, expect, it } from 'vitest';
import { keyFor } from '../../src/models/api-key.ts';

const own = 'own-key-1';
const env = {
  MISTRAL_API_KEY: own,
  OTHER_KEY: 'other-key-1',
  EMPTY: '',
  BROKEN: 'abcdefgh\n',
  QUOTED: 'abcd efgh',
  SHORT: 'seven77',
  EIGHT: 'eight888',
};
type Settings = { base_url?: string; api_key_env?: string };

describe('the key of a call', () => {
  it.each<[string, Settings, string | undefined]>([
    ["the provider's key at its own address", {}, own],
    ["the provider's key at its own address, written out", { base_url: 'https://api.mistral.ai' }, own],
    [
      "the provider's key at its own address, with port and path",
      { base_url: 'https://API.mistral.ai:443/v1' },
      own,
    ],
    ['another key at its own address', { api_key_env: 'OTHER_KEY' }, 'other-key-1'],
    [
      'the named key elsewhere',
      { base_url: 'https://llm.example.com', api_key_env: 'OTHER_KEY' },
      'other-key-1',
    ],
    [
      'the named key elsewhere, by plain HTTP',
      { base_url: 'http://vllm.internal:8000', api_key_env: 'OTHER_KEY' },
      'other-key-1',
    ],
    [
      'the named key on this machine',
      { base_url: 'http://localhost:8000/v1', api_key_env: 'OTHER_KEY' },
      'other-key-1',
    ],
    ['a key of 8 characters', { api_key_env: 'EIGHT' }, 'eight888'],
    ['none at localhost', { base_url: 'http://localhost:8000/v1' }, undefined],
    ['none below localhost', { base_url: 'http://models.localhost' }, undefined],
    ['none at 127.0.0.1', { base_url: 'http://127.0.0.1:1234' }, undefined],
    ['none at 127.1, which is 127.0.0.1', { base_url: 'http://127.1:1234' }, undefined],
    ['none at ::1', { base_url: 'http://[::1]:1234' }, undefined],
  ])('is %s', (_what, settings, expected) => {
    expect(keyFor({ provider: 'mistralai', ...settings }, env)).toEqual({ ok: true, value: expected });
  });

  const notOwn = '`MISTRAL_API_KEY` is for https://api.mistral.ai only and is not sent to ';
  it.each<[string, Settings, string, string]>([
    [
      'at another host',
      { base_url: 'https://evil.example' },
      'missing-api-key-name',
      `${notOwn}https://evil.example`,
    ],
    [
      'at a host that begins alike',
      { base_url: 'https://api.mistral.ai.evil.example' },
      'missing-api-key-name',
      `${notOwn}https://api.mistral.ai.evil.example`,
    ],
    [
      'in the clear',
      { base_url: 'http://api.mistral.ai' },
      'missing-api-key-name',
      `${notOwn}http://api.mistral.ai`,
    ],
    [
      'at another port',
      { base_url: 'https://api.mistral.ai:8443' },
      'missing-api-key-name',
      `${notOwn}https://api.mistral.ai:8443`,
    ],
    [
      'at a host that only looks local',
      { base_url: 'http://localhost.evil.example' },
      'missing-api-key-name',
      `${notOwn}http://localhost.evil.example`,
    ],
    [
      'at another host that asks for it by name',
      { base_url: 'https://evil.example', api_key_env: 'MISTRAL_API_KEY' },
      'misplaced-api-key',
      `${notOwn}https://evil.example`,
    ],
    [
      'on this machine, asked for by name',
      { base_url: 'http://localhost:8000', api_key_env: 'MISTRAL_API_KEY' },
      'misplaced-api-key',
      `${notOwn}http://localhost:8000`,
    ],
    ['from a variable that is not set', { api_key_env: 'NO_KEY' }, 'missing-api-key', '`NO_KEY` is not set'],
    ['from an empty variable', { api_key_env: 'EMPTY' }, 'missing-api-key', '`EMPTY` is empty'],
    [
      'with a line break',
      { api_key_env: 'BROKEN' },
      'invalid-api-key',
      '`BROKEN` holds a space, a line break or another character that no key has',
    ],
    [
      'with a space',
      { api_key_env: 'QUOTED' },
      'invalid-api-key',
      '`QUOTED` holds a space, a line break or another character that no key has',
    ],
    [
      'that is too short to be one',
      { api_key_env: 'SHORT' },
      'invalid-api-key',
      '`SHORT` is shorter than 8 characters, and no key is so short',
    ],
    [
      'to no URL',
      { base_url: 'localhost:8000' },
      'invalid-base-url',
      '`model.base_url` is no address that requests can be sent to',
    ],
    [
      'to a file',
      { base_url: 'file:///etc/passwd' },
      'invalid-base-url',
      '`model.base_url` is no address that requests can be sent to',
    ],
    [
      'beside a password',
      { base_url: 'https://me:secret@api.mistral.ai' },
      'invalid-base-url',
      '`model.base_url` is no address that requests can be sent to',
    ],
    [
      'beside a query',
      { base_url: 'https://api.mistral.ai/?to=me' },
      'invalid-base-url',
      '`model.base_url` is no address that requests can be sent to',
    ],
  ])('is not sent %s', (_what, settings, code, message) => {
    const result = keyFor({ provider: 'mistralai', ...settings }, env);
    expect(result).toMatchObject({ ok: false, error: { severity: 'error', code, message } });
    expect(result).toHaveProperty('error.hint', expect.stringMatching(/^[a-z].*[^.]$/));
    expect(JSON.stringify(result)).not.toMatch(/own-key|other-key|secret|abcd|seven77/);
  });

  it('names the variable that is missing and where to get a key', () => {
    expect(keyFor({ provider: 'mistralai' }, {})).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'missing-api-key',
        message: '`MISTRAL_API_KEY` is not set',
        hint: 'get a key at https://console.mistral.ai/api-keys and set it by `export MISTRAL_API_KEY=…`, or try without one by `--simulate`',
      },
    });
  });
});

describe('the keys of several providers', () => {
  const keys = {
    MISTRAL_API_KEY: own,
    OPENAI_API_KEY: 'openai-key-1',
    ANTHROPIC_API_KEY: 'anthropic-key-1',
    GOOGLE_API_KEY: 'google-key-1',
    OTHER_KEY: 'other-key-1',
  };

  it.each<[string, { provider: string } & Settings, string | undefined]>([
    ["OpenAI's", { provider: 'openai' }, 'openai-key-1'],
    [
      "OpenAI's at its address, written out",
      { provider: 'openai', base_url: 'https://api.openai.com' },
      'openai-key-1',
    ],
    ["Anthropic's", { provider: 'anthropic' }, 'anthropic-key-1'],
    ["Google's", { provider: 'google-genai' }, 'google-key-1'],
    ['none for Ollama', { provider: 'ollama' }, undefined],
    [
      'none for Ollama on another machine',
      { provider: 'ollama', base_url: 'http://gpu.lan:11434' },
      undefined,
    ],
    ['the named one for Ollama', { provider: 'ollama', api_key_env: 'OTHER_KEY' }, 'other-key-1'],
    ['none for a local server', { provider: 'openai', base_url: 'http://localhost:8000/v1' }, undefined],
    [
      "a provider's own, at its own address, in another's API",
      { provider: 'openai', base_url: 'https://api.mistral.ai/v1', api_key_env: 'MISTRAL_API_KEY' },
      own,
    ],
  ])('go where they belong: %s', (_what, settings, expected) => {
    expect(keyFor(settings, keys)).toEqual({ ok: true, value: expected });
  });

  it.each<[{ provider: string } & Settings, string]>([
    [{ provider: 'openai', base_url: 'https://evil.example' }, 'missing-api-key-name'],
    [
      { provider: 'openai', base_url: 'https://evil.example', api_key_env: 'OPENAI_API_KEY' },
      'misplaced-api-key',
    ],
    [
      { provider: 'mistralai', base_url: 'https://evil.example', api_key_env: 'OPENAI_API_KEY' },
      'misplaced-api-key',
    ],
    [
      { provider: 'ollama', base_url: 'https://evil.example', api_key_env: 'ANTHROPIC_API_KEY' },
      'misplaced-api-key',
    ],
    [{ provider: 'mistralai', api_key_env: 'OPENAI_API_KEY' }, 'misplaced-api-key'],
    [{ provider: 'ollama', api_key_env: 'GOOGLE_API_KEY' }, 'misplaced-api-key'],
  ])('go nowhere else: %j', (settings, code) => {
    const result = keyFor(settings, keys);
    expect(result).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(result)).not.toMatch(/-key-1/);
  });

  it('are told to be put where the provider asks for them', () => {
    expect(keyFor({ provider: 'anthropic' }, {})).toMatchObject({
      ok: false,
      error: {
        message: '`ANTHROPIC_API_KEY` is not set',
        hint: expect.stringContaining('get a key at https://platform.claude.com/settings/keys'),
      },
    });
    expect(keyFor({ provider: 'ollama', api_key_env: 'NO_KEY' }, {})).toMatchObject({
      ok: false,
      error: { hint: 'set it to the key of 127.0.0.1:11434: `export NO_KEY=…`' },
    });
  });
});
