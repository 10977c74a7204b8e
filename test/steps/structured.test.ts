import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import { mistralBody } from '../../src/models/mistralai-body.ts';
import type { ModelSettings } from '../../src/models/contract.ts';
import { stepTypes } from '../../src/steps/registry.ts';
import { structured } from '../../src/steps/structured.ts';
import { compileStep } from './support.ts';

const schema = {
  type: 'object',
  description: 'What a ticket is about.',
  additionalProperties: false,
  required: ['topic'],
  properties: { topic: { enum: ['order', 'other'] } },
};

const scope = { input: { text: 'Where is it?' }, vars: {}, steps: {} };
const messages = [{ role: 'user', content: 'As JSON: Where is it?' }];
const prompt = 'As JSON: {{input.text}}';

const compile = (spec: JsonObject, id?: string) => {
  const asks: JsonObject = spec['messages'] === undefined ? { prompt } : {};
  return compileStep(structured, { ...asks, schema, ...spec }, new Map([['style', 'Answer in Json.']]), id);
};

const settings: ModelSettings = {
  provider: 'mistralai',
  name: 'mistral-small-latest',
  parameters: {},
  timeout: 1000,
  idle_timeout: 1000,
};

describe('the structured step', () => {
  it('is registered by its type, and says so', () => {
    expect(stepTypes.get('structured')).toBe(structured);
    expect(structured.type).toBe('structured');
  });

  it('describes each of its keys, with an example', () => {
    for (const [key, property] of Object.entries<JsonObject>(structured.properties)) {
      expect(property['description'], key).toMatch(/\.$/);
      expect(property['examples'] ?? property['default'], key).toBeDefined();
    }
  });

  it('has the schema for output', async () => {
    expect((await compile({})).program.output).toEqual(schema);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'by json_schema unless it is told otherwise',
      {},
      { response_format: { type: 'json_schema', name: 'reply', schema } },
    ],
    [
      'by json_schema, strictly',
      { method: 'json_schema', strict: true },
      { response_format: { type: 'json_schema', name: 'reply', schema, strict: true } },
    ],
    [
      'by json_schema, not strictly',
      { strict: false },
      { response_format: { type: 'json_schema', name: 'reply', schema, strict: false } },
    ],
    [
      'by a function',
      { method: 'function_calling' },
      {
        tools: [{ name: 'reply', description: 'What a ticket is about.', parameters: schema }],
        tool_choice: 'reply',
        parallel_tool_calls: false,
      },
    ],
    [
      'by a function, strictly, of a schema without a description',
      { method: 'function_calling', strict: true, schema: { type: 'object' } },
      {
        tools: [
          { name: 'reply', description: 'Gives the answer.', parameters: { type: 'object' }, strict: true },
        ],
        tool_choice: 'reply',
        parallel_tool_calls: false,
      },
    ],
    ['by json_mode', { method: 'json_mode' }, { response_format: { type: 'json_object' } }],
  ])('asks %s', async (_name, spec, asked) => {
    const { program, mistakes } = await compile(spec);
    expect(mistakes).toEqual([]);
    expect(program.render(scope)).toEqual({ ok: true, value: { messages, ...asked } });
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'json_schema',
      { strict: true },
      { response_format: { type: 'json_schema', json_schema: { name: 'reply', schema, strict: true } } },
    ],
    [
      'function_calling',
      { method: 'function_calling', strict: false },
      {
        tools: [
          {
            type: 'function',
            function: {
              name: 'reply',
              description: 'What a ticket is about.',
              parameters: schema,
              strict: false,
            },
          },
        ],
        tool_choice: { type: 'function', function: { name: 'reply' } },
        parallel_tool_calls: false,
      },
    ],
    ['json_mode', { method: 'json_mode' }, { response_format: { type: 'json_object' } }],
  ])("is sent to Mistral by %s in Mistral's words", async (_method, spec, body) => {
    const { program } = await compile(spec);
    const request = program.render(scope);
    if (!request.ok) throw new Error(request.error.message);
    expect(mistralBody(settings, request.value)).toEqual({
      model: 'mistral-small-latest',
      messages,
      ...body,
    });
  });

  it.each([
    ['classify-ticket_2', 'classify-ticket_2'],
    ['a'.repeat(80), 'a'.repeat(64)],
    ['any', 'any_answer'],
    ['none', 'none_answer'],
  ])('calls the function of step %s %s', async (id, name) => {
    const { program } = await compile({ method: 'function_calling' }, id);
    expect(program.render(scope)).toMatchObject({ value: { tools: [{ name }], tool_choice: name } });
  });

  it('sends an object where the schema allows anything', async () => {
    const { program } = await compile({ schema: true });
    expect(program.render(scope)).toMatchObject({ value: { response_format: { schema: {} } } });
    expect(program.output).toBe(true);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['strict with json_mode', { method: 'json_mode', strict: false }, ['conflicting-keys strict (key)']],
    [
      'json_mode without the word JSON',
      { method: 'json_mode', prompt: '{{json input}}' },
      ['no-json-word method'],
    ],
    [
      'json_mode without the word, and strict',
      { method: 'json_mode', strict: true, prompt: 'Hello' },
      ['conflicting-keys strict (key)', 'no-json-word method'],
    ],
    [
      'json_mode with a word that only looks like it',
      { method: 'json_mode', prompt: 'js{{input.text}}on' },
      ['no-json-word method'],
    ],
    [
      'a call that is begun for the model',
      {
        method: 'function_calling',
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: '{', prefix: true },
        ],
      },
      ['message-order messages.1.prefix (key)'],
    ],
    ['a list by json_mode', { method: 'json_mode', schema: { type: 'array' } }, ['impossible-schema schema']],
    [
      'a text by function_calling',
      { method: 'function_calling', schema: { enum: ['yes', 'no'] } },
      ['impossible-schema schema'],
    ],
    [
      'a schema that allows nothing',
      { schema: { allOf: [{ type: 'object' }, { type: 'null' }] } },
      ['impossible-schema schema'],
    ],
    [
      'mistakes of its messages',
      { system: 'x', messages: [{ role: 'user', content: 'x' }] },
      ['system-beside-messages system (key)'],
    ],
  ])('refuses %s', async (_name, spec, mistakes) => {
    expect((await compile(spec)).mistakes).toEqual(mistakes);
  });

  it.each<[string, JsonObject]>([
    ['a list by json_schema', { schema: { type: 'array', items: { type: 'string' } } }],
    [
      'an object or null by function_calling',
      { method: 'function_calling', schema: { type: ['object', 'null'] } },
    ],
    ['a schema without a type by json_mode', { method: 'json_mode', schema: { required: ['a'] } }],
    ['the word JSON in a partial', { method: 'json_mode', prompt: '{{> style}} {{input.text}}' }],
    [
      'the word JSON in a branch',
      { method: 'json_mode', prompt: '{{#if input.text}}x{{else}}as json{{/if}}' },
    ],
    ['the word JSON in a loop', { method: 'json_mode', prompt: '{{#each input.list}}a JSON{{/each}}' }],
    [
      'the word JSON in a part of a turn',
      {
        method: 'json_mode',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'In JSON: {{input.text}}' }] }],
      },
    ],
  ])('allows %s', async (_name, spec) => {
    expect((await compile(spec)).mistakes).toEqual([]);
  });

  it('asks nothing where the prompt cannot be made', async () => {
    const { program } = await compile({ prompt: '{{input.missing}}' });
    expect(program.render(scope)).toMatchObject({ ok: false, error: { code: 'absent_path', attempts: 0 } });
  });
});
