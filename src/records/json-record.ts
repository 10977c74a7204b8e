import type { JsonProblem } from '../json/problem.ts';
import type { JsonValue } from '../json/json.ts';
import type { RowFault } from './bad.ts';

/** Why a text is no record: its JSON, with the column where that is wrong. */
export function faultOfJson(problem: JsonProblem, text: string): RowFault {
  const lines = text.slice(0, problem.offset).split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  const place = lines.length === 1 ? `column ${column}` : `its line ${lines.length}, column ${column}`;
  const lineBreaks = /\r(?=[^\s])/.test(text)
    ? '; lines must end with a line feed, and here a lone carriage return stands'
    : '';
  return { code: problem.code, message: `${problem.message} (${place})${lineBreaks}` };
}

/** Why a JSON value is no record. */
export function faultOfValue(value: JsonValue): RowFault {
  const kind =
    value === null
      ? 'null'
      : Array.isArray(value)
        ? 'an array'
        : typeof value === 'string'
          ? 'a text'
          : `a ${typeof value}`;
  return {
    code: 'not_an_object',
    message: `a record must be an object such as {"text": "…"}, and this is ${kind}`,
  };
}
