import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { matchesPattern } from '../../schema/value-type.ts';
import type { SchemaMistake } from './schema-mistake.ts';

/** Keywords by which a schema gets properties from elsewhere. */
const combining = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'dependencies'];

/** What keywords of one schema, each sound by itself, say against each other. */
export function contradictionsIn(schema: JsonObject, pointer: Pointer): readonly SchemaMistake[] {
  return [...listWithProperties(schema, pointer), ...unlistedNames(schema, pointer)];
}

/** Whoever reads a field of it would be told of a list that was hardly meant. */
function listWithProperties(schema: JsonObject, pointer: Pointer): readonly SchemaMistake[] {
  const isPlain = !['items', 'prefixItems', 'contains'].some((keyword) => keyword in schema);
  if (schema['type'] !== 'array' || !isObject(schema['properties']) || !isPlain) return [];
  return [
    {
      code: 'invalid-schema',
      message: '`properties` is about an object, but `type: array` asks for a list',
      hint: 'write `type: object`, or describe the items: {type: array, items: {type: object, properties: …}}',
      pointer: [...pointer, 'type'],
    },
  ];
}

/** Names that are required, but stand beside `properties` instead of in it. */
function unlistedNames(schema: JsonObject, pointer: Pointer): readonly SchemaMistake[] {
  const required: readonly JsonValue[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const patterns = isObject(schema['patternProperties']) ? Object.keys(schema['patternProperties']) : [];
  const others = properties.filter((name) => !required.includes(name));
  const closing = closingKeyword(schema);
  return required.flatMap((name, index): readonly SchemaMistake[] => {
    if (typeof name !== 'string' || properties.includes(name)) return [];
    if (patterns.some((pattern) => matchesPattern(pattern, name))) return [];
    const meant = didYouMean(name, others);
    const place = [...pointer, 'required', index];
    if (closing !== undefined) {
      return [
        {
          code: 'impossible-schema',
          message: `\`${name}\` is required, but \`${closing}: false\` forbids it: it is not among \`properties\``,
          hint: meant === undefined ? `add \`${name}\` to \`properties\`` : `did you mean \`${meant}\`?`,
          pointer: place,
        },
      ];
    }
    const isOpen = ['additionalProperties', 'unevaluatedProperties', ...combining].some(
      (keyword) => keyword in schema,
    );
    if (isOpen || meant === undefined) return [];
    return [
      {
        severity: 'warning',
        code: 'undescribed-field',
        message: `\`${name}\` is required, but not described under \`properties\``,
        hint: `did you mean \`${meant}\`?`,
        pointer: place,
      },
    ];
  });
}

/** The keyword that allows no property beside those that the schema itself lists. */
function closingKeyword(schema: JsonObject): string | undefined {
  if (schema['additionalProperties'] === false) return 'additionalProperties';
  const isWhole = !combining.some((keyword) => keyword in schema);
  return isWhole && schema['unevaluatedProperties'] === false && !('additionalProperties' in schema)
    ? 'unevaluatedProperties'
    : undefined;
}
