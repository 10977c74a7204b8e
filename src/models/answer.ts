import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import type { Completion, ToolCall } from './contract.ts';
import { readHeader } from './header.ts';
import { readName } from './provider-text.ts';
import type { Redact } from './redact.ts';
import { readTokens } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** A validated `chat.completion`, without the key: it goes into files and traces. */
export interface Answer extends Omit<Completion, 'request_id'> {
  readonly id: string | null;
}

export interface AnswerProblem {
  readonly code: 'malformed_answer' | 'empty_answer';
  /** Continues "the server answered "; still with whatever the server named. */
  readonly message: string;
}

export interface ReadAnswer {
  readonly answer: Result<Answer, AnswerProblem>;
  /** What was paid, also for an answer that cannot be used; null where it does not say. */
  readonly tokens: Tokens | null;
}

/**
 * Reads the body of a 200. Strict wherever a broken answer could pass for a good one (a part of unknown kind, a tool
 * call without a name, a generation that broke off), lenient about everything else.
 */
export function readAnswer(headers: IncomingHttpHeaders, body: Buffer, redact: Redact): ReadAnswer {
  const parsed = parseBody(headers, body);
  if (!parsed.ok) return { answer: parsed, tokens: null };
  return { answer: readCompletion(parsed.value, redact), tokens: readTokens(parsed.value['usage']) };
}

function parseBody(headers: IncomingHttpHeaders, body: Buffer): Result<JsonObject, AnswerProblem> {
  const type = readHeader(headers, 'content-type');
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type.trim()))
    return malformed(`with \`${type.split(';')[0]}\` instead of JSON: check \`model.base_url\``);
  const encoding = readHeader(headers, 'content-encoding');
  if (encoding !== undefined && encoding !== 'identity')
    return malformed(`with a body compressed by \`${encoding}\`, which was not asked for`);
  if (body.length === 0) return malformed('with an empty body');
  if (!isUtf8(body)) return malformed('with a body that is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return malformed('with a body that is not JSON');
  }
  return isObject(value) ? success(value) : malformed('with JSON that is no object');
}

function readCompletion(body: JsonObject, redact: Redact): Result<Answer, AnswerProblem> {
  const { choices } = body;
  if (!Array.isArray(choices)) return malformed('with JSON that has no `choices`');
  if (choices.length === 0) return empty('without any choice');
  const choice: unknown = choices[0];
  if (!isObject(choice)) return malformed('with a choice that is no object');
  const { message, finish_reason = null } = choice;
  if (message === undefined || message === null) return empty('with a choice that has no message');
  if (!isObject(message)) return malformed('with a message that is no object');
  if (message['role'] !== undefined && message['role'] !== null && message['role'] !== 'assistant')
    return malformed('with a message that is not from the assistant');
  if (finish_reason !== null && typeof finish_reason !== 'string')
    return malformed('with a finish reason that is no text');
  if (finish_reason === 'error') return malformed('with a message that broke off (finish reason `error`)');

  const calls = readToolCalls(message['tool_calls']);
  if (!calls.ok) return calls;
  const content = readContent(message['content']);
  if (!content.ok) return content;
  if (content.value === null && calls.value.length === 0) return empty('with neither a text nor a tool call');
  // Not before the parts are joined: a key in pieces would pass.
  return success({
    id: readName(body['id'], redact),
    model: readName(body['model'], redact),
    text: redact(content.value?.text ?? ''),
    thinking: redact(content.value?.thinking ?? ''),
    refusal: null,
    tool_calls: calls.value.map((call) => ({
      id: redact(call.id),
      name: redact(call.name),
      arguments: redact(call.arguments),
    })),
    finish_reason: readName(finish_reason, redact),
  });
}

type Content = { readonly text: string; readonly thinking: string };

function readContent(content: JsonValue | undefined): Result<Content | null, AnswerProblem> {
  if (content === undefined || content === null) return success(null);
  if (typeof content === 'string') return success({ text: content, thinking: '' });
  if (!Array.isArray(content)) return malformed('with content that is neither text nor a list of parts');
  if (content.length === 0) return success(null);
  let text = '';
  let thinking = '';
  for (const part of content as readonly JsonValue[]) {
    if (!isObject(part)) return malformed('with a content part that is no object');
    if (part['type'] === 'text' && typeof part['text'] === 'string') text += part['text'];
    else if (part['type'] === 'thinking') thinking += readThinking(part['thinking']);
    // A reference says where the text before it comes from, and adds none.
    else if (part['type'] !== 'reference') return malformed(`with a content part of ${typeOf(part['type'])}`);
  }
  return success({ text, thinking });
}

function typeOf(type: JsonValue | undefined): string {
  return typeof type === 'string' ? `type \`${type}\`` : 'no known type';
}

function readThinking(thinking: JsonValue | undefined): string {
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  return (thinking as readonly JsonValue[])
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

function readToolCalls(calls: JsonValue | undefined): Result<readonly ToolCall[], AnswerProblem> {
  if (calls === undefined || calls === null) return success([]);
  if (!Array.isArray(calls)) return malformed('with tool calls that are no list');
  const read: ToolCall[] = [];
  for (const [index, call] of (calls as readonly JsonValue[]).entries()) {
    const called = isObject(call) && isObject(call['function']) ? call['function'] : {};
    const { name } = called;
    if (typeof name !== 'string' || name === '') return malformed('with a tool call without a name');
    const text = argumentsText(called['arguments']);
    if (!text.ok) return malformed(`with arguments of the tool \`${name}\` that are ${text.error}`);
    read.push({ id: readId(call, index), name, arguments: text.value });
  }
  return success(read);
}

/** Mistral's schema allows the arguments as JSON text and as the object itself; a tool without any may get none. */
function argumentsText(value: JsonValue | undefined): Result<string, string> {
  if (typeof value === 'string') return success(value);
  if (value === undefined || value === null) return success('{}');
  if (!isObject(value)) return failure('no object');
  try {
    return success(JSON.stringify(value));
  } catch {
    // Parsing has no bound on depth, writing has: the stack.
    return failure('nested too deep');
  }
}

/** A server that gives no id gets one in Mistral's form, the same each time. */
function readId(call: JsonValue, index: number): string {
  const id = isObject(call) ? call['id'] : undefined;
  return typeof id === 'string' && id !== '' ? id : `call${String(index).padStart(5, '0')}`;
}

function malformed(message: string): { readonly ok: false; readonly error: AnswerProblem } {
  return failure({ code: 'malformed_answer', message });
}

function empty(message: string): { readonly ok: false; readonly error: AnswerProblem } {
  return failure({ code: 'empty_answer', message });
}
