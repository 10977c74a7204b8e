/** A value that JSON can say. Records, vars, answers and results are made of these and nothing else. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** A JSON Schema (2020-12, or draft-07 by its `$schema`): `true` allows anything, `false` nothing. */
export type JsonSchema = boolean | JsonObject;

/** A path into a JSON value, as object names and array indexes from the root. */
export type Pointer = readonly (string | number)[];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
