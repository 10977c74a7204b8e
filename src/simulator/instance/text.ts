import type { JsonObject } from '../../json/json.ts';
import { simulatedMark } from '../echo.ts';
import { makeFormatted } from './format.ts';
import { numbersIn, sayings, spend, wholeBetween, type Making } from './making.ts';
import { createPatternWriter } from './pattern.ts';

/** Words of a free text. */
const fewestWords = 2;
const mostWords = 6;

/** How often another text is tried where one does not fit. */
const mostTries = 60;

/** To read a pattern, and the classes in it, takes the time of so many characters for each of its own. */
const readingOfPattern = 64;

/** In characters; a schema may ask for more, and is then not met. */
const longest = 100_000;

/** Characters that a pattern is tried at in the time in which one is written. */
const charactersTriedPerStep = 256;

/** A text of the pattern, format and length that the schemas ask for; one that comes near where none was found. */
export function makeText(parts: readonly JsonObject[], place: string, making: Making): string {
  const least = Math.min(longest, Math.max(0, ...numbersIn(parts, 'minLength')));
  const most = Math.min(Infinity, ...numbersIn(parts, 'maxLength'));
  let drawn = 0;
  const next = (): number => making.draw(place, `text ${(drawn += 1)}`);
  const make = makerOf(parts, least, most, next, making);

  const patterns = patternsOf(parts).map((pattern) => new RegExp(pattern, 'u'));
  let text = '';
  for (let tried = 0; tried < mostTries && making.effort.left > 0; tried += 1) {
    text = make(tried);
    // A pattern that does not match is tried from every character of the text.
    spend(making, text.length + (patterns.length * text.length ** 2) / charactersTriedPerStep);
    const length = Array.from(text).length;
    if (length >= least && length <= most && patterns.every((pattern) => pattern.test(text))) return text;
  }
  return text;
}

type MakeText = (tried: number) => string;

function makerOf(
  parts: readonly JsonObject[],
  least: number,
  most: number,
  next: () => number,
  making: Making,
): MakeText {
  const { words } = making;
  const patterns = patternsOf(parts);
  const [pattern] = patterns;
  if (pattern !== undefined) {
    for (const { length } of patterns) spend(making, length * readingOfPattern);
    const writers = patterns.map(createPatternWriter);
    // Longer and longer repetitions, as a length may ask for; and more behind a pattern that does not say how a text
    // ends, so that there are many of it.
    const reaches = [3, 1, 8, 20, least];
    const more = createPatternWriter('[a-z]{3}');
    return (tried) => {
      const turn = tried % writers.length;
      const text = writers[turn]?.(reaches[tried % reaches.length] ?? 3, next) ?? '';
      return patterns[turn]?.endsWith('$') === true || next() < 0.5 ? text : text + more(0, next);
    };
  }
  const format = sayings(parts, 'format').find((name) => typeof name === 'string');
  const formatted = format === undefined ? undefined : makeFormatted(format, next, words);
  if (formatted === undefined) return () => freeText(words, least, most, next);
  return (tried) => (tried === 0 ? formatted : (makeFormatted(String(format), next, words) ?? formatted));
}

function patternsOf(parts: readonly JsonObject[]): readonly string[] {
  return sayings(parts, 'pattern').filter((pattern) => typeof pattern === 'string');
}

/** Words of what was asked, from a place in it that differs from text to text; again and again where that is short. */
function freeText(words: readonly string[], least: number, most: number, next: () => number): string {
  const start = wholeBetween(0, words.length - 1, next());
  const count = wholeBetween(fewestWords, mostWords, next());
  // Marked, wherever there is room for more than the mark; counted as JSON Schema counts, by code points.
  const mark = most > simulatedMark.length ? simulatedMark : '';
  const said = Array.from(mark + words.slice(start, start + count).join(' '));
  for (let index = start + count; said.length < least; index += 1) {
    said.push(' ', ...Array.from(words[index % words.length] ?? ''));
  }
  return said.slice(0, most).join('');
}
