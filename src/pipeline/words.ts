import { stringify } from 'yaml';
import { bounded } from '../diagnostic/printable.ts';
import { isObject, type JsonValue, type Pointer } from '../json/json.ts';

/** A pointer as people write it: `steps.reply.messages[0].role`; names that are not plain words in quotes. */
export function pathText(pointer: Pointer): string {
  return pointer
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/u.test(part)) return `[${JSON.stringify(bounded(part, 60))}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** What a value is, briefly, to follow "found". */
export function valueText(value: JsonValue): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isObject(value)) return Object.keys(value).length === 0 ? 'an empty map' : 'a map';
  return bounded(JSON.stringify(value), 60);
}

/** `a`, `b` and `c`. */
export function listText(names: readonly string[]): string {
  return plainList(names.map((name) => `\`${name}\``));
}

/** ``its fields are `a` and `b` ``: what there is, where something else was asked for. */
export function theirNames(what: 'fields' | 'columns', names: readonly string[]): string {
  return names.length === 0 ? `it has no ${what}` : `its ${what} are ${listText(names)}`;
}

/** a, b and c. */
export function plainList(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** A value as YAML on one line: `{name: mistral-small-latest, stop: [END]}`. */
export function inlineYaml(value: JsonValue): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}
