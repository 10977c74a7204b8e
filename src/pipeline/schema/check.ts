import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { bareList } from './bare-list.ts';
import { contradictionsIn } from './contradictions.ts';
import { keywords, typeNames, unknownTypes, unsupportedKeywords, type Draft } from './keywords.ts';
import { valueAt } from '../../json/pointer.ts';
import type { SchemaMistake } from './schema-mistake.ts';
import { formats } from './validator.ts';
import { listText, valueText } from '../words.ts';

/** A `$ref` of the schema: the pointer of the schema that holds it, and what it says. */
export interface Reference {
  readonly holder: Pointer;
  readonly target: string;
}

export interface CheckedSchema {
  readonly mistakes: readonly SchemaMistake[];
  readonly references: readonly Reference[];
  /** The pointers of all schemas in it, as JSON. */
  readonly schemas: ReadonlySet<string>;
}

/**
 * What is wrong with a schema as a schema, at its line: Ajv would stop at the first mistake and name no place.
 * `start` is where it stands below the root of its document.
 */
export function checkSchema(schema: JsonValue, draft: Draft, start: Pointer = []): CheckedSchema {
  const mistakes: SchemaMistake[] = [];
  const references: Reference[] = [];
  const schemas = new Set<string>();
  const visit = (value: JsonValue, pointer: Pointer): void => {
    schemas.add(JSON.stringify(pointer));
    if (typeof value === 'boolean') return;
    if (!isObject(value)) {
      mistakes.push({
        code: 'invalid-schema',
        message: `${demand(pointer)}, found ${valueText(value)}`,
        ...schemaHint(value),
        pointer,
      });
      return;
    }
    const items = new Set<string>();
    for (const [name, held] of Object.entries(value)) {
      if (items.has(name)) continue;
      const at = [...pointer, name];
      const keyword = name === '$id' && pointer.length > 0 ? undefined : keywords[draft].get(name);
      if (keyword === undefined) {
        if (!name.startsWith('x-')) mistakes.push(unknownKeyword(name, held, at, draft));
        continue;
      }
      if (name === '$ref' && typeof held === 'string') references.push({ holder: pointer, target: held });
      const list = keyword.fits(held) ? undefined : bareList(name, value, keywords[draft]);
      for (const other of list?.others ?? []) items.add(other);
      const mistake = keyword.fits(held)
        ? detail(name, held, at)
        : (requiredFlag(name, held, at, holderOf(pointer)) ??
          misfit(name, held, at, keyword.expectation, list?.hint));
      if (mistake !== undefined) mistakes.push(mistake);
      for (const below of keyword.fits(held) ? (keyword.schemas?.(held) ?? []) : []) {
        visit(valueAt(held, below) ?? null, [...at, ...below]);
      }
    }
    // In draft-07 nothing beside a `$ref` counts.
    if (draft === '2020-12' || !('$ref' in value)) mistakes.push(...contradictionsIn(value, pointer));
  };
  const holderOf = (pointer: Pointer) =>
    pointer.length > start.length ? valueAt(schema, pointer.slice(start.length, -1)) : undefined;
  visit(schema, start);
  return { mistakes, references, schemas };
}

function unknownKeyword(name: string, value: JsonValue, pointer: Pointer, draft: Draft): SchemaMistake {
  if (unsupportedKeywords.has(name) || name === '$id') {
    return {
      code: 'unsupported-keyword',
      message:
        name === '$id'
          ? '`$id` is supported at the root of a schema only'
          : `\`${name}\` is not supported in schemas here`,
      hint: 'refer to schemas by their path, such as {$ref: "#/$defs/<name>"}',
      pointer,
      part: 'key',
    };
  }
  const known = didYouMean(name, keywords[draft].keys());
  const otherDraft = keywords[draft === '2020-12' ? 'draft-07' : '2020-12'].has(name);
  return {
    code: 'unknown-keyword',
    message: otherDraft
      ? `\`${name}\` is not a keyword of JSON Schema ${draft}`
      : `\`${name}\` is not a keyword of JSON Schema`,
    hint: keywordHint(name, value, known),
    pointer,
    part: 'key',
  };
}

function keywordHint(name: string, value: JsonValue, known: string | undefined): string {
  if (name === 'nullable') return 'write type: [<type>, "null"]';
  if (name === 'additionalItems') return 'write `items` beside `prefixItems`';
  if (name === 'dependencies') return 'write `dependentRequired` or `dependentSchemas`';
  const field = known === 'type' ? undefined : shorthand(value);
  if (field !== undefined) return `put it under \`properties\`: \`${name}: ${field}\``;
  if (known !== undefined) return `did you mean \`${known}\`?`;
  if (isObject(value)) return `if \`${name}\` is a field, put it under \`properties\``;
  return 'remove it, or let its name begin with `x-` if it is a note of your own';
}

