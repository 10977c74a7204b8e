import { describe, expect, it } from 'vitest';
import type { ModelRequest, ModelSettings } from '../../src/models/contract.ts';
import { fingerprintsOf, toolFingerprint } from '../../src/run/fingerprint.ts';

const settings: ModelSettings = {
  provider: 'mistralai',
  name: 'mistral-small-latest',
  parameters: { temperature: 0, max_tokens: 300 },
  timeout: 60_000,
  idle_timeout: 30_000,
};
const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'You translate.' },
    { role: 'user', content: 'Bonjour' },
  ],
  tools: [{ name: 'find', parameters: { type: 'object', required: ['id'] } }],
  response_format: { type: 'json_schema', name: 'answer', schema: { type: 'object' } },
};
const known = fingerprintsOf(settings)(request);

describe('the fingerprint of a question', () => {
  it('is the same from one version of pipe to the next', () => {
    expect(known).toBe('7e558929f75a0d3523fdf283f73c16ac');
  });

  it.each<[string, Partial<ModelSettings>, Partial<ModelRequest>]>([
    ['another provider', { provider: 'openai' }, {}],
    ['another server', { base_url: 'http://localhost:8000/v1' }, {}],
    ['another model', { name: 'mistral-large-latest' }, {}],
    ['another parameter', { parameters: { temperature: 0.1, max_tokens: 300 } }, {}],
    ['a parameter more', { parameters: { temperature: 0, max_tokens: 300, top_p: 1 } }, {}],
    ['another word', {}, { messages: [{ role: 'user', content: 'bonjour' }] }],
    ['another role', {}, { messages: [{ role: 'system', content: 'Bonjour' }] }],
    [
      'an image',
      {},
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: 'data:image/png;base64,AA==' }] },
        ],
      },
    ],
    ['another tool', {}, { tools: [{ name: 'seek', parameters: { type: 'object', required: ['id'] } }] }],
    ['no tool', {}, { tools: [] }],
    ['another choice', {}, { tool_choice: 'any' }],
    ['one call at a time', {}, { parallel_tool_calls: false }],
    ['another schema', {}, { response_format: { type: 'json_schema', name: 'answer', schema: true } }],
    ['another format', {}, { response_format: { type: 'json_object' } }],
  ])('is another for %s', (_what, otherSettings, otherRequest) => {
    const other = fingerprintsOf({ ...settings, ...otherSettings })({ ...request, ...otherRequest });
    expect(other).toMatch(/^[0-9a-f]{32}$/);
    expect(other).not.toBe(known);
  });

  it('does not know of what changes no answer', () => {
    const others: ModelSettings = { ...settings, timeout: 1, idle_timeout: 1, api_key_env: 'OTHER_KEY' };
    expect(fingerprintsOf(others)(request)).toBe(known);
  });

  it('does not know of the order in which a file names things', () => {
    const parameters = { max_tokens: 300, temperature: 0 };
    const tools = [{ parameters: { required: ['id'], type: 'object' }, name: 'find' }];
    expect(fingerprintsOf({ ...settings, parameters })({ ...request, tools })).toBe(known);
  });
});

describe('the fingerprint of a tool call', () => {
  const call = {
    id: 'a1',
    name: 'find',
    arguments: { id: 'o-1' },
    identity: { command: ['node', 'find.mjs'] },
  };

  it.each([
    ['id', { id: 'a2' }],
    ['name', { name: 'seek' }],
    ['arguments', { arguments: { id: 'o-2' } }],
    ['tool', { identity: { command: ['node', 'other.mjs'] } }],
  ])('is another for another %s', (_what, other) => {
    expect(toolFingerprint({ ...call, ...other })).not.toBe(toolFingerprint(call));
  });

  it('does not know of the order of arguments', () => {
    const one = toolFingerprint({ ...call, arguments: { id: 'o-1', all: true } });
    expect(toolFingerprint({ ...call, arguments: { all: true, id: 'o-1' } })).toBe(one);
  });
});
