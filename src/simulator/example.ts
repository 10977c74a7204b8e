import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { draw } from './chance.ts';
import { simulatedMark, textOf } from './echo.ts';
import type { ChatMessage } from './request.ts';

/** What is nested deeper in an example is left out. */
const deepest = 16;

/**
 * An answer like one of the earlier answers that are JSON objects, drawn of them; undefined where there is none. Only
 * values that were shown are known to be allowed, so they are kept; a sentence is free, and is marked as ours.
 */
export function answerLikeExample(messages: readonly ChatMessage[], print: string): JsonObject | undefined {
  const examples = messages.flatMap((message) =>
    message.role === 'assistant' && message.prefix !== true ? objectsIn(textOf(message)) : [],
  );
  const example = examples[Math.floor(draw(print, 'example') * examples.length)];
  return example && (withMarks(example, 0) as JsonObject);
}

function objectsIn(text: string): readonly JsonObject[] {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? [value] : [];
  } catch {
    return [];
  }
}

function withMarks(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') {
    // A word alone may be one of a list that was not shown.
    return /\s/u.test(value) && !value.startsWith(simulatedMark) ? simulatedMark + value : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return null;
  if (!isObject(value)) return value.map((item) => withMarks(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, withMarks(held, depth + 1)]));
}
