import { isObject } from '../json/json.ts';
import type { JsonValue } from '../json/json.ts';
import type { Completion } from './contract.ts';
import { readName } from './provider-text.ts';
import type { Redact } from '../diagnostic/redact.ts';

/** What a 200 says, whatever the wire. As it is read, it still has whatever the server sent, of any length. */
export interface Answer extends Omit<Completion, 'request_id'> {
  readonly id: string | null;
}

/**
 * An answer fit for files and traces: without the key, its names within bounds. The one place for both, once its parts
 * are joined: of a name that is cut before, or a text in pieces, half a key would pass.
 */
export function withoutKey(answer: Answer, redact: Redact): Answer {
  return {
    id: readName(answer.id, redact),
    model: readName(answer.model, redact),
    text: redact(answer.text),
    thinking: redact(answer.thinking),
    refusal: answer.refusal === null ? null : redact(answer.refusal),
    tool_calls: answer.tool_calls.map((call) => ({
      id: redact(call.id),
      name: redact(call.name),
      arguments: redact(call.arguments),
      ...(call.echo !== undefined && { echo: redactedValue(call.echo, redact) }),
    })),
    finish_reason: readName(answer.finish_reason, redact),
  };
}

function redactedValue(value: JsonValue, redact: Redact): JsonValue {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => redactedValue(item, redact));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [redact(name), redactedValue(held, redact)]),
  );
}
