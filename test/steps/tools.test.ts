import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonSchema } from '../../src/json/json.ts';
import type { ModelRequest } from '../../src/models/contract.ts';
import { compileOnce } from '../../src/pipeline/schema/validator.ts';
import { typeOf, kindsOfType, literalsOf, memberOf } from '../../src/schema/value-type.ts';
import { stepTypes } from '../../src/steps/registry.ts';
import { tools, toolsStep } from '../../src/steps/tools.ts';
import { toolKinds } from '../../src/tools/registry.ts';
import type { ToolKindBuilder } from '../../src/tools/tool.ts';
import { compileStep } from './support.ts';
import { compileTools, fakeKind, kindsOf, withTools } from './tools-support.ts';

const step = toolsStep(kindsOf(fakeKind('fake', {}), fakeKind('other', {})));
const none = { type: 'object', properties: {}, additionalProperties: false };
const scope = { input: { id: 'A1' }, vars: {}, steps: {} };

describe('the step type', () => {
  it('is registered by its type, for every kind of tool that there is', () => {
    expect(stepTypes.get('tools')).toBe(tools);
    const { additionalProperties } = tools.properties['tools'] ?? {};
    const { properties, anyOf } = additionalProperties as JsonObject;
    expect(toolKinds.size).toBeGreaterThan(0);
    expect(anyOf).toEqual([...toolKinds.keys()].map((kind) => ({ required: [kind] })));
    for (const { kind, description } of toolKinds.values()) {
      expect(properties).toHaveProperty([kind, 'description'], expect.stringContaining(description));
    }
  });
});

describe('the keys of a tool', () => {
  const section = step.properties['tools'];
  const validate = compileOnce(section ?? false);

  it.each<[string, JsonObject, boolean]>([
    ['a tool of one kind', { find: { fake: 'echo' } }, true],
    ['a tool of another kind', { find: { other: 'echo' } }, true],
    [
      'all keys of a tool',
      { find: { fake: 'echo', description: 'Finds.', parameters: {}, on_error: 'fail' } },
      true,
    ],
    ['parameters in a file', { find: { fake: 'echo', parameters: './find.schema.json' } }, true],
    ['notes', { 'x-note': { any: 1 }, find: { fake: 'echo', 'x-why': 1 } }, true],
    ['every character of a name', { 'aZ_9-': { fake: 'echo' } }, true],
    ['the longest name', { ['a'.repeat(64)]: { fake: 'echo' } }, true],
    ['a name that only begins with a word of tool_choice', { any_order: { fake: 'echo' } }, true],
    ['no tool', {}, false],
    ['a tool of no kind', { find: { description: 'Finds.' } }, false],
    ['a key that no kind has', { find: { fake: 'echo', colour: 'red' } }, false],
    ['a value that its kind does not allow', { find: { fake: 5 } }, false],
    ['an empty description', { find: { fake: 'echo', description: '' } }, false],
    ['parameters that are no schema', { find: { fake: 'echo', parameters: ['id'] } }, false],
    ['another word for on_error', { find: { fake: 'echo', on_error: 'ignore' } }, false],
    ['an empty name', { '': { fake: 'echo' } }, false],
    ['a name with a space', { 'find it': { fake: 'echo' } }, false],
    ['a name with a dot', { 'find.it': { fake: 'echo' } }, false],
    ['a name that is too long', { ['a'.repeat(65)]: { fake: 'echo' } }, false],
    ...['auto', 'any', 'none', 'required'].map((word): [string, JsonObject, boolean] => [
      `the name ${word}`,
      { [word]: { fake: 'echo' } },
      false,
    ]),
    ['128 tools', many(128), true],
    ['129 tools', many(129), false],
  ])('says of %s whether it is allowed', (_name, tools, allowed) => {
    expect(validate(tools)).toBe(allowed);
  });

  function many(count: number): JsonObject {
    return Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, { fake: 'echo' }]));
  }
});

