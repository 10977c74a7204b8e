import type { JsonObject, JsonValue } from '../json/json.ts';
import type { FieldDraft } from './draft.ts';
import { call, literal, rootPath, type Hand } from './handlebars/expression.ts';
import type { Scope } from './jinja/scope.ts';

/** The fields of a record and the variables of a pipeline, as they are found to be needed. */
export interface Fields {
  /** What reads the field. It is declared at its first use, where nobody has declared it. */
  read(name: string): Hand;
  /** A field with a fallback is read with it, and a record may do without. */
  declare(name: string, field: FieldDraft, fallback?: JsonValue): void;
  has(name: string): boolean;
  declareVariable(name: string, value: JsonValue): Hand;
  fields(): ReadonlyMap<string, FieldDraft>;
  /** Those that something reads. */
  vars(): ReadonlyMap<string, JsonValue>;
}

export function createFields(): Fields {
  const fields = new Map<string, FieldDraft>();
  const fallbacks = new Map<string, JsonValue>();
  const vars = new Map<string, JsonValue>();
  const used = new Set<string>();
  return {
    read(name) {
      if (!fields.has(name)) fields.set(name, { schema: {}, required: true });
      const path = rootPath('input', name);
      const fallback = fallbacks.get(name);
      const optional = fields.get(name)?.required === false;
      if (fallback === undefined) return optional ? { ...path, optional } : path;
      if (fallback === '') return call('default', path, literal(''));
      // A loop over a list that is not there is over none.
      if (isEmpty(fallback)) return { ...path, optional: true };
      used.add(name);
      return call('default', path, rootPath('vars', name));
    },
    declare(name, field, fallback) {
      fields.set(name, fallback === undefined ? field : { ...field, required: false });
      if (fallback === undefined || fallback === null) return;
      fallbacks.set(name, fallback);
      if (fallback !== '' && !isEmpty(fallback)) vars.set(name, fallback);
    },
    has: (name) => fields.has(name),
    declareVariable(name, value) {
      vars.set(name, value);
      used.add(name);
      return rootPath('vars', name);
    },
    fields: () => fields,
    vars: () => new Map([...vars].filter(([name]) => used.has(name))),
  };
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && (value === null || Object.keys(value).length === 0);
}

/** Templates whose names are fields of the record. */
export function fieldScope(fields: Fields): Scope {
  return { find: (name) => (name === 'loop' ? undefined : { kind: 'value', value: fields.read(name) }) };
}

/** What the values of a field have in common, as a schema; anything where they have nothing. */
export function schemaOf(values: readonly JsonValue[]): JsonObject {
  const types = new Set(values.map(typeOf));
  const [type] = types;
  return types.size === 1 && type !== undefined && type !== 'null' ? { type } : {};
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
