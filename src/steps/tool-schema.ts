import type { JsonObject, JsonValue } from '../json/json.ts';
import { choiceWords } from '../models/tool-choice.ts';
import type { ToolKind } from '../tools/tool.ts';

export type ToolKinds = ReadonlyMap<string, ToolKind>;

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
  enumDescriptions: [
    'The model is told of the error, and may call again or answer without the result.',
    'The record fails with `tool_failed`, and no further request is made for it.',
  ],
  examples: ['fail'],
} satisfies JsonObject;

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
      description:
        'A tool: what the model is told of it, and how it is run. It has exactly one of the keys of a kind.',
      anyOf: names.map((name) => ({ required: [name] })),
      patternProperties: { '^x-': true },
      additionalProperties: false,
      properties: {
        description: {
          type: 'string',
          minLength: 1,
          description:
            'What the tool does and when to call it: the model chooses by this and by the name alone, so say what the result is, and what it is not for.',
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
            "What becomes of a call of this tool that fails, or whose arguments are wrong. Default: the step's `on_error`.",
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
