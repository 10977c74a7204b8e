import type { JsonProblem } from '../json/problem.ts';
import type { JsonValue } from '../json/json.ts';
import type { RowFault } from './bad.ts';

/** Why a text is no record: its JSON, and where in it. */
export function faultOfJson(problem: JsonProblem, where: string): RowFault {
  return { code: problem.code, message: `${problem.message} (${where})` };
}

/** Why a line is no record. */
export function faultOfLine(problem: JsonProblem, text: string): RowFault {
  const loneReturn = /\r\S/.test(text)
    ? '; lines must end with a line feed, and here a lone carriage return stands'
    : '';
  const { code, message } = faultOfJson(problem, `column ${problem.offset + 1}`);
  return { code, message: message + loneReturn };
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
  return notAnObject(kind);
}

/** `kind`: what stands in a record's place, for people. */
export function notAnObject(kind: string): RowFault {
  return {
    code: 'not_an_object',
    message: `a record must be an object such as {"text": "…"}, and this is ${kind}`,
  };
}

/** Whether a text begins as an object does, and ends before that one is closed. */
export function isBegun(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  let open = 0;
  let inText = false;
  // No regular expression: one that takes a text of megabytes as a whole overflows its stack.
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at];
    if (unit === '"') inText = !inText;
    else if (inText) at += unit === '\\' ? 1 : 0;
    else if (unit === '{' || unit === '[') open += 1;
    else if (unit === '}' || unit === ']') {
      open -= 1;
      if (open === 0) return false;
    }
  }
  return true;
}
