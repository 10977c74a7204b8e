import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { isAssistant, malformed, readContent } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { joinCalls } from './chat-completion-calls.ts';
import { deltaOf } from './pieces.ts';
import type { Piece, StreamJoin } from './stream-join.ts';

/** Joins the chunks of a chat completion, as Mistral, OpenAI and the servers that speak their dialect send them. */
export function joinChatCompletion(): StreamJoin {
  const head: { id: JsonValue; model: JsonValue; usage: JsonValue } = { id: null, model: null, usage: null };
  const calls = joinCalls();
  let thinking = '';
  /** Null until there is any content. */
  let text: string | null = null;
  let refusal = '';
  let finish_reason: string | null = null;

  function addDelta(delta: JsonObject): Result<readonly Piece[], AnswerProblem> {
    if (!isAssistant(delta['role']) && delta['role'] !== '')
      return malformed('with a message that is not from the assistant');
    const content = readContent(delta['content']);
    if (!content.ok) return content;
    const names = calls.add(delta['tool_calls']);
    if (!names.ok) return names;
    if (typeof delta['refusal'] === 'string') refusal += delta['refusal'];

    const pieces: Piece[] = [];
    if (content.value !== null) {
      thinking += content.value.thinking;
      text = (text ?? '') + content.value.text;
      pieces.push(...deltaOf('thinking', content.value.thinking), ...deltaOf('text', content.value.text));
    }
    for (const name of names.value) pieces.push({ type: 'tool_call', name });
    return success(pieces);
  }

  return {
    add(event) {
      head.id ??= event['id'] ?? null;
      head.model ??= event['model'] ?? null;
      // Told once at the end, or as a sum that grows.
      if (isObject(event['usage'])) head.usage = event['usage'];
      const { choices } = event;
      // An event may tell the usage alone.
      if (choices === undefined || choices === null) return success([]);
      if (!Array.isArray(choices)) return malformed('with choices that are no list');
      // Further choices, which nobody asks for, have an index of their own.
      const choice = (choices as readonly JsonValue[]).find((one) => !isObject(one) || !one['index']);
      if (choice === undefined) return success([]);
      if (!isObject(choice)) return malformed('with a choice that is no object');
      const { delta = null, finish_reason: reason = null } = choice;
      if (reason !== null && typeof reason !== 'string')
        return malformed('with a finish reason that is no text');
      if (reason !== null && reason !== '') finish_reason = reason;
      if (delta === null) return success([]);
      return isObject(delta) ? addDelta(delta) : malformed('with a delta that is no object');
    },
    get finished() {
      return finish_reason !== null;
    },
    completion() {
      const content: JsonValue =
        text === null
          ? null
          : [
              { type: 'thinking', thinking },
              { type: 'text', text },
            ];
      const message = { role: 'assistant', content, refusal, tool_calls: calls.whole() };
      return { ...head, choices: [{ index: 0, message, finish_reason }] };
    },
  };
}