describe('the request of a step with tools', () => {
  const render = async (spec: JsonObject) => {
    const { program, mistakes } = await compileTools(spec);
    expect(mistakes).toEqual([]);
    return program.render(scope);
  };

  it.each<[string, JsonObject, Partial<ModelRequest>]>([
    [
      'a tool without anything',
      { tools: { find: { fake: 'echo' } } },
      { tools: [{ name: 'find', parameters: none }] },
    ],
    [
      'what a tool says, in the order of the file',
      {
        tools: {
          'x-note': { fake: 'echo' },
          second: { fake: 'echo', description: 'Finds {{input.id}}.', parameters: { type: 'object' } },
          first: { other: 'echo' },
        },
      },
      {
        tools: [
          { name: 'second', description: 'Finds {{input.id}}.', parameters: { type: 'object' } },
          { name: 'first', parameters: none },
        ],
      },
    ],
    ...['auto', 'any', 'none', 'required', 'find'].map(
      (tool_choice): [string, JsonObject, Partial<ModelRequest>] => [
        `tool_choice ${tool_choice}`,
        { tools: { find: { fake: 'echo' } }, tool_choice },
        { tools: [{ name: 'find', parameters: none }], tool_choice },
      ],
    ),
    ...[true, false].map((parallel_tool_calls): [string, JsonObject, Partial<ModelRequest>] => [
      `parallel_tool_calls ${parallel_tool_calls}`,
      { tools: { find: { fake: 'echo' } }, parallel_tool_calls },
      { tools: [{ name: 'find', parameters: none }], parallel_tool_calls },
    ]),
    [
      'no format while tools may be called',
      { tools: { find: { fake: 'echo' } }, schema: { type: 'object' } },
      { tools: [{ name: 'find', parameters: none }] },
    ],
    [
      'the format at once where no tool may be called',
      { tools: { find: { fake: 'echo' } }, schema: { type: 'object' }, strict: true, tool_choice: 'none' },
      {
        tools: [{ name: 'find', parameters: none }],
        tool_choice: 'none',
        response_format: { type: 'json_schema', name: 'reply', schema: { type: 'object' }, strict: true },
      },
    ],
  ])('has %s', async (_name, spec, request) => {
    const messages = [{ role: 'user', content: 'Find A1.' }];
    expect(await render({ prompt: 'Find {{input.id}}.', ...spec })).toEqual({
      ok: true,
      value: { messages, ...request },
    });
  });

  it('is not made where a template fails', async () => {
    const { program } = await compileTools({ prompt: '{{input.gone}}', tools: { find: { fake: 'echo' } } });
    expect(program.render(scope)).toMatchObject({ ok: false, error: { code: 'absent_path' } });
  });
});

describe('the mistakes of a step with tools', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['nothing but notes', withTools({ 'x-note': 'echo' }), ['required-key tools (key)']],
    [
      'two kinds',
      withTools({ find: { fake: 'echo', other: 'echo' } }),
      ['conflicting-keys tools.find.other (key)'],
    ],
    [
      'a key of another kind',
      withTools({ find: { other: 'echo', fake_env: ['A'] } }),
      ['conflicting-keys tools.find.fake_env (key)'],
    ],
    ['a key that both kinds have', withTools({ find: { other: 'echo', timeout: '5s' } }), []],
    [
      'parameters that allow no object',
      withTools({ find: { fake: 'echo', parameters: { type: 'string' } } }),
      ['invalid-schema tools.find.parameters'],
    ],
    [
      'parameters that allow an object among others',
      withTools({ find: { fake: 'echo', parameters: { anyOf: [{ type: 'null' }, { required: ['a'] }] } } }),
      [],
    ],
    ['what the kind finds', withTools({ find: 'broken' }), ['fake tools.find.fake']],
    [
      'a choice of no tool',
      withTools({ find: 'echo' }, { tool_choice: 'fnid' }),
      ['unknown-tool tool_choice'],
    ],
    [
      'a choice of a note',
      withTools({ 'x-find': 'echo', find: 'echo' }, { tool_choice: 'x-find' }),
      ['unknown-tool tool_choice'],
    ],
    [
      'an answer that is begun',
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: '{', prefix: true },
        ],
        tools: { find: { fake: 'echo' } },
      },
      ['message-order messages.1.prefix (key)'],
    ],
    [
      'keys of an answer without its schema',
      withTools({ find: 'echo' }, { strict: true, repair: 1 }),
      ['conflicting-keys strict (key)', 'conflicting-keys repair (key)'],
    ],
    [
      'an answer where calls are only collected',
      withTools({ find: 'echo' }, { schema: { type: 'object' }, max_rounds: 0 }),
      ['conflicting-keys schema (key)'],
    ],
    [
      'no rounds where no tool may be called',
      withTools({ find: 'echo' }, { tool_choice: 'none', max_rounds: 0 }),
      [],
    ],
    ['tools named as what objects inherit', withTools({ constructor: 'echo', toString: 'echo' }), []],
  ])('are told of %s', async (_name, spec, mistakes) => {
    expect((await compileTools(spec)).mistakes).toEqual(mistakes);
  });
});

