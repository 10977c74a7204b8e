import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { defaultMaxTokens } from './anthropic-parameters.ts';
import type { ContentPart, Message, ModelRequest, ModelSettings, ToolDefinition } from './contract.ts';
import { readDataUrl } from './data-url.ts';
import { parsedArguments } from './tool-arguments.ts';
import { wireTurns } from './turns.ts';

/**
 * The JSON of a request for a message as Anthropic documents it (https://docs.claude.com/en/api/messages). Only what
 * was set is in it, and `max_tokens`, which the API insists on.
 *
 * There is no JSON mode: with `json_object` the prompt alone asks for JSON. Thinking in the history is sent only as
 * Anthropic itself wrote and signed it, with the tool calls that followed it.
 */
export function anthropicBody(settings: ModelSettings, request: ModelRequest, stream = false): JsonObject {
  const { effort, parallel_tool_calls: allowed, ...parameters } = settings.parameters;
  const parallel = request.parallel_tool_calls ?? allowed;
  const system = wireSystem(request.messages);
  const choice = wireToolChoice(request, parallel === false);
  const format = request.response_format?.type === 'json_schema' ? request.response_format : undefined;
  const output_config = {
    ...(effort !== undefined && { effort }),
    ...(format !== undefined && {
      format: { type: 'json_schema', schema: typeof format.schema === 'boolean' ? {} : format.schema },
    }),
  };
  return {
    model: settings.name,
    max_tokens: defaultMaxTokens,
    ...parameters,
    ...(stream && { stream }),
    ...(system !== undefined && { system }),
    messages: wireTurns(request.messages, {
      turn: wireMessage,
      result: wireResult,
      results: (results) => ({ role: 'user', content: results }),
    }),
    ...(request.tools?.length && { tools: request.tools.map(wireTool) }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(Object.keys(output_config).length > 0 && { output_config }),
  };
}

/** System messages stand apart from the conversation: one text as it is, anything else as a list of texts. */
function wireSystem(messages: readonly Message[]): JsonValue | undefined {
  const contents = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const [first] = contents;
  if (contents.length <= 1 && (first === undefined || typeof first === 'string')) return first;
  return contents.flatMap(wireContent);
}

function wireMessage({ role, content, tool_calls: calls = [] }: Message): JsonObject {
  if (calls.length === 0)
    return { role, content: typeof content === 'string' ? content : wireContent(content) };
  const signed = calls.flatMap(({ echo }) => (Array.isArray(echo) ? (echo as readonly JsonValue[]) : []));
  const uses = calls.map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.name,
    input: parsedArguments(call.arguments),
  }));
  return { role, content: [...signed.flatMap(signedBlock), ...wireContent(content), ...uses] };
}

/** Thinking as Anthropic wrote and signed it. Whatever else stands in a call's echo did not come from there. */
function signedBlock(block: JsonValue): readonly JsonObject[] {
  if (!isObject(block)) return [];
  const { type, thinking, signature, data } = block;
  if (type === 'thinking' && typeof thinking === 'string' && typeof signature === 'string')
    return [{ type, thinking, signature }];
  return type === 'redacted_thinking' && typeof data === 'string' ? [{ type, data }] : [];
}

function wireResult({ tool_call_id, content }: Message): JsonObject {
  return {
    type: 'tool_result',
    tool_use_id: tool_call_id ?? '',
    content: typeof content === 'string' ? content : wireContent(content),
  };
}

/** The API refuses empty texts. */
function wireContent(content: Message['content']): readonly JsonObject[] {
  const parts = typeof content === 'string' ? [{ type: 'text', text: content } as const] : content;
  return parts.flatMap(wirePart);
}

function wirePart(part: ContentPart): readonly JsonObject[] {
  if (part.type === 'thinking') return [];
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  const data = readDataUrl(part.image_url);
  const source: JsonObject =
    data === undefined
      ? { type: 'url', url: part.image_url }
      : { type: 'base64', media_type: data.type, data: data.base64 };
  return [{ type: 'image', source }];
}

function wireTool({ name, description, parameters, strict }: ToolDefinition): JsonObject {
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: typeof parameters === 'boolean' ? { type: 'object' } : parameters,
    ...(strict !== undefined && { strict }),
  };
}

/** Calls one at a time are asked for within the choice, which is the model's own where none was made. */
function wireToolChoice(
  { tools, tool_choice: choice }: ModelRequest,
  alone: boolean,
): JsonObject | undefined {
  const one: JsonObject =
    alone && tools !== undefined && tools.length > 0 ? { disable_parallel_tool_use: true } : {};
  if (choice === undefined) return Object.keys(one).length === 0 ? undefined : { type: 'auto', ...one };
  if (choice === 'none') return { type: 'none' };
  if (choice === 'auto') return { type: 'auto', ...one };
  if (choice === 'any' || choice === 'required') return { type: 'any', ...one };
  return { type: 'tool', name: choice, ...one };
}
