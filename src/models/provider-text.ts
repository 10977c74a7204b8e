import { bounded } from '../diagnostic/printable.ts';
import { longestSpelling } from '../diagnostic/redact.ts';
import type { Redact } from '../diagnostic/redact.ts';

/** A longer name is none: no provider has such a model, finish reason or id. In characters. */
const longestName = 200;

/**
 * A name that a provider gave, fit to be kept and told: one line, without the key, within bounds; null where nothing
 * is left of it. Control characters go first, since a key could be told in pieces between them.
 */
export function readName(value: unknown, redact: Redact): string | null {
  if (typeof value !== 'string') return null;
  const name = bounded(redact(oneLine(value)), longestName);
  return name === '' ? null : name;
}

/** Some text as one line: no line breaks, no control characters. */
export function oneLine(text: string): string {
  // As most names are: one word.
  if (/^[!-~]*$/.test(text)) return text;
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/**
 * The beginning of a text, redacted, in at most `longest` characters and without reading much more. Redacted before it
 * is cut, since half a secret would not be recognised; where it has to be cut before, what may be half a secret is left
 * out.
 */
export function redactStart(text: string, longest: number, redact: Redact): string {
  const prefix = text.slice(0, 16 * longest + longestSpelling);
  const redacted = redact(prefix);
  const whole = prefix.length === text.length ? redacted : redacted.slice(0, -longestSpelling);
  return bounded(whole, longest);
}
