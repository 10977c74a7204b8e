import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';

export type Draft = '2020-12' | 'draft-07';

/** What a keyword of JSON Schema may hold, and where it holds further schemas. */
export interface Keyword {
  /** To follow the keyword's name: `must be a number`. */
  readonly expectation: string;
  fits(value: JsonValue): boolean;
  /** Pointers below the keyword; each leads to a value that must be a schema. */
  schemas?(value: JsonValue): readonly Pointer[];
}

export const typeNames = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;

const isString = (value: JsonValue) => typeof value === 'string';
const isNumber = (value: JsonValue) => typeof value === 'number';
const isCount = (value: JsonValue) => Number.isSafeInteger(value) && Number(value) >= 0;
const isFilled = (value: JsonValue) => Array.isArray(value) && value.length > 0;
const isStrings = (value: JsonValue) =>
  Array.isArray(value) && value.every(isString) && new Set(value).size === value.length;
const names = (value: JsonValue) => (isObject(value) ? Object.keys(value) : []);
const indexes = (value: JsonValue) => (Array.isArray(value) ? [...value.keys()] : []);

const anything: Keyword = { expectation: '', fits: () => true };
const text: Keyword = { expectation: 'must be a string', fits: isString };
const flag: Keyword = { expectation: 'must be true or false', fits: (value) => typeof value === 'boolean' };
const number: Keyword = { expectation: 'must be a number', fits: isNumber };
const count: Keyword = { expectation: 'must be a whole number, 0 or more', fits: isCount };
const strings: Keyword = { expectation: 'must be a list of different strings', fits: isStrings };
const list: Keyword = { expectation: 'must be a list', fits: (value) => Array.isArray(value) };
const choices: Keyword = { expectation: 'must be a list of at least one value', fits: isFilled };
const positive: Keyword = {
  expectation: 'must be a number above 0',
  fits: (value) => typeof value === 'number' && value > 0,
};
const stringsByName: Keyword = {
  expectation: 'must be a map of lists of strings',
  fits: (value) => isObject(value) && Object.values(value).every(isStrings),
};
const type: Keyword = {
  expectation: `must be one of ${typeNames.join(', ')}, or a list of these`,
  fits: (value) =>
    (Array.isArray(value) ? value.length > 0 && isStrings(value) : true) && unknownTypes(value).length === 0,
};
/** Whatever it holds is looked at as a schema. */
const schema: Keyword = { ...anything, schemas: () => [[]] };
const schemaList: Keyword = {
  expectation: 'must be a list of at least one schema',
  fits: isFilled,
  schemas: (value) => indexes(value).map((index) => [index]),
};
const schemaMap: Keyword = {
  expectation: 'must be a map of schemas',
  fits: isObject,
  schemas: (value) => names(value).map((name) => [name]),
};
const schemaOrList: Keyword = {
  ...anything,
  schemas: (value) => (Array.isArray(value) ? indexes(value).map((index) => [index]) : [[]]),
};
const dependencies: Keyword = {
  expectation: 'must be a map of schemas or lists of strings',
  fits: (value) =>
    isObject(value) && Object.values(value).every((entry) => !Array.isArray(entry) || isStrings(entry)),
  schemas: (value) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, entry]) =>
      Array.isArray(entry) ? [] : [[name]],
    ),
};

/** Keywords by what they hold. */
const common: readonly (readonly [Keyword, string])[] = [
  [text, '$schema $id $ref $comment title description pattern format contentEncoding contentMediaType'],
  [anything, 'default const'],
  [list, 'examples'],
  [choices, 'enum'],
  [type, 'type'],
  [flag, 'readOnly writeOnly uniqueItems'],
  [number, 'maximum exclusiveMaximum minimum exclusiveMinimum'],
  [positive, 'multipleOf'],
  [count, 'maxLength minLength maxItems minItems maxProperties minProperties'],
  [strings, 'required'],
  [schema, 'contains additionalProperties propertyNames if then else not'],
  [schemaList, 'allOf anyOf oneOf'],
  [schemaMap, '$defs definitions properties patternProperties'],
  // Words of editors, OpenAPI and Pydantic that say nothing about validity.
  [anything, 'markdownDescription example discriminator'],
];

export const keywords: { readonly [draft in Draft]: ReadonlyMap<string, Keyword> } = {
  '2020-12': byName([
    ...common,
    [flag, 'deprecated'],
    [count, 'minContains maxContains'],
    [schema, 'items unevaluatedItems unevaluatedProperties contentSchema'],
    [schemaList, 'prefixItems'],
    [stringsByName, 'dependentRequired'],
    [schemaMap, 'dependentSchemas'],
  ]),
  'draft-07': byName([
    ...common,
    [schema, 'additionalItems'],
    [schemaOrList, 'items'],
    [dependencies, 'dependencies'],
  ]),
};

/** Whether it is a keyword of either draft. */
export function isKeyword(name: string): boolean {
  return Object.values(keywords).some((known) => known.has(name));
}

function byName(groups: readonly (readonly [Keyword, string])[]): ReadonlyMap<string, Keyword> {
  return new Map(
    groups.flatMap(([keyword, names]) => names.split(' ').map((name) => [name, keyword] as const)),
  );
}

/** Keywords that would let a reference mean something else than its path says. */
export const unsupportedKeywords: ReadonlySet<string> = new Set([
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$recursiveAnchor',
  '$recursiveRef',
  '$vocabulary',
]);

/** The entries of a `type` that name no type. */
export function unknownTypes(value: JsonValue): readonly JsonValue[] {
  const entries: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  return entries.filter((entry) => !typeNames.some((name) => name === entry));
}

/** The draft that a `$schema` names, undefined for one that we do not have; without a `$schema`, 2020-12. */
export function draftOf(schema: JsonValue): Draft | undefined {
  const uri = isObject(schema) ? schema['$schema'] : undefined;
  if (typeof uri !== 'string') return '2020-12';
  const match = /^https?:\/\/json-schema\.org\/(draft\/2020-12|draft-07)\/schema#?$/u.exec(uri);
  if (match === null) return undefined;
  return match[1] === 'draft-07' ? 'draft-07' : '2020-12';
}
