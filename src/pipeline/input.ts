import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../json/json.ts';
import { memberNames, memberOf, typeOf } from '../schema/value-type.ts';
import {
  additionToSchema,
  checkHeader,
  createColumnCheck,
  type ColumnCheck,
  type Columns,
} from './columns.ts';
import type { Report } from './report.ts';
import { unknownTypes } from './schema/keywords.ts';
import { compileUserSchema, type UserSchema } from './schema/user-schema.ts';
import { theirNames } from './words.ts';
import type { Workspace } from './workspace.ts';

/** What is known of a record before any is read. */
export interface InputType {
  readonly schema?: UserSchema;
  /** What the fields are, by the schema, or as the texts of a CSV's cells. Absent: anything. */
  readonly type?: JsonSchema;
  readonly columns?: ColumnCheck;
  /** The fields that are known by name. */
  readonly fields: readonly string[];
}

/** Reads `input`, and holds it against the header of the input where that is given. */
export async function compileInput(
  file: JsonObject,
  columns: Columns | undefined,
  workspace: Workspace,
): Promise<InputType> {
  const { source, report } = workspace;
  const input = isObject(file['input']) ? file['input'] : {};
  const place = { source, pointer: ['input', 'schema'] };
  const held = input['schema'];
  const schema =
    held === undefined ? undefined : await compileUserSchema(held, place, workspace, { root: 'the record' });
  checkRecordSchema(schema?.schema ?? held, source, report);
  const known = schema === undefined ? [] : memberNames(typeOf(schema.schema));
  const check = columns && createColumnCheck(columns, report);
  const texts =
    columns === undefined || (columns.from ?? 'header') !== 'header' ? undefined : cellTexts(columns);
  const type = {
    fields: [...new Set([...known, ...(columns?.names ?? [])])],
    ...(schema ? { schema, type: schema.schema } : texts && { type: texts }),
    ...(check && { columns: check }),
  };
  checkKey(input['key'], type, source, report);
  if (schema !== undefined && check !== undefined) checkHeader(check, schema.schema, source);
  return type;
}

/** Without a schema every cell of a CSV is a text. Whether a column is there is told apart from what it holds. */
function cellTexts({ names }: Columns): JsonSchema {
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  return { type: 'object', properties, additionalProperties: true };
}

/** A record is an object, so a schema that allows none would fail them all. */
function checkRecordSchema(schema: JsonValue | undefined, source: Source, report: Report): void {
  const type = isObject(schema) ? schema['type'] : undefined;
  if (type === undefined || [type].flat().includes('object') || unknownTypes(type).length > 0) return;
  report.add({
    severity: 'error',
    code: 'invalid-schema',
    message: '`input.schema` describes one record, which is an object',
    hint: 'write `type: object`, and the fields under `properties`',
    place: { source, pointer: ['input', 'schema', 'type'] },
  });
}

function checkKey(
  key: JsonValue | undefined,
  { schema, columns, fields }: InputType,
  source: Source,
  report: Report,
): void {
  if (typeof key !== 'string') return;
  const place = { source, pointer: ['input', 'key'] };
  const refuse = (mistake: Pick<Diagnostic, 'code' | 'message' | 'hint'>) =>
    report.add({ severity: 'error', ...mistake, place });
  if (key.includes('{{')) {
    refuse({
      code: 'misplaced-template',
      message: '`input.key` is the name of a field, not a template',
      hint: 'write the name alone, such as `key: id`',
    });
  } else if (schema !== undefined && memberOf(typeOf(schema.schema), key) === undefined) {
    const isColumn = columns?.columns.names.includes(key) === true;
    const meant = isColumn ? undefined : didYouMean(key, fields);
    const others = isColumn ? additionToSchema : theirNames('fields', fields);
    refuse({
      code: 'unknown-field',
      message: `\`input.schema\` has no field \`${key}\``,
      hint: meant === undefined ? others : `did you mean \`${meant}\`?`,
    });
  } else if (columns?.columns.from !== 'record') {
    // A record that was made up need not have a name.
    columns?.has(key, place);
  }
}
