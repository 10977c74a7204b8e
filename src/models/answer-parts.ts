import { isObject } from '../json/json.ts';
import type { JsonValue } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { callIdAt, readCallId } from './call-ids.ts';
import type { ToolCall } from './contract.ts';
import { argumentsText } from './tool-arguments.ts';

export interface AnswerProblem {
  readonly code: 'malformed_answer' | 'empty_answer';
  /** Continues "the server answered "; still with whatever the server named. */
  readonly message: string;
}

export function malformed(message: string): { readonly ok: false; readonly error: AnswerProblem } {
  return failure({ code: 'malformed_answer', message });
}

export function empty(message: string): { readonly ok: false; readonly error: AnswerProblem } {
  return failure({ code: 'empty_answer', message });
}

/** What an assistant's `content` says, or a stream's piece of it. */
export interface Content {
  readonly text: string;
  readonly thinking: string;
}

/** Null where there is no content at all, which an empty text is not. */
export function readContent(content: JsonValue | undefined): Result<Content | null, AnswerProblem> {
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

/** A type that is not known, for a message. */
export function typeOf(type: JsonValue | undefined): string {
  return typeof type === 'string' ? `type \`${type}\`` : 'no known type';
}

function readThinking(thinking: JsonValue | undefined): string {
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  return (thinking as readonly JsonValue[])
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

export function isAssistant(role: JsonValue | undefined): boolean {
  return role === undefined || role === null || role === 'assistant';
}

export function readToolCalls(calls: JsonValue | undefined): Result<readonly ToolCall[], AnswerProblem> {
  if (calls === undefined || calls === null) return success([]);
  if (!Array.isArray(calls)) return malformed('with tool calls that are no list');
  const read: ToolCall[] = [];
  for (const [index, call] of (calls as readonly JsonValue[]).entries()) {
    const called = isObject(call) && isObject(call['function']) ? call['function'] : {};
    const { name } = called;
    if (typeof name !== 'string' || name === '') return malformed('with a tool call without a name');
    const text = argumentsText(called['arguments']);
    if (!text.ok) return malformed(`with arguments of the tool \`${name}\` that are ${text.error}`);
    const id = readCallId(call) ?? callIdAt(index);
    // A tool without any arguments may get none.
    read.push({ id, name, arguments: text.value ?? '{}' });
  }
  return success(read);
}

/** A text as it is, and something else in the place of what is none. */
export function textOr<Other>(value: JsonValue | undefined, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}
