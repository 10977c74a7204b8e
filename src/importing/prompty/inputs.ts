import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { schemaOf, type Fields } from '../fields.ts';
import type { FrontmatterFile } from '../frontmatter.ts';
import type { ImportFile } from '../kind.ts';

const types: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['str', 'string'],
  ['number', 'number'],
  ['float', 'number'],
  ['double', 'number'],
  ['integer', 'integer'],
  ['int', 'integer'],
  ['boolean', 'boolean'],
  ['bool', 'boolean'],
  ['array', 'array'],
  ['list', 'array'],
  ['object', 'object'],
  ['dict', 'object'],
]);

/** Declares what a prompty reads, and gives back its sample: one record, empty where there is none. */
export async function declareInputs(
  { head, source }: FrontmatterFile,
  fields: Fields,
  file: ImportFile,
): Promise<JsonObject> {
  const sample: Record<string, JsonValue> = {
    ...(await sampleOf(head['sample'], 'sample', { head, source }, file)),
  };
  const said = head['inputs'] ?? head['inputSchema'];
  if (typeof said === 'string')
    // A file of examples in the place of the inputs.
    Object.assign(sample, await sampleOf(said, 'inputs', { head, source }, file));
  for (const [name, input] of inputsIn(said)) {
    if (!isObject(input)) {
      // The short form gives an example alone.
      fields.declare(name, { schema: schemaOf([input]), required: true });
      sample[name] ??= input;
      continue;
    }
    const kind = input['type'] ?? input['kind'];
    const type = typeof kind === 'string' ? types.get(kind.toLowerCase()) : undefined;
    const { description } = input;
    const example = input['sample'] ?? input['example'];
    if (example !== undefined) sample[name] ??= example;
    const schema: JsonObject = {
      ...(type !== undefined && { type }),
      ...(type === 'object' && { additionalProperties: true }),
      ...(typeof description === 'string' && { description }),
    };
    const isOptional = input['required'] === false || input['is_required'] === false;
    fields.declare(
      name,
      { schema, required: !isOptional },
      input['default'] ?? (isOptional && type !== 'array' && type !== 'object' ? '' : undefined),
    );
  }
  for (const [name, value] of Object.entries(sample))
    if (!fields.has(name)) fields.declare(name, { schema: openSchema(value), required: true });
  return sample;
}

function openSchema(value: JsonValue): JsonObject {
  const schema = schemaOf([value]);
  return schema['type'] === 'object' ? { ...schema, additionalProperties: true } : schema;
}

/** As a map, or as a list of maps with names. */
function inputsIn(inputs: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  const said = isObject(inputs) && Array.isArray(inputs['properties']) ? inputs['properties'] : inputs;
  if (Array.isArray(said))
    return (said as readonly JsonValue[]).flatMap((input) =>
      isObject(input) && typeof input['name'] === 'string' ? [[input['name'], input] as const] : [],
    );
  if (!isObject(said)) return [];
  return Object.entries(isObject(said['properties']) ? said['properties'] : said);
}

async function sampleOf(
  sample: JsonValue | undefined,
  key: string,
  { source }: Pick<FrontmatterFile, 'head' | 'source'>,
  file: ImportFile,
): Promise<JsonObject> {
  if (isObject(sample)) return sample;
  if (typeof sample !== 'string') return {};
  const named = /^\$\{file:(.+)\}$/.exec(sample.trim())?.[1] ?? sample;
  const read = await file.folder.read(named);
  const place = { source, pointer: [key] };
  if (!read.ok) {
    file.notes.tell(
      place,
      `${read.error.message}: the sample is left out`,
      read.error.hint ?? 'check the path',
    );
    return {};
  }
  try {
    const value = JSON.parse(read.value.text) as JsonValue;
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  file.notes.tell(
    place,
    `\`${named}\` is no JSON object: the sample is left out`,
    'write the sample as a map',
  );
  return {};
}
