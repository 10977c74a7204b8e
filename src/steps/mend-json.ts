import { jsonrepair } from 'jsonrepair';

/**
 * The longest text that is mended, in characters: on hostile text jsonrepair takes quadratic time, about a second for
 * this many.
 */
export const longestMended = 32_768;

/**
 * JSON of a text that is nearly JSON: trailing commas, single quotes, comments, Python's words and the like. Undefined
 * where it cannot be mended, and where that would give a value that the text does not say: an end for a text that was
 * cut off, null for a value that is missing, a list without what `...` stands for.
 *
 * Words without quotes become texts (`NaN` too) and JSON after JSON a list, so whoever takes the result holds it
 * against a schema.
 */
export function mendJson(text: string): string | undefined {
  if (text.length > longestMended) return undefined;
  const escaped = withWholeEscapes(text);
  if (escaped === undefined) return undefined;
  let mended: string;
  try {
    mended = jsonrepair(escaped);
  } catch {
    // Its own error, or an exhausted stack.
    return undefined;
  }
  return saysTheSame(escaped, mended) ? mended : undefined;
}

/** The escapes that jsonrepair reads as they are meant. Markdown's `\_` is known from models that write names so. */
const knownEscape = /^(?:["'`\\/bfnrt_\n]|u[\da-fA-F]{4})/;

/**
 * A backslash that escapes nothing is dropped by jsonrepair, which turns `C:\data` into `C:data`. Before a letter or
 * digit it stands for itself. Before other characters nobody knows: undefined.
 */
function withWholeEscapes(text: string): string | undefined {
  let ambiguous = false;
  const whole = text.replaceAll(/\\(u[\da-fA-F]{4}|[^])?/gu, (escape, escaped: string | undefined) => {
    if (escaped === undefined || knownEscape.test(escaped)) return escape;
    if (/^[\p{L}\p{N}]/u.test(escaped)) return `\\${escape}`;
    ambiguous = true;
    return escape;
  });
  return ambiguous ? undefined : whole;
}

/**
 * Whether mending has left the meaning alone, as far as counting can tell: no bracket was added (one is where the text
 * ends too early, or goes on after its end), no quote is missing (where the text in it was to end is a guess), no null
 * and no digit stands for what is missing, no other language's word for null and no semicolon was taken for a text, no
 * ellipsis was taken out, no apostrophe within a word was taken for a quote.
 */
function saysTheSame(text: string, mended: string): boolean {
  return (
    count(mended, /[[\]{}]/g) <= count(text, /[[\]{}]/g) &&
    count(text.replaceAll(/\\[^]/g, ''), /"/g) % 2 === 0 &&
    count(mended, /\bnull\b/g) <= count(text, /\b(?:null|None|undefined)\b/g) &&
    count(withWholeFractions(mended), /\d+/g) <= count(withWholeFractions(text), /\d+/g) &&
    count(mended, /"(?:null|nil)"/gi) <= count(text, /["'`](?:null|nil)["'`]/gi) &&
    count(mended, /;"/g) <= count(text, /;["'`]/g) &&
    count(mended, /\.{3}/g) >= count(text, /\.{3}/g) &&
    count(mended, /(?<=\p{L})'(?=\p{L})/gu) >= count(text, /(?<=\p{L})'(?=\p{L})/gu)
  );
}

/** `.5` and `5.` say 0.5 and 5.0, as they are mended. */
function withWholeFractions(text: string): string {
  return text.replaceAll(/(?<!\d)\.(?=\d)/g, '0.').replaceAll(/(?<=\d)\.(?!\d)/g, '.0');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
