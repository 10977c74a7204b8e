import { diffWords, type WordChange } from '../../difference/words.ts';
import { bounded } from '../../diagnostic/printable.ts';
import { isObject, type JsonValue } from '../../json/json.ts';

/** One field's change as it is shown: stretches of text that stayed, went or came, and those that are left out. */
export type ShownPiece = WordChange | { readonly kind: 'omitted'; readonly text: string };

/** Characters of unchanged text beside a change that are shown. */
const context = 60;
/** What lies between two changes is left out only where that shortens something. */
const longestSame = 160;
/** Of a change, so many characters on each side are compared word by word; who wants all of it has `--format json`. */
const longestCompared = 4000;

/** What became of a value: two texts, lists or maps word by word, anything else as the one in place of the other. */
export function shownChange(a: JsonValue | undefined, b: JsonValue | undefined): readonly ShownPiece[] {
  if (typeof a === 'string' && typeof b === 'string') return textChange(a, b);
  if ((Array.isArray(a) && Array.isArray(b)) || (isObject(a) && isObject(b))) {
    const changes = textChange(JSON.stringify(a), JSON.stringify(inOrderOf(a, b)));
    // Where no word stayed, there is nothing to see in a difference.
    if (changes.some(({ kind, text }) => kind === 'same' && /\p{L}|\p{N}/u.test(text))) return changes;
  }
  const [before, after] = valueTexts(a, b);
  return [
    ...(before === undefined ? [] : [{ kind: 'removed' as const, text: before }]),
    ...(after === undefined ? [] : [{ kind: 'added' as const, text: after }]),
  ];
}

/** A value with the fields of its maps in the order of another's: where they stand is no change. */
function inOrderOf(a: JsonValue | undefined, b: JsonValue): JsonValue {
  if (Array.isArray(b)) {
    const others = Array.isArray(a) ? a : [];
    return b.map((item: JsonValue, at) => inOrderOf(others[at], item));
  }
  if (!isObject(a) || !isObject(b)) return b;
  const names = [...Object.keys(a).filter((name) => Object.hasOwn(b, name)), ...Object.keys(b)];
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, inOrderOf(a[name], b[name] as JsonValue)] as const),
  );
}

/**
 * Two different values in few words: a text as it is, others as JSON; undefined for one that is not there. A text that
 * would read like the other value, as "1" and 1, is told as JSON too.
 */
export function valueTexts(
  a: JsonValue | undefined,
  b: JsonValue | undefined,
): readonly [string | undefined, string | undefined] {
  const [before, after] = [valueText(a), valueText(b)];
  return before === after ? [jsonText(a), jsonText(b)] : [before, after];
}

function valueText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? bounded(value, longestCompared) : jsonText(value);
}

function jsonText(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : bounded(JSON.stringify(value), longestCompared);
}

/** What two long texts begin and end with alike is not compared word by word. */
function textChange(before: string, after: string): readonly ShownPiece[] {
  const start = commonStart(before, after);
  const most = Math.min(before.length, after.length) - start;
  const begin = worthOmitting(wordBegin(before, Math.max(0, start - context)));
  const last = before.length - Math.max(0, Math.min(commonEnd(before, after), most) - context);
  const end = worthOmitting(before.length - wordBegin(before, last));
  const middle = (text: string) => bounded(text.slice(begin, text.length - end), longestCompared);
  const changes = diffWords(middle(before), middle(after));
  return [
    ...omitted(before.slice(0, begin), '… '),
    ...changes.flatMap((change, at) => shortened(change, at === 0, at === changes.length - 1)),
    ...omitted(before.slice(before.length - end), '…'),
  ];
}

/** So many characters that are left out, or none where that is hardly shorter. */
function worthOmitting(length: number): number {
  return length > context ? length : 0;
}

/** `sign` with the space that stands beside it: what is shown before it ends in one of its own. */
function omitted(text: string, sign: string): readonly ShownPiece[] {
  return text === '' ? [] : [{ kind: 'omitted', text: sign }];
}

function shortened(change: WordChange, isFirst: boolean, isLast: boolean): readonly ShownPiece[] {
  const { kind, text } = change;
  if (kind !== 'same' || text.length <= longestSame) return [change];
  const head: ShownPiece = { kind, text: text.slice(0, wordBegin(text, context)) };
  const tail: ShownPiece = { kind, text: text.slice(wordBegin(text, text.length - context)) };
  return [...(isFirst ? [] : [head]), ...omitted(text, isLast ? '…' : '… '), ...(isLast ? [] : [tail])];
}

/** The beginning of the word that stands at a place, where it is near: a word is not cut, nor half a character. */
function wordBegin(text: string, at: number): number {
  const near = text.slice(Math.max(0, at - 30), at);
  const space = near.search(/\S*$/u);
  const begin = space <= 0 ? at : at - near.length + space;
  return /^[\uDC00-\uDFFF]/u.test(text.slice(begin, begin + 1)) ? begin - 1 : begin;
}

function commonStart(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}

function commonEnd(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (
    length < most &&
    one.charCodeAt(one.length - 1 - length) === other.charCodeAt(other.length - 1 - length)
  )
    length += 1;
  return length;
}
