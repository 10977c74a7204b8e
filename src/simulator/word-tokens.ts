import { cut } from './echo.ts';

/**
 * How many tokens a text has, nearly as Mistral's tokenizer counts it: within a tenth for English, code and JSON, within a
 * quarter for what else is written in Latin, Cyrillic or Arabic letters. The tokenizer itself would take half a second to
 * load, in every simulated run. The numbers below were fitted to it, on the gallery's prompts and the Universal
 * Declaration of Human Rights.
 */

/** As the tokenizer takes a text apart before it looks its vocabulary up: words with the space before them, single digits. */
const parts =
  /[^\r\n\p{L}\p{N}]?\p{Lu}*[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|[^\r\n\p{L}\p{N}]?\p{Lu}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+/gu;

/** Words of which each English sentence has some. */
const english = new Set(
  'a an and are as at be by for from have in is it not of on or that the this to was what which with you your'.split(
    ' ',
  ),
);
const englishShare = 0.12;
const fewWords = 4;

/** Letters, with the space before them, that are one token; and how many more make another. The vocabulary is mostly English. */
const wordSizes = { english: { free: 10.8, more: 3.4 }, other: { free: 5.6, more: 3.7 } };
/** What a letter counts beside one of ASCII's. */
const letterSizes = { latin: 1.3, other: 1.34 };
const tokensPerIdeograph = 0.76;
const marksPerToken = 3.1;

type WordSize = (typeof wordSizes)['english'];

/** Tokens of a text, as a whole number. */
export function countTokens(text: string): number {
  return withinTokens(text, Infinity).tokens;
}

/** The beginning of a text that this many tokens are enough for, and how many it has: all of them, where it is cut. */
export function withinTokens(
  text: string,
  most: number,
): { readonly taken: string; readonly tokens: number } {
  const size = wordSizeOf(text);
  let tokens = 0;
  for (const { 0: part, index } of text.matchAll(parts)) {
    const cost = tokensOf(part, size);
    if (tokens + cost > most) {
      const begun = cut(part, Math.floor((part.length * (most - tokens)) / cost));
      return { taken: text.slice(0, index) + begun, tokens: most };
    }
    tokens += cost;
  }
  return { taken: text, tokens: Math.ceil(tokens) };
}

function wordSizeOf(text: string): WordSize {
  let words = 0;
  let known = 0;
  for (const [word] of text.matchAll(/\p{L}+/gu)) {
    words += 1;
    if (english.has(word.toLowerCase())) known += 1;
  }
  const short = words < fewWords && !/[\u0080-\u{10ffff}]/u.test(text);
  return short || known > words * englishShare ? wordSizes.english : wordSizes.other;
}

function tokensOf(part: string, { free, more }: WordSize): number {
  if (/^\s+$/u.test(part)) return 1;
  if (/^[^\p{L}\p{N}]+$/u.test(part)) return Math.ceil(part.trim().length / marksPerToken);
  let size = 0;
  let ideographs = 0;
  for (const letter of part) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) size += 1;
    else if (code < 0x250) size += letterSizes.latin;
    else if (code < 0x2e80) size += letterSizes.other;
    else ideographs += 1;
  }
  const word = size === 0 ? 0 : Math.max(1, 1 + (size - free) / more);
  return word + ideographs * tokensPerIdeograph;
}
