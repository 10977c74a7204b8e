import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { Fields } from '../fields.ts';
import type { Notes } from '../notes.ts';

const types: ReadonlyMap<string, JsonObject> = new Map<string, JsonObject>([
  ['string', { type: 'string' }],
  ['int', { type: 'integer' }],
  ['double', { type: 'number' }],
  ['float', { type: 'number' }],
  ['bool', { type: 'boolean' }],
  ['list', { type: 'array' }],
  ['object', { type: 'object', additionalProperties: true }],
  ['image', { type: 'string' }],
]);

/** The inputs of a flow as fields of a record. One with a default may be left out; the default is a variable. */
export function declareInputs(source: Source, fields: Fields, notes: Notes): void {
  const inputs = isObject(source.value) ? source.value['inputs'] : undefined;
  if (!isObject(inputs)) return;
  for (const [name, input] of Object.entries(inputs)) {
    const pointer = ['inputs', name];
    const said = isObject(input) ? input : {};
    const { type, description } = said;
    const schema = typeof type === 'string' ? types.get(type.toLowerCase()) : undefined;
    if (schema === undefined && type !== undefined)
      notes.tell(
        { source, pointer: [...pointer, 'type'] },
        `the input \`${name}\` is of a type that records do not have: any value is taken`,
        `say what it is under \`input.schema.properties.${name}\``,
      );
    if (said['is_chat_history'] === true || name === 'chat_history')
      notes.tell(
        { source, pointer, part: 'key' },
        'rows have no history of a chat: it is a field of each record, which brings it along',
        'leave the field out where there is none; a conversation goes on in an application, not in a batch',
      );
    fields.declare(
      name,
      { schema: described(schema ?? {}, description), required: true },
      fallbackOf(said['default'], schema),
    );
  }
}

function described(schema: JsonObject, description: JsonValue | undefined): JsonObject {
  return typeof description === 'string' && description !== '' ? { ...schema, description } : schema;
}

/** A default of another type than the input's is a slip: promptflow's editors write every default as a text. */
function fallbackOf(value: JsonValue | undefined, schema: JsonObject | undefined): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  const type = schema?.['type'];
  if ((type === 'integer' || type === 'number') && typeof value === 'string')
    return Number.isFinite(Number(value)) && value.trim() !== '' ? Number(value) : undefined;
  if (type === 'boolean' && typeof value === 'string')
    return /^(?:true|false)$/i.test(value) ? /^true$/i.test(value) : undefined;
  if ((type === 'array' || type === 'object') && typeof value !== 'object') return undefined;
  return value;
}
