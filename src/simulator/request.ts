import type { JsonObject, JsonValue } from '../json/json.ts';
import type { Role } from '../models/contract.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { asking, boolean, dictionary, integer, listOf, number, optional, shape } from './checks.ts';
import { text, textOr, word } from './checks.ts';
import type { Mistake } from './checks.ts';
import { message } from './message-checks.ts';

/** What the simulator reads of a request that has passed `checkRequest`. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly max_tokens?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly stream?: boolean | null;
  readonly n?: number | null;
  readonly tools?: readonly Tool[] | null;
  readonly tool_choice?: 'auto' | 'none' | 'any' | 'required' | NamedTool | null;
  readonly parallel_tool_calls?: boolean | null;
  readonly response_format?: ResponseFormat | null;
  readonly reasoning_effort?: 'none' | 'high' | null;
  readonly prompt_cache_key?: string | null;
}

export interface ChatMessage {
  readonly role: Role;
  readonly content?: string | readonly ContentChunk[] | null;
  readonly prefix?: boolean | null;
  readonly tool_calls?: readonly AssistantCall[] | null;
  readonly tool_call_id?: string | null;
}

interface AssistantCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string | JsonObject };
}

export type ContentChunk =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: readonly { readonly text?: string }[] }
  | { readonly type: 'image_url' };

export interface Tool {
  readonly function: { readonly name: string; readonly parameters: JsonObject };
}

interface NamedTool {
  readonly function: { readonly name: string };
}

interface ResponseFormat {
  readonly type: 'text' | 'json_object' | 'json_schema';
  readonly json_schema?: { readonly name: string; readonly schema: JsonObject } | null;
}

/** Tools that Mistral takes in one request. */
const mostTools = 128;

/** Choices in one answer: a bound of ours, so that no request asks for more than there is memory. */
const mostChoices = 128;

const tool = shape(
  {
    type: optional(word('function')),
    function: shape(
      { name: text, description: optional(text), strict: optional(boolean), parameters: dictionary },
      ['name', 'parameters'],
    ),
  },
  ['function'],
);

const namedTool = shape({ type: optional(word('function')), function: shape({ name: text }, ['name']) }, [
  'function',
]);

const jsonSchema = shape(
  { name: text, description: optional(text), schema: dictionary, strict: optional(boolean) },
  ['name', 'schema'],
);

const responseFormat = asking(
  shape({ type: word('text', 'json_object', 'json_schema'), json_schema: optional(jsonSchema) }, ['type']),
  'type',
  'json_schema',
  'json_schema',
);

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
    response_format: optional(responseFormat),
    tools: optional(listOf(tool, mostTools)),
    tool_choice: optional(textOr(namedTool, word('auto', 'none', 'any', 'required'))),
    presence_penalty: optional(number(-2, 2)),
    frequency_penalty: optional(number(-2, 2)),
    n: optional(integer(1, mostChoices)),
    prediction: optional(shape({ type: word('content'), content: text }, [])),
    parallel_tool_calls: optional(boolean),
    prompt_mode: optional(word('reasoning')),
    reasoning_effort: optional(word('none', 'high')),
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
