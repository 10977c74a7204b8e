import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { deltaOf } from './pieces.ts';
import type { Piece, StreamJoin } from './stream-join.ts';

/**
 * Each event is a response with further parts of the same candidate; a later name goes before an earlier one. Each tells
 * the usage so far, which is that of the answer only at its end.
 */
export function joinGoogleStream(): StreamJoin {
  let response: JsonObject = {};
  let candidate: JsonObject = {};
  let usage: JsonValue | undefined;
  const parts: JsonValue[] = [];
  const isBlocked = (): boolean =>
    isObject(response['promptFeedback']) && response['promptFeedback']['blockReason'] !== undefined;
  const isFinished = (): boolean => typeof candidate['finishReason'] === 'string' || isBlocked();
  const body = (): JsonObject => ({
    ...response,
    ...(usage !== undefined && { usageMetadata: usage }),
    candidates:
      Object.keys(candidate).length === 0 ? [] : [{ ...candidate, content: { role: 'model', parts } }],
  });
  return {
    add(event): Result<readonly Piece[], AnswerProblem> {
      const { candidates, usageMetadata, ...rest } = event;
      response = { ...response, ...rest };
      const first: unknown = Array.isArray(candidates) ? candidates[0] : undefined;
      if (isObject(first)) candidate = { ...candidate, ...first };
      if (isFinished()) usage = usageMetadata ?? usage;
      const more = isObject(first) ? partsIn(first['content']) : [];
      // One by one: there may be more of them than a call takes arguments.
      for (const part of more) parts.push(part);
      return success(more.flatMap(deltasOf));
    },
    get finished() {
      return isFinished();
    },
    completion: body,
  };
}

function partsIn(content: JsonValue | undefined): readonly JsonValue[] {
  const parts = isObject(content) ? content['parts'] : undefined;
  return Array.isArray(parts) ? (parts as readonly JsonValue[]) : [];
}

function deltasOf(part: JsonValue): readonly Piece[] {
  if (!isObject(part)) return [];
  const { text, functionCall } = part;
  if (typeof text === 'string') return deltaOf(part['thought'] === true ? 'thinking' : 'text', text);
  const name = isObject(functionCall) ? functionCall['name'] : undefined;
  return typeof name === 'string' ? [{ type: 'tool_call', name }] : [];
}
