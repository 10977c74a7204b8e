import type { JsonValue } from '../json/json.ts';

/** What a JSON value can be. */
export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export const everyKind: readonly Kind[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

const words: { readonly [kind in Kind]: string } = {
  null: 'null',
  boolean: 'true or false',
  number: 'a number',
  string: 'text',
  array: 'a list',
  object: 'an object',
};

export function kindOf(value: JsonValue): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
}

/** As people say it: text, a list or null. */
export function sayKinds(kinds: readonly Kind[]): string {
  const said = kinds.map((kind) => words[kind]);
  const last = said.pop() ?? 'nothing';
  return said.length === 0 ? last : `${said.join(', ')} or ${last}`;
}
