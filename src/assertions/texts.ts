import { bounded } from '../diagnostic/printable.ts';
import { isObject, type JsonValue } from '../json/json.ts';

/** A text as it is, any other value as its JSON: what the kinds look at that are about texts. */
export function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as it is shown in a sentence. */
export function shown(value: JsonValue): string {
  return bounded(JSON.stringify(value), 200);
}

/** `"a"`, `"b"` or `"c"`. */
export function listed(values: readonly JsonValue[], word: 'and' | 'or'): string {
  const texts = values.slice(0, 20).map(shown);
  const others = values.length - texts.length;
  if (others > 0) return `${texts.join(', ')} ${word} ${others} others`;
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** Whether two values are the same JSON: the order of an object's fields says nothing. */
export function isSame(one: JsonValue, other: JsonValue): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length &&
      one.every((item: JsonValue, at) => isSame(item, (other as readonly JsonValue[])[at] ?? null))
    );
  }
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && isSame(one[name] ?? null, other[name] ?? null))
    );
  }
  return one === other;
}

/** Whether a list holds the item, or any other value the text. */
export function holds(value: JsonValue, part: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((item: JsonValue) => isSame(item, part));
  return textOf(value).includes(textOf(part));
}

/** The items of a list, the characters of a text, as people count both. */
export function lengthOf(value: JsonValue): { readonly length: number; readonly noun: string } {
  if (Array.isArray(value)) return { length: value.length, noun: 'item' };
  return { length: Array.from(textOf(value)).length, noun: 'character' };
}

export function amount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** One value, or each of a list of them. */
export function each(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}
