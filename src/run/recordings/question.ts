import { hash } from 'node:crypto';
import type { Redact } from '../../diagnostic/redact.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type {
  ContentPart,
  Message,
  ModelRequest,
  ModelSettings,
  ToolDefinition,
} from '../../models/contract.ts';
import { canonicalJson } from '../canonical.ts';
import { redactValue } from '../../diagnostic/redact-value.ts';

/**
 * What a model was asked, as a recording has it for people to review: all that the fingerprint is of (fingerprint.ts),
 * without secrets, and an image that was sent as `image/png sha256:…`. No answer is found by it, only by the fingerprint.
 */
export interface Question {
  readonly provider: string;
  readonly base_url?: string;
  readonly model: string;
  readonly parameters: JsonObject;
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  readonly tool_choice?: string;
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: JsonObject;
}

/** `request` with its images in it, as it is sent. */
export function questionOf(settings: ModelSettings, request: ModelRequest, redact: Redact): Question {
  const { provider, base_url, name: model, parameters } = settings;
  const messages = request.messages.map(withoutImages);
  const question = {
    provider,
    ...(base_url !== undefined && { base_url }),
    model,
    parameters,
    ...request,
    messages,
  };
  return redactValue(question as unknown as JsonValue, redact) as unknown as Question;
}

function withoutImages(message: Message): Message {
  const { content } = message;
  if (typeof content === 'string') return message;
  return { ...message, content: content.map(withoutImage) };
}

/** Megabytes of base64 are nothing to review; whether the image is another, its hash tells. */
function withoutImage(part: ContentPart): ContentPart {
  if (part.type !== 'image_url') return part;
  const [, type, data] = /^data:([^;,]*)[^,]*,(.*)$/is.exec(part.image_url) ?? [];
  if (type === undefined || data === undefined) return part;
  const sum = hash('sha256', Buffer.from(data, 'base64'), 'hex');
  return { type: 'image_url', image_url: `${type} sha256:${sum}` };
}

/**
 * The members of a question as JSON, without braces and without `model`, which the entry has. Their order is always this
 * one, and what has names of the user's own is sorted by them, so that equal questions are equal bytes.
 */
export function questionMembers(question: Question): string {
  const { provider, base_url, parameters, messages, tools, ...others } = question;
  const { tool_choice, parallel_tool_calls, response_format } = others;
  const members: readonly (readonly [string, string | undefined])[] = [
    ['provider', JSON.stringify(provider)],
    ['base_url', base_url && JSON.stringify(base_url)],
    ['parameters', canonicalJson(parameters)],
    ['messages', `[${messages.map(messageJson).join(',')}]`],
    ['tools', tools && `[${tools.map(toolJson).join(',')}]`],
    ['tool_choice', tool_choice && JSON.stringify(tool_choice)],
    ['parallel_tool_calls', parallel_tool_calls === undefined ? undefined : String(parallel_tool_calls)],
    ['response_format', response_format && formatJson(response_format)],
  ];
  return members.flatMap(([name, json]) => (json === undefined ? [] : `"${name}":${json}`)).join(',');
}

/** In the order in which people read a turn. */
function messageJson({ role, content, tool_calls, tool_call_id, prefix }: Message): string {
  return JSON.stringify({ role, tool_call_id, content, prefix, tool_calls });
}

function toolJson(tool: ToolDefinition): string {
  return inOrder(tool as unknown as JsonObject, ['name', 'description', 'strict', 'parameters']);
}

function formatJson(format: JsonObject): string {
  return inOrder(format, ['type', 'name', 'strict', 'schema']);
}

/** An object with these members first, its further ones after them by name. */
function inOrder(object: JsonObject, first: readonly string[]): string {
  const others = Object.keys(object)
    .filter((name) => !first.includes(name))
    .sort();
  const members = [...first, ...others].flatMap((name) => {
    const value = object[name];
    return value === undefined ? [] : `${JSON.stringify(name)}:${canonicalJson(value)}`;
  });
  return `{${members.join(',')}}`;
}

/** The question in a line that was read; a text says which member of it is none. */
export function readQuestion(line: JsonObject): Question | string {
  const { provider, base_url, model, parameters, messages, tools } = line;
  const { tool_choice, parallel_tool_calls, response_format } = line;
  if (typeof provider !== 'string') return 'provider';
  if (base_url !== undefined && typeof base_url !== 'string') return 'base_url';
  if (typeof model !== 'string') return 'model';
  if (!isObject(parameters)) return 'parameters';
  if (!Array.isArray(messages) || !messages.every(isMessage)) return 'messages';
  if (tools !== undefined && !(Array.isArray(tools) && tools.every(isTool))) return 'tools';
  if (tool_choice !== undefined && typeof tool_choice !== 'string') return 'tool_choice';
  if (parallel_tool_calls !== undefined && typeof parallel_tool_calls !== 'boolean')
    return 'parallel_tool_calls';
  if (response_format !== undefined && !isObject(response_format)) return 'response_format';
  return {
    provider,
    ...(base_url !== undefined && { base_url }),
    model,
    parameters,
    messages,
    ...(tools !== undefined && { tools }),
    ...(tool_choice !== undefined && { tool_choice }),
    ...(parallel_tool_calls !== undefined && { parallel_tool_calls }),
    ...(response_format !== undefined && { response_format }),
  };
}

function isMessage(value: unknown): value is Message {
  if (!isObject(value)) return false;
  const { role, content, tool_calls = [] } = value;
  const isContent = typeof content === 'string' || (Array.isArray(content) && content.every(isPart));
  return typeof role === 'string' && isContent && Array.isArray(tool_calls) && tool_calls.every(isToolCall);
}

function isPart(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { type } = value;
  return typeof type === 'string' && typeof value[type] === 'string';
}

function isToolCall(value: unknown): boolean {
  return isObject(value) && typeof value['name'] === 'string' && typeof value['arguments'] === 'string';
}

function isTool(value: unknown): value is ToolDefinition {
  return isObject(value) && typeof value['name'] === 'string';
}
