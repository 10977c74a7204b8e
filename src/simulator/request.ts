import type { JsonValue } from '../json/json.ts';
import type { Role } from '../models/contract.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { anything, boolean, dictionary, integer, listOf, number, optional, shape } from './checks.ts';
import { tagged, text, textOr } from './checks.ts';
import type { Mistake } from './checks.ts';

/** What the simulator reads of a request that has passed `checkRequest`. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly max_tokens?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly stream?: boolean | null;
  readonly n?: number | null;
  readonly tools?: readonly JsonValue[] | null;
  readonly tool_choice?: JsonValue;
  readonly response_format?: { readonly type: string } | null;
  readonly prompt_cache_key?: string | null;
}

export interface ChatMessage {
  readonly role: Role;
  readonly content?: string | readonly ContentChunk[] | null;
  readonly prefix?: boolean | null;
  readonly tool_calls?: readonly { readonly id: string }[] | null;
  readonly tool_call_id?: string | null;
}

export type ContentChunk =
  { readonly type: 'text'; readonly text: string } | { readonly type: 'image_url' | 'thinking' };

const content = textOr(
  listOf(
    tagged('type', {
      text: shape({ type: text, text }, ['text']),
      image_url: shape({ type: text, image_url: textOr(dictionary) }, ['image_url']),
      thinking: shape({ type: text, thinking: listOf(dictionary), closed: optional(boolean) }, ['thinking']),
    }),
  ),
);

const toolCall = shape({ id: text, type: text, index: integer(0), function: dictionary }, ['id', 'function']);

const message = tagged('role', {
  system: shape({ role: text, content }, ['content']),
  user: shape({ role: text, content: optional(content) }, ['content']),
  assistant: shape(
    {
      role: text,
      content: optional(content),
      tool_calls: optional(listOf(toolCall)),
      prefix: optional(boolean),
    },
    [],
  ),
  tool: shape(
    { role: text, content: optional(content), tool_call_id: optional(text), name: optional(text) },
    ['content'],
  ),
});

/** The fields of the chat completion endpoint; any other is refused, as Mistral does. */
const chatRequest = shape(
  {
    model: text,
    messages: listOf(message),
    temperature: optional(number(0, 1.5)),
    top_p: optional(number(0, 1)),
    max_tokens: optional(integer(0)),
    stream: optional(boolean),
    stop: optional(textOr(listOf(text))),
    random_seed: optional(integer(0)),
    metadata: optional(dictionary),
    response_format: optional(shape({ type: text, json_schema: anything }, ['type'])),
    tools: optional(listOf(dictionary)),
    tool_choice: optional(textOr(dictionary)),
    presence_penalty: optional(number(-2, 2)),
    frequency_penalty: optional(number(-2, 2)),
    n: optional(integer(1)),
    prediction: optional(dictionary),
    parallel_tool_calls: optional(boolean),
    prompt_mode: optional(text),
    reasoning_effort: optional(text),
    prompt_cache_key: optional(text),
    guardrails: optional(listOf(dictionary)),
    safe_prompt: optional(boolean),
  },
  ['model', 'messages'],
);

/** The request, or everything that is wrong with its shape at once. */
export function checkRequest(body: JsonValue): Result<ChatRequest, readonly Mistake[]> {
  const mistakes: Mistake[] = [];
  chatRequest(body, ['body'], mistakes);
  return mistakes.length === 0 ? success(body as unknown as ChatRequest) : failure(mistakes);
}
