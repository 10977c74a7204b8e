import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { empty, isAssistant, malformed, readToolCalls, textOr } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Answer } from './answer.ts';
import { deltaOf } from './pieces.ts';
import type { Piece, StreamJoin } from './stream-join.ts';
import type { Tokens } from './tokens.ts';
import { countOf } from './tokens.ts';

/** Reads a chat response of Ollama's. */
export function readOllamaAnswer(body: JsonObject): Result<Answer, AnswerProblem> {
  const { message, done_reason: reason } = body;
  if (!isObject(message)) return malformed('with JSON that has no `message`');
  if (!isAssistant(message['role'])) return malformed('with a message that is not from the assistant');
  if (body['done'] === false) return malformed('with a message that is not done');
  const { content = null } = message;
  if (content !== null && typeof content !== 'string') return malformed('with content that is no text');
  const calls = readToolCalls(message['tool_calls']);
  if (!calls.ok) return calls;
  const finish_reason = textOr(reason, null);
  const thinking = textOr(message['thinking'], '');
  if ((content ?? '') === '' && calls.value.length === 0 && finish_reason !== 'length')
    return empty('with neither a text nor a tool call');
  return success({
    id: null,
    model: textOr(body['model'], null),
    text: content ?? '',
    thinking,
    refusal: null,
    tool_calls: calls.value,
    // Ollama stops for tool calls as for anything else.
    finish_reason: finish_reason === 'stop' && calls.value.length > 0 ? 'tool_calls' : finish_reason,
  });
}

export function readOllamaTokens(body: JsonObject): Tokens | null {
  const input_tokens = countOf(body['prompt_eval_count']);
  const output_tokens = countOf(body['eval_count']);
  if (input_tokens === null || output_tokens === null) return null;
  return {
    input_tokens,
    cached_input_tokens: null,
    output_tokens,
    reasoning_tokens: null,
    total_tokens: input_tokens + output_tokens,
  };
}

/** Each line is a response with a piece of the message; the last says `done`, and what was used. */
export function joinOllamaStream(): StreamJoin {
  let last: JsonObject = {};
  let content = '';
  let thinking = '';
  const calls: JsonValue[] = [];
  const body = (): JsonObject => ({
    ...last,
    message: {
      role: 'assistant',
      content,
      ...(thinking !== '' && { thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  });
  return {
    add(event): Result<readonly Piece[], AnswerProblem> {
      const message = isObject(event['message']) ? event['message'] : {};
      const text = textOr(message['content'], '');
      const thought = textOr(message['thinking'], '');
      const begun = Array.isArray(message['tool_calls'])
        ? (message['tool_calls'] as readonly JsonValue[])
        : [];
      last = event;
      content += text;
      thinking += thought;
      // One by one: there may be more of them than a call takes arguments.
      for (const call of begun) calls.push(call);
      return success([
        ...deltaOf('thinking', thought),
        ...deltaOf('text', text),
        ...begun.flatMap((call): Piece[] => {
          const name = isObject(call) && isObject(call['function']) ? call['function']['name'] : undefined;
          return typeof name === 'string' ? [{ type: 'tool_call', name }] : [];
        }),
      ]);
    },
    get finished() {
      return last['done'] === true;
    },
    completion: body,
  };
}
