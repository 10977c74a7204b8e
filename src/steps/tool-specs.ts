import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import type { ToolDefinition } from '../models/contract.ts';
import { kindsOfType, typeOf } from '../schema/value-type.ts';
import type { ToolBuilder, ToolKind, ToolProgram, ValueSchema } from '../tools/tool.ts';
import type { StepBuilder } from './step.ts';

export type ToolKinds = ReadonlyMap<string, ToolKind>;

/** What becomes of a tool call that fails: the model is told, or the record fails. */
export type OnError = 'tell' | 'fail';

/** A tool that a model may call. */
export interface CompiledTool {
  readonly definition: ToolDefinition;
  readonly parameters: ValueSchema;
  readonly onError: OnError;
  readonly program: ToolProgram;
}

/** What `tool_choice` can say beside the name of a tool. */
export const choiceWords: readonly string[] = ['auto', 'any', 'none', 'required'];

/** A tool may not have the name of a choice, or `tool_choice` could not name it. */
const namePattern = `^(?!(?:${choiceWords.join('|')})$)[A-Za-z0-9_-]{1,64}$`;

const order = {
  description: 'State of an order',
  parameters: {
    type: 'object',
    required: ['order_id'],
    properties: { order_id: { type: 'string' } },
  },
} satisfies JsonObject;

export const onErrorSchema = {
  type: 'string',
  enum: ['tell', 'fail'],
  examples: ['fail'],
} satisfies JsonObject;

/** What `on_error` says. */
export function onErrorOf(said: JsonValue | undefined, fallback: OnError = 'tell'): OnError {
  return said === 'tell' || said === 'fail' ? said : fallback;
}

/** `tools` of a step. What a tool can be is what the kinds say. */
export function toolsSchema(kinds: ToolKinds): JsonObject {
  const ofKinds = [...kinds.values()];
  // Kinds that share a key, such as `timeout`, mean the same by it.
  const properties = Object.assign({}, ...ofKinds.map(propertiesOf)) as JsonObject;
  const names = ofKinds.map(({ kind }) => kind);
  return {
    type: 'object',
    minProperties: 1,
    maxProperties: 128,
    propertyNames: {
      pattern: namePattern,
      patternErrorMessage: `use up to 64 letters, digits, \`_\` and \`-\`, and none of the words of \`tool_choice\`: ${choiceWords.join(', ')}`,
    },
    patternProperties: { '^x-': true },
    description: `The tools that the model may call, by their names: up to 64 letters, digits, \`_\` and \`-\`. Each has the key of its kind: ${names.map((kind) => `\`${kind}\``).join(', ')}.`,
    examples: ofKinds.slice(0, 1).map((kind) => ({ order_status: { ...order, ...exampleOf(kind) } })),
    additionalProperties: {
      type: 'object',
      description: 'A tool.',
      anyOf: names.map((name) => ({ required: [name] })),
      patternProperties: { '^x-': true },
      additionalProperties: false,
      properties: {
        description: {
          type: 'string',
          minLength: 1,
          description: 'What the tool does and when to call it, for the model.',
          examples: [order.description],
        },
        parameters: {
          type: ['object', 'string'],
          description:
            "The JSON Schema (2020-12; draft-07 by its `$schema`) of the tool's arguments, which are an object, or the path of one relative to this file. The model is told of it, and its arguments are checked against it before the tool runs. Default: no arguments.",
          examples: [order.parameters],
        },
        ...properties,
        on_error: {
          ...onErrorSchema,
          description:
            "What becomes of a call of this tool that fails, or whose arguments are wrong: `tell` answers the model with the error, `fail` fails the record. Default: the step's `on_error`.",
        },
      },
    },
  };
}

/** A kind's properties; the one that names it says first what the kind does. */
function propertiesOf({ kind, description, properties }: ToolKind): JsonObject {
  const named = properties[kind] ?? {};
  const own = typeof named['description'] === 'string' ? named['description'] : '';
  return { ...properties, [kind]: { ...named, description: `${description} ${own}`.trimEnd() } };
}

function exampleOf({ kind, properties }: ToolKind): JsonObject {
  const examples = properties[kind]?.['examples'];
  const [example] = Array.isArray(examples) ? (examples as readonly JsonValue[]) : [];
  return example === undefined ? {} : { [kind]: example };
}

/** Compiles each tool of the step by its kind; the names keep the order of the file. */
export async function compileTools(
  spec: JsonObject,
  builder: StepBuilder,
  kinds: ToolKinds,
): Promise<ReadonlyMap<string, CompiledTool>> {
  const tools = new Map<string, CompiledTool>();
  const held = isObject(spec['tools']) ? Object.entries(spec['tools']) : [];
  const fallback = onErrorOf(spec['on_error']);
  for (const [name, tool] of held) {
    if (name.startsWith('x-') || !isObject(tool)) continue;
    const compiled = await compileTool(name, tool, fallback, builder, kinds);
    if (compiled !== undefined) tools.set(name, compiled);
  }
  if (held.length > 0 && held.every(([name]) => name.startsWith('x-'))) {
    builder.report({
      code: 'required-key',
      message: '`tools` has no tool: keys that begin with `x-` are notes',
      pointer: ['tools'],
      part: 'key',
    });
  }
  return tools;
}

async function compileTool(
  name: string,
  spec: JsonObject,
  fallback: OnError,
  builder: StepBuilder,
  kinds: ToolKinds,
): Promise<CompiledTool | undefined> {
  const base: Pointer = ['tools', name];
  const kind = [...kinds.values()].find(({ kind }) => Object.hasOwn(spec, kind));
  if (kind === undefined) return undefined;
  checkKeys(spec, kind, base, builder, kinds);
  const parameters = await compileParameters(spec, base, builder);
  const { description, on_error } = spec;
  return {
    definition: {
      name,
      ...(typeof description === 'string' && { description }),
      parameters: parameters.schema,
    },
    parameters,
    onError: onErrorOf(on_error, fallback),
    program: await kind.compile(spec, {
      ...below(base, builder),
      parameters: parameters.schema,
      provider_keys: builder.provider_keys,
    }),
  };
}

/** A tool has the keys of its own kind and of no other. */
function checkKeys(
  spec: JsonObject,
  own: ToolKind,
  base: Pointer,
  builder: StepBuilder,
  kinds: ToolKinds,
): void {
  for (const key of Object.keys(spec)) {
    const owner = [...kinds.values()].find(({ properties }) => Object.hasOwn(properties, key));
    if (owner === undefined || Object.hasOwn(own.properties, key)) continue;
    const isKind = kinds.has(key);
    builder.report({
      code: 'conflicting-keys',
      message: isKind
        ? `a tool is of one kind, and this one has both \`${own.kind}\` and \`${key}\``
        : `\`${key}\` is for tools of the kind \`${owner.kind}\`, and this one is of the kind \`${own.kind}\``,
      hint: isKind ? `remove one of them, or make \`${key}\` a tool of its own` : 'remove it',
      pointer: [...base, key],
      part: 'key',
    });
  }
}

