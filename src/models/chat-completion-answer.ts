import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { empty, isAssistant, malformed, readContent, readToolCalls, textOr } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Answer } from './answer.ts';

/** Ends by which a model has said all that it had to say: without a word it has said nothing. */
const ownEnds: ReadonlySet<string | null> = new Set([null, '', 'stop', 'tool_calls']);

/**
 * Reads a `chat.completion`, as Mistral, OpenAI and the servers that speak their dialect send it. Strict wherever a
 * broken answer could pass for a good one (a part of unknown kind, a tool call without a name, a generation that broke
 * off), lenient about everything else.
 */
export function readChatCompletion(body: JsonObject): Result<Answer, AnswerProblem> {
  const { choices } = body;
  if (!Array.isArray(choices)) return malformed('with JSON that has no `choices`');
  if (choices.length === 0) return empty('without any choice');
  const choice = askedChoice(choices) ?? choices[0];
  if (!isObject(choice)) return malformed('with a choice that is no object');
  const { message, finish_reason = null } = choice;
  if (message === undefined || message === null) return empty('with a choice that has no message');
  if (!isObject(message)) return malformed('with a message that is no object');
  if (!isAssistant(message['role'])) return malformed('with a message that is not from the assistant');
  if (finish_reason !== null && typeof finish_reason !== 'string')
    return malformed('with a finish reason that is no text');
  if (finish_reason === 'error') return malformed('with a message that broke off (finish reason `error`)');

  const calls = readToolCalls(message['tool_calls']);
  if (!calls.ok) return calls;
  const content = readContent(message['content']);
  if (!content.ok) return content;
  const refusal = readRefusal(message);
  // Where thinking used up `max_tokens`, or a filter took the text, asking again would be paid for and end the same.
  if (content.value === null && calls.value.length === 0 && refusal === null && ownEnds.has(finish_reason))
    return empty('with neither a text nor a tool call');
  return success({
    id: textOr(body['id'], null),
    model: textOr(body['model'], null),
    text: content.value?.text ?? '',
    thinking: content.value?.thinking ?? '',
    refusal,
    tool_calls: calls.value,
    finish_reason,
  });
}

/** The choice that was asked for. Further ones, which nobody asks for, have an index of their own, and may come first. */
export function askedChoice(choices: JsonValue | undefined): JsonObject | undefined {
  if (!Array.isArray(choices)) return undefined;
  return (choices as readonly JsonValue[]).find((one): one is JsonObject => isObject(one) && !one['index']);
}

/** Mistral's models refuse in their text; servers that speak OpenAI's dialect say it apart. */
function readRefusal({ refusal }: JsonObject): string | null {
  return typeof refusal === 'string' && refusal !== '' ? refusal : null;
}
