import type { Redact } from './redact.ts';

/** A longer name is none: no provider has such a model, finish reason or id. In characters. */
const longestName = 200;

/**
 * A name that a provider gave, fit to be kept and told: one line, without the key, within bounds; null where nothing
 * is left of it. Control characters go first, since a key could be told in pieces between them.
 */
export function readName(value: unknown, redact: Redact): string | null {
  if (typeof value !== 'string') return null;
  const name = bound(redact(oneLine(value)), longestName);
  return name === '' ? null : name;
}

/** Some text as one line: no line breaks, no control characters. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** At most so many characters of a text, with a mark where it was cut. */
export function bound(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