function misfit(
  name: string,
  value: JsonValue,
  pointer: Pointer,
  expectation: string,
  hint: string | undefined,
): SchemaMistake {
  const unknown = name === 'type' ? unknownTypes(value)[0] : undefined;
  if (unknown === undefined) {
    const message = `\`${name}\` ${expectation}, found ${valueText(value)}`;
    return { code: 'invalid-schema', message, ...(hint !== undefined && { hint }), pointer };
  }
  const meant =
    typeof unknown === 'string'
      ? (typeWords[unknown.toLowerCase()] ?? didYouMean(unknown, typeNames))
      : undefined;
  return {
    code: 'invalid-schema',
    message: `\`type\` cannot be ${valueText(unknown)}`,
    hint:
      unknown === null
        ? 'quote it, since YAML reads a bare null as nothing: "null"'
        : meant === undefined
          ? `the types are ${listText(typeNames)}`
          : `did you mean \`${meant}\`?`,
    pointer,
  };
}

/** `required: true` in the schema of a property, as other formats have it; `holder` is what that schema stands in. */
function requiredFlag(
  name: string,
  value: JsonValue,
  pointer: Pointer,
  holder: JsonValue | undefined,
): SchemaMistake | undefined {
  if (name !== 'required' || typeof value !== 'boolean') return undefined;
  const isProperty = pointer.at(-3) === 'properties' && isObject(holder);
  const names = isProperty
    ? Object.keys(holder).filter((key) => valueAt(holder, [key, 'required']) === true)
    : ['<name>', '…'];
  return {
    code: 'invalid-schema',
    message: `\`required\` is the list of the fields that an object must have, found ${String(value)}`,
    hint: value
      ? `write \`required: [${names.join(', ')}]\` beside \`properties\``
      : 'remove it: a field need not be there unless the `required` of its object names it',
    pointer,
  };
}

/** What people write who come from Python, TypeScript or SQL. */
const typeWords: { readonly [word: string]: string } = {
  text: 'string',
  str: 'string',
  int: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  dict: 'object',
  map: 'object',
  list: 'array',
  none: 'null',
};

/** Mistakes that the type of a keyword's value does not show. */
function detail(name: string, value: JsonValue, pointer: Pointer): SchemaMistake | undefined {
  if (name === 'pattern' && typeof value === 'string') return regexMistake(value, pointer, 'value');
  if (name === 'patternProperties' && isObject(value)) {
    for (const pattern of Object.keys(value)) {
      const mistake = regexMistake(pattern, [...pointer, pattern], 'key');
      if (mistake !== undefined) return mistake;
    }
  }
  if (name === 'format' && typeof value === 'string' && !formats.has(value)) {
    const known = didYouMean(value, formats);
    return {
      code: 'unknown-format',
      message: `\`format\` ${valueText(value)} is not one that can be checked`,
      hint: known === undefined ? `there are ${listText([...formats])}` : `did you mean \`${known}\`?`,
      pointer,
    };
  }
  return undefined;
}

function regexMistake(pattern: string, pointer: Pointer, part: 'key' | 'value'): SchemaMistake | undefined {
  try {
    // As Ajv compiles it.
    void new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*\/u?: /su, '') : 'it cannot be read';
    return {
      code: 'invalid-pattern',
      message: `${valueText(pattern)} is not a regular expression: ${reason}`,
      pointer,
      part,
    };
  }
}

function demand(pointer: Pointer): string {
  const last = pointer.at(-1);
  if (last === undefined) return 'a schema must be a map, true or false';
  const subject = typeof last === 'number' ? 'an item here' : `\`${last}\``;
  return `${subject} must be a schema (a map, true or false)`;
}

function schemaHint(value: JsonValue): { readonly hint?: string } {
  if (Array.isArray(value))
    return { hint: 'several shapes are written as anyOf: […]; a fixed list as prefixItems: […]' };
  if (typeof value !== 'string') return {};
  const field = shorthand(value);
  return field === undefined ? {} : { hint: `write ${field}` };
}

/** The schema of a field that other tools write as one word: `string`, `list[str]`, `enum[a, b]`. */
function shorthand(value: JsonValue): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [, outer, inner = ''] = /^\s*(list|enum)\s*\[([^[\]{}]+)\]\s*$/iu.exec(value) ?? [];
  if (outer?.toLowerCase() === 'enum') return `{enum: [${inner.trim()}]}`;
  const items = outer === undefined ? undefined : shorthand(inner);
  if (items !== undefined) return `{type: array, items: ${items}}`;
  const word = value.trim();
  const type = typeWords[word.toLowerCase()] ?? typeNames.find((name) => name === word);
  return type === undefined ? undefined : `{type: ${type}}`;
}