describe('what a kind is given', () => {
  it('has pointers below its tool, its parameters and the names of keys', async () => {
    const built: ToolKindBuilder[] = [];
    const parameters = { type: 'object', properties: { id: { type: 'string' } } };
    const spec = withTools({
      find: { fake: 'echo {{args.id}}', parameters },
      plain: { fake: 'other' },
    });
    await compileStep(toolsStep(kindsOf(fakeKind('fake', {}, built))), spec);
    const [find, plain] = built;
    expect(find?.parameters).toEqual(parameters);
    expect(plain?.parameters).toEqual(none);
    expect(find?.provider_keys).toEqual(new Set(['MISTRAL_API_KEY']));
    expect(find?.folder).toBe('/pipelines');
    expect(find?.template(['fake'], { args: parameters }).text).toBe('echo {{args.id}}');
    expect(await find?.file(['fake'])).toBe('/pipelines/echo {{args.id}}');
    expect((await find?.schema(['parameters']))?.schema).toEqual(parameters);
  });
});

describe('what later steps can read', () => {
  const programOf = async (spec: JsonObject) => (await compileTools(spec)).program;

  it('is a text, or what the schema says', async () => {
    const schema = { type: 'object', properties: { state: { type: 'string' } } };
    expect((await programOf(withTools({ find: 'echo' }))).output).toEqual({ type: 'string' });
    expect((await programOf(withTools({ find: 'echo' }, { schema }))).output).toEqual(schema);
  });

  it('has every field of a call, with open arguments and results', async () => {
    const { tool_calls } = await programOf(withTools({ find: 'echo', 'x-note': 'echo', order: 'echo' }));
    const read = (path: string) =>
      path
        .split('.')
        .reduce<ReturnType<typeof memberOf>>(
          (type, name) => type && memberOf(type, name),
          typeOf(tool_calls as JsonSchema),
        );
    const kinds = (path: string) => kindsOfType(read(path) ?? []);
    expect(kinds('0.id')).toEqual(['string']);
    expect(literalsOf(read('0.name') ?? [])).toEqual(['find', 'order']);
    expect(kinds('0.error')).toEqual(['null', 'string']);
    expect(kinds('0.arguments')).toEqual(['string', 'object']);
    expect(kinds('0.arguments.order_id')).toHaveLength(6);
    expect(kinds('0.result.state')).toHaveLength(6);
    expect(read('0.argument')).toBeUndefined();
  });

  it('needs the variables of all its tools, each once', async () => {
    const { env } = await programOf(
      withTools({
        find: { fake: 'echo', fake_env: ['TOKEN', 'REGION'] },
        order: { other: 'echo', other_env: ['TOKEN', 'SHOP'] },
        plain: 'echo',
      }),
    );
    expect(env).toEqual(['TOKEN', 'REGION', 'SHOP']);
  });
});
