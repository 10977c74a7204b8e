import { bounded } from '../diagnostic/printable.ts';
import { survivesAsDouble } from '../json/decimal.ts';
import type { JsonSchema, JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { isRequired, typesOfField, type JsonType } from './field-types.ts';

/** Reads the cells of one column. */
export interface ColumnReader {
  readonly name: string;
  /** The cell's value, undefined where the record then lacks the field; or what is wrong, in one sentence. */
  read(cell: string): Result<JsonValue | undefined, string>;
}

/**
 * A cell is its text, unless the schema of its column allows a number, an integer or a boolean and no string: then it is
 * read by JSON's grammar and nothing is coerced. An empty cell is null where that is allowed, else "" where a string is,
 * else no field, which is a mistake of the cell where the field is required. A column without a type in the schema is
 * text.
 */
export function columnReaders(
  columns: readonly string[],
  schema: JsonSchema | undefined,
): readonly ColumnReader[] {
  return columns.map((name) => {
    const types = schema === undefined ? undefined : typesOfField(schema, name);
    if (types === undefined) return { name, read: success };
    const value = types.has('null') ? null : types.has('string') ? '' : undefined;
    const isLacking = value === undefined && schema !== undefined && isRequired(schema, name);
    const empty = isLacking ? failure(emptyCell(name, types)) : success(value);
    const read = isText(types) ? success : valueReader(name, types);
    return { name, read: (cell: string) => (cell === '' ? empty : read(cell)) };
  });
}

/** A column that allows a string keeps every text as it is, so that `[number, string]` does not make 7 of 007. */
function isText(types: ReadonlySet<JsonType>): boolean {
  return types.has('string') || !(types.has('number') || types.has('integer') || types.has('boolean'));
}

function emptyCell(name: string, types: ReadonlySet<JsonType>): string {
  const type = types.has('number') ? 'number' : ([...types][0] ?? '…');
  return `the cell in the column \`${name}\` is empty, and \`input.schema\` requires a value; fill it in, or allow null there: type: [${type}, "null"]`;
}

function valueReader(
  name: string,
  types: ReadonlySet<JsonType>,
): (cell: string) => Result<JsonValue, string> {
  const boolean = types.has('boolean');
  const number = types.has('number');
  const numeric = number || types.has('integer');
  const pattern = number ? numberPattern : integerPattern;
  const wanted = [
    ...(number ? ['a number such as 12.5'] : numeric ? ['a whole number such as 12'] : []),
    ...(boolean ? ['true or false'] : []),
  ].join(', ');
  return (cell) => {
    if (boolean && (cell === 'true' || cell === 'false')) return success(cell === 'true');
    const place = `the cell ${JSON.stringify(bounded(cell, 60))} in the column \`${name}\``;
    if (!numeric || !pattern.test(cell)) {
      const spaces = cell.trim() === cell ? '' : ', without spaces around it';
      const remedy =
        (numeric ? withoutComma(cell.trim(), number) : undefined) ?? `write it as JSON does${spaces}`;
      return failure(`${place} is not ${wanted}; ${remedy}`);
    }
    if (isExact(cell)) return success(Number(cell));
    return failure(
      `${place} would be another number once read; give the column the type \`string\` in \`input.schema\``,
    );
  };
}

/** How a number is written that has a comma, as spreadsheets of many countries do; undefined for anything else. */
function withoutComma(cell: string, mayBeFraction: boolean): string | undefined {
  // One comma and three digits can be either.
  const grouped = /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/.test(cell) ? cell.replaceAll(',', '') : undefined;
  const decimal = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+),\d+$/.test(cell)
    ? cell.replaceAll('.', '').replace(',', '.')
    : undefined;
  if (grouped !== undefined && (mayBeFraction || integerPattern.test(grouped))) {
    return decimal === undefined || !mayBeFraction
      ? `write ${grouped} in place of ${cell}`
      : `write ${decimal} in place of ${cell}, or ${grouped} where the comma groups digits`;
  }
  if (decimal === undefined) return undefined;
  return mayBeFraction
    ? `write ${decimal} in place of ${cell}`
    : `write ${decimal} in place of ${cell}, and give the column the type \`number\` in \`input.schema\``;
}

const integerPattern = /^-?(?:0|[1-9]\d*)$/;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Beyond 2^53 some whole numbers are lost and others not; a column of them is refused as a whole. */
function isExact(number: string): boolean {
  return integerPattern.test(number) ? Number.isSafeInteger(Number(number)) : survivesAsDouble(number);
}
