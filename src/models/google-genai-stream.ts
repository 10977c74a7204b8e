import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Piece, StreamJoin } from './stream-join.ts';
import { deltaOf } from './wire-parts.ts';

/** Each event is a response with further parts of the same candidate; a later name goes before an earlier one. */
export function joinGoogleStream(): StreamJoin {
  let response: JsonObject = {};
  let candidate: JsonObject = {};
  const parts: JsonValue[] = [];
  const isBlocked = (): boolean =>
    isObject(response['promptFeedback']) && response['promptFeedback']['blockReason'] !== undefined;
  const body = (): JsonObject => ({
    ...response,
    candidates:
      Object.keys(candidate).length === 0 ? [] : [{ ...candidate, content: { role: 'model', parts } }],
  });
  return {
    add(event): Result<readonly Piece[], AnswerProblem> {
      response = { ...response, ...event };
      const first: unknown = Array.isArray(event['candidates']) ? event['candidates'][0] : undefined;
      if (!isObject(first)) return success([]);
      candidate = { ...candidate, ...first };
      const { content } = first;
      const more = isObject(content) && Array.isArray(content['parts']) ? content['parts'] : [];
      parts.push(...(more as readonly JsonValue[]));
      return success((more as readonly JsonValue[]).flatMap(deltasOf));
    },
    get finished() {
      return typeof candidate['finishReason'] === 'string' || isBlocked();
    },
    completion: body,
  };
}

function deltasOf(part: JsonValue): readonly Piece[] {
  if (!isObject(part)) return [];
  const { text, functionCall } = part;
  if (typeof text === 'string') return deltaOf(part['thought'] === true ? 'thinking' : 'text', text);
  const name = isObject(functionCall) ? functionCall['name'] : undefined;
  return typeof name === 'string' ? [{ type: 'tool_call', name }] : [];
}
