import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { valueAt } from '../../json/pointer.ts';
import type { Report } from '../report.ts';
import { listText } from '../words.ts';
import type { SchemaDocument } from './bundle.ts';

/** Warns of objects to which a provider cannot hold a model token by token: each field must be known, and be there. */
export function warnOfOpenObjects(documents: readonly SchemaDocument[], report: Report): void {
  for (const { source, base, root, schemas } of documents) {
    for (const text of schemas) {
      const pointer = JSON.parse(text) as Pointer;
      const lacks = lackOf(valueAt(root, pointer));
      if (lacks === undefined) continue;
      report.add({
        severity: 'warning',
        code: 'not-strict',
        message: `\`strict: true\` asks for objects of fixed fields, but here ${lacks.message}: OpenAI refuses it, others may ignore \`strict\``,
        hint: lacks.hint,
        place: { source, pointer: [...base, ...pointer], part: 'key' },
      });
    }
  }
}

/** What keeps an object from being known as a whole. */
function lackOf(
  schema: JsonValue | undefined,
): { readonly message: string; readonly hint: string } | undefined {
  if (!isObject(schema) || !describesObject(schema)) return undefined;
  const required: readonly JsonValue[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const optional = properties.filter((name) => !required.includes(name));
  if (schema['additionalProperties'] !== false) {
    return { message: 'other fields are allowed', hint: 'add `additionalProperties: false` to it' };
  }
  if (optional.length === 0) return undefined;
  return {
    message: `${listText(optional)} may be missing`,
    hint: 'name every field in `required`; one without a value is then null: type: [string, "null"]',
  };
}

function describesObject({ type, properties }: JsonObject): boolean {
  return type === undefined ? properties !== undefined : [type].flat().includes('object');
}