async function compileParameters(
  spec: JsonObject,
  base: Pointer,
  builder: StepBuilder,
): Promise<ValueSchema> {
  if (spec['parameters'] === undefined) return noParameters;
  const pointer = [...base, 'parameters'];
  const parameters = await builder.schema(pointer);
  if (parameters === undefined) return anyParameters;
  if (!kindsOfType(typeOf(parameters.schema)).includes('object')) {
    builder.report({
      code: 'invalid-schema',
      message: '`parameters` allows no object, and the arguments of a tool are always one',
      hint: 'write `type: object`, and each argument under `properties`',
      pointer,
    });
  }
  return parameters;
}

const noParameters: ValueSchema = {
  schema: { type: 'object', properties: {}, additionalProperties: false },
  validate: (value) =>
    isObject(value) && Object.keys(value).length === 0 ? [] : ['this tool takes no arguments'],
};

/** Stands for parameters that something is wrong with, which has been reported. */
const anyParameters: ValueSchema = { schema: true, validate: () => [] };

/** A builder whose pointers start at this place of the step. */
function below(base: Pointer, builder: StepBuilder): ToolBuilder {
  const from = (pointer: Pointer): Pointer => [...base, ...pointer];
  return {
    folder: builder.folder,
    template: (pointer, reads) => builder.template(from(pointer), reads),
    schema: (pointer) => builder.schema(from(pointer)),
    file: (pointer) => builder.file(from(pointer)),
    report: (mistake) => builder.report({ ...mistake, pointer: from(mistake.pointer) }),
  };
}

/** The step's `tool_choice`, which may name a tool that there is. */
export function compileChoice(
  spec: JsonObject,
  names: readonly string[],
  builder: StepBuilder,
): string | undefined {
  const { tool_choice: choice } = spec;
  if (typeof choice !== 'string' || choiceWords.includes(choice) || names.includes(choice)) {
    return typeof choice === 'string' ? choice : undefined;
  }
  const meant = didYouMean(choice, [...names, ...choiceWords]);
  builder.report({
    code: 'unknown-tool',
    message: `there is no tool \`${choice}\``,
    hint:
      meant === undefined
        ? `write the name of a tool, or ${choiceWords.map((word) => `\`${word}\``).join(', ')}`
        : `did you mean \`${meant}\`?`,
    pointer: ['tool_choice'],
  });
  return undefined;
}
