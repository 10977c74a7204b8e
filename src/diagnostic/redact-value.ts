import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { Redact } from './redact.ts';

/** The value with the secrets taken out of its texts, names and numbers. */
export function redactValue(value: JsonValue, redact: Redact): JsonValue {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') {
    const digits = String(value);
    const redacted = redact(digits);
    return redacted === digits ? value : redacted;
  }
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => redactValue(item, redact));
  if (!isObject(value)) return value;
  const members = Object.entries(value satisfies JsonObject);
  return Object.fromEntries(members.map(([name, member]) => [redact(name), redactValue(member, redact)]));
}
