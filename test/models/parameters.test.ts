import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { providers } from '../../src/models/registry.ts';

const provider = providers.get('mistralai');
const parameters = provider?.parameters ?? {};
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
// Words for editors.
ajv.addVocabulary(['enumDescriptions']);
const validate = ajv.compile({ type: 'object', additionalProperties: false, properties: parameters });

describe('the parameters of mistralai', () => {
  it.each(Object.entries(parameters))('explains %s and gives an example that is valid', (name, schema) => {
    expect(schema['description']).toMatch(/^[A-Z].*\.$/s);
    const examples = schema['examples'] as readonly JsonValue[];
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(validate({ [name]: example })).toBe(true);
  });

  it.each(Object.entries(parameters))('sets no default for %s', (_name, schema) => {
    expect(schema).not.toHaveProperty('default');
  });

  it.each<[string, JsonValue]>([
    ['temperature', -0.1],
    ['temperature', 1.6],
    ['temperature', '0'],
    ['top_p', 0],
    ['top_p', 1.1],
    ['max_tokens', 0],
    ['max_tokens', 1.5],
    ['random_seed', -1],
    ['stop', ''],
    ['stop', []],
    ['stop', [1]],
    ['presence_penalty', 2.1],
    ['frequency_penalty', -2.1],
    ['safe_prompt', 'yes'],
    ['parallel_tool_calls', 1],
    ['reasoning_effort', 'low'],
    ['prompt_cache_key', ''],
    ['prediction', 'Dear customer'],
    ['prediction', { type: 'content' }],
    ['prediction', { type: 'content', content: 'a', more: 1 }],
    ['seed', 1],
  ])('refuses %s: %j', (name, value) => {
    expect(validate({ [name]: value })).toBe(false);
  });

  it('says who it is', () => {
    expect(provider).toMatchObject({
      provider: 'mistralai',
      description: expect.stringMatching(/^[A-Z].*\.$/),
      default_base_url: 'https://api.mistral.ai',
      api_key_env: 'MISTRAL_API_KEY',
      key_page: 'https://console.mistral.ai/api-keys',
    });
  });
});
