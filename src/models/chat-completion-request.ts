import type { JsonObject } from '../json/json.ts';
import type { ResponseFormat, ToolCall, ToolDefinition } from './contract.ts';

/** The forms of a chat completion request that Mistral has in common with OpenAI, and of a tool with Ollama. */

export function wireCall({ id, name, arguments: text }: ToolCall): JsonObject {
  return { id, type: 'function', function: { name, arguments: text } };
}

export function wireTool({ name, description, strict, parameters }: ToolDefinition): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
      // The wire has no boolean schema here; `true` allows whatever an object holds.
      parameters: typeof parameters === 'boolean' ? { type: 'object' } : parameters,
    },
  };
}

/** The choice of one tool. */
export function wireNamedChoice(name: string): JsonObject {
  return { type: 'function', function: { name } };
}

export function wireFormat(format: ResponseFormat): JsonObject {
  if (format.type === 'json_object') return { type: 'json_object' };
  const { name, strict } = format;
  // As with tools: no boolean schema on the wire; an empty one allows the same as `true`.
  const schema = typeof format.schema === 'boolean' ? {} : format.schema;
  return { type: 'json_schema', json_schema: { name, schema, ...(strict !== undefined && { strict }) } };
}
