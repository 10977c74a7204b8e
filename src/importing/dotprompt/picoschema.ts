import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';

/** Tells of a part of a schema that has no meaning without the program around it. */
export type TellSchema = (pointer: Pointer, message: string, hint: string) => void;

const scalars: ReadonlySet<string> = new Set(['any', 'boolean', 'integer', 'null', 'number', 'string']);

/** A schema in Dotprompt's short form, Picoschema, as JSON Schema. One that is JSON Schema already stays as it is. */
export function schemaOfPico(value: JsonValue, pointer: Pointer, tell: TellSchema): JsonObject {
  if (typeof value === 'string') return scalarSchema(value, pointer, tell);
  if (isObject(value)) {
    if (isJsonSchema(value)) return value;
    if (isObject(value['properties'])) return { ...value, type: 'object' };
  }
  return picoOf(value, pointer, tell);
}

function isJsonSchema({ type }: JsonObject): boolean {
  return typeof type === 'string' && (scalars.has(type) || type === 'object' || type === 'array');
}

function picoOf(value: JsonValue, pointer: Pointer, tell: TellSchema): JsonObject {
  if (typeof value === 'string') return scalarSchema(value, pointer, tell);
  if (isObject(value)) return objectSchema(value, pointer, tell);
  tell(
    pointer,
    'a schema is a type or a map of fields: this is taken for anything',
    'write a type such as string',
  );
  return {};
}

/** `string, what it is`. */
function scalarSchema(text: string, pointer: Pointer, tell: TellSchema): JsonObject {
  const [type, description] = described(text);
  const rest: JsonObject = description === undefined ? {} : { description };
  if (type === 'any') return rest;
  if (scalars.has(type)) return { type, ...rest };
  tell(
    pointer,
    `the schema \`${type}\` is registered in a program, and is taken for anything`,
    'write its fields out here, or under the schema in the pipeline',
  );
  return rest;
}

function described(text: string): readonly [string, string | undefined] {
  const comma = text.indexOf(',');
  return comma === -1
    ? [text.trim(), undefined]
    : [text.slice(0, comma).trim(), text.slice(comma + 1).trim()];
}

function objectSchema(value: JsonObject, pointer: Pointer, tell: TellSchema): JsonObject {
  const properties: [string, JsonObject][] = [];
  const required: string[] = [];
  let others: JsonValue = false;
  for (const [key, member] of Object.entries(value)) {
    const below = [...pointer, key];
    if (key === '(*)') {
      others = picoOf(member, below, tell);
      continue;
    }
    const { name, optional, kind, description } = keyParts(key);
    if (!optional) required.push(name);
    const schema = memberSchema(member, kind, optional, below, tell);
    properties.push([name, description === undefined ? schema : { ...schema, description }]);
  }
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(properties),
    additionalProperties: others,
  };
}

/** `tags?(array, what they are)` in parts. */
function keyParts(key: string) {
  const open = key.indexOf('(');
  const bare = (open === -1 ? key : key.slice(0, open)).trim();
  const optional = bare.endsWith('?');
  const inside = open === -1 ? undefined : key.slice(open + 1).replace(/\)\s*$/, '');
  const [kind, description] = inside === undefined ? [undefined, undefined] : described(inside);
  return { name: optional ? bare.slice(0, -1) : bare, optional, kind, description };
}

function memberSchema(
  member: JsonValue,
  kind: string | undefined,
  optional: boolean,
  pointer: Pointer,
  tell: TellSchema,
): JsonObject {
  switch (kind) {
    case undefined:
      return optional ? nullable(picoOf(member, pointer, tell)) : picoOf(member, pointer, tell);
    case 'object':
      return optional ? nullable(picoOf(member, pointer, tell)) : picoOf(member, pointer, tell);
    case 'array':
      return { type: optional ? ['array', 'null'] : 'array', items: picoOf(member, pointer, tell) };
    case 'enum': {
      const values: readonly JsonValue[] = Array.isArray(member) ? member : [member];
      return { enum: optional && !values.includes(null) ? [...values, null] : values };
    }
    default:
      tell(
        pointer,
        `\`(${kind})\` is no kind of schema: any value is taken`,
        'write (object), (array) or (enum)',
      );
      return {};
  }
}

/** What may be left out may be null, too. */
function nullable(schema: JsonObject): JsonObject {
  return typeof schema['type'] === 'string' && schema['type'] !== 'null'
    ? { ...schema, type: [schema['type'], 'null'] }
    : schema;
}
