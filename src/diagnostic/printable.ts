import { graphemesOf } from './graphemes.ts';

/** What acts on a terminal or hides in a text: controls, bidi overrides, line separators, invisible marks. */
const unprintable = /[\p{Cc}\p{Bidi_Control}\p{Surrogate}\u2028\u2029\u200B\u2060\uFEFF]/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/**
 * Untrusted text made fit for a terminal or a log: what would act on the terminal is shown as an escape (`\x1b`).
 * The result is one line, unless `shape` is `lines`: line breaks and tabs stay then.
 */
export function printable(text: string, shape: 'line' | 'lines' = 'line'): string {
  const whole = shape === 'lines' ? text.replaceAll('\r\n', '\n') : text;
  return whole.replace(unprintable, (character) =>
    shape === 'lines' && /[\n\t]/u.test(character) ? character : escaped(character),
  );
}

/** At most so many characters of a text, never half a surrogate pair, with … where something was left out. */
export function bounded(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}

/** GitHub, Azure Pipelines (`##vso[`) and TeamCity (`##teamcity[`). */
const commandOpening = /##\w*\[/gu;

/**
 * Printable text of several lines that can't be taken for a command of a CI runner, which reads `::error` at the
 * beginning of any line of a log, white space aside, and `##[error]` or `##vso[task]` anywhere.
 */
export function withoutCommands(text: string): string {
  return text
    .replace(/^([^\S\r\n]*):(?=:)/gmu, '$1\\x3a')
    .replace(commandOpening, (opening) => `${opening.slice(0, -1)}\\x5b`);
}

/**
 * JSON text fit for a terminal or a log: unprintable characters and the beginnings of runner commands can only stand
 * within its strings, which may escape them.
 */
export function printableJson(json: string): string {
  return json
    .replace(unprintable, (character) => (character === '\n' ? character : `\\u${hexadecimal(character, 4)}`))
    .replace(commandOpening, (opening) => `${opening.slice(0, -1)}\\u005b`);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return (
    shortEscapes[character] ??
    (code < 0x100 ? `\\x${hexadecimal(character, 2)}` : `\\u${hexadecimal(character, 4)}`)
  );
}

function hexadecimal(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}

const invisible = /[\p{Cc}\p{Cf}\p{Mn}\p{Me}]/gu;
const narrowForms = /^[\uFF61-\uFFDC]/u;
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303E\u3190-\u33FF\uFE10-\uFE19\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6]|\uFE0F/u;

/**
 * The columns that a text takes on a terminal: two for a wide character (CJK, emoji, also one that is put together of
 * several), none for a combining mark. Where letters of a script are joined (Thai, Devanagari), each has its own.
 */
export function displayWidth(text: string): number {
  // Letters of ASCII, and the blocks and lines that bars are made of.
  if (/^[\x20-\x7E\u2500-\u259F]*$/u.test(text)) return text.length;
  if (text.length === 1) return graphemeWidth(text);
  let width = 0;
  for (const grapheme of graphemesOf(text)) width += graphemeWidth(grapheme);
  return width;
}

/** The columns of one character, as `graphemesOf` gives it. */
export function graphemeWidth(grapheme: string): number {
  const letters = grapheme.replaceAll(invisible, '');
  if (letters === '') return 0;
  return wide.test(grapheme) && !narrowForms.test(grapheme) ? 2 : Array.from(letters).length;
}
