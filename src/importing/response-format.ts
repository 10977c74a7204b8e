import type { Location } from '../diagnostic/diagnostic.ts';
import { isObject, type JsonValue } from '../json/json.ts';
import type { StepDraft, Turn } from './draft.ts';
import type { Notes } from './notes.ts';

/** What OpenAI's `response_format` asks for, as a structured step; undefined for a text. */
export function structuredBy(
  format: JsonValue | undefined,
  turns: readonly Turn[],
  place: Location,
  notes: Notes,
): StepDraft['structured'] {
  const value = typeof format === 'string' ? parsed(format) : format;
  const type = isObject(value) ? value['type'] : value;
  if (type === undefined || type === null || type === '' || type === 'text') return undefined;
  const said = isObject(value) ? value['json_schema'] : undefined;
  const schema = isObject(said) ? said['schema'] : undefined;
  if (type === 'json_schema' && isObject(said) && isObject(schema))
    return { method: 'json_schema', ...(said['strict'] === true && { strict: true }), schema };
  const asksForJson = turns.some(({ parts }) =>
    parts.some((part) => 'text' in part && /json/i.test(part.text)),
  );
  if (type === 'json_object' && asksForJson)
    return { method: 'json_mode', schema: { type: 'object', additionalProperties: true } };
  notes.tell(
    place,
    type === 'json_object'
      ? 'the answer is left as text: no message says the word JSON, without which a provider refuses `json_object`'
      : 'what the answer is to look like is left out',
    'make the step `type: structured`, with a `schema` of the answer',
  );
  return undefined;
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
