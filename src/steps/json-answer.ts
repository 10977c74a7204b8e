import { printable } from '../diagnostic/printable.ts';
import { parseJson } from '../json/exact.ts';
import { isObject, type JsonValue } from '../json/json.ts';
import type { JsonProblem } from '../json/problem.ts';
import { failure, success, type Result } from '../result.ts';
import type { ValueSchema } from '../tools/tool.ts';
import type { AnswerMistake } from './answer-mistake.ts';
import { longestMended, mendJson } from './mend-json.ts';

/** Mistakes of one answer that are told; the rest seldom helps. */
const mostProblems = 5;

/**
 * The JSON value that a model wrote, unchanged, if the schema allows it. JSON in a fence of Markdown and JSON with small
 * faults is read too; nothing is rounded, guessed or completed.
 */
export function readJsonAnswer(text: string, schema: ValueSchema): Result<JsonValue, AnswerMistake> {
  const parsed = parseJsonAnswer(text);
  return parsed.ok ? checkAnswer(parsed.value, schema) : parsed;
}

/** The same, whatever a schema says. */
export function parseJsonAnswer(text: string): Result<JsonValue, AnswerMistake> {
  const exact = parseJson(text);
  if (exact.ok) return exact;
  if (exact.error.code !== 'invalid_json') return failure(unkept(exact.error));
  const bare = unfenced(text).trim();
  const unwrapped = parseJson(bare);
  if (unwrapped.ok) return unwrapped;
  if (unwrapped.error.code !== 'invalid_json') return failure(unkept(unwrapped.error));
  const mended = parseMended(bare);
  if (mended === undefined) return failure(noJson(bare, unwrapped.error));
  return mended.ok ? mended : failure(unkept(mended.error));
}

/** Whether the schema allows the value: the value as it is, or what is wrong with it. */
export function checkAnswer(value: JsonValue, { validate }: ValueSchema): Result<JsonValue, AnswerMistake> {
  const found = validate(value);
  if (found.length === 0) return success(value);
  const problems =
    found.length > mostProblems ? [...found.slice(0, mostProblems), 'and other mistakes'] : found;
  const message = `the answer does not fit the schema: ${problems.join('; ')}`;
  return failure({ code: 'schema_mismatch', message, problems });
}

/**
 * What stands in a Markdown fence, which says what is meant among other words; the text itself where there is none, or
 * more than one. The fence need not be closed: it may be a stop sequence. In JSON no line break is within a text, so a
 * line that is a fence cannot be part of a value.
 */
function unfenced(text: string): string {
  const lines = text.split('\n');
  const fences = lines.flatMap((line, index) => (/^`{3,} ?[\w-]*$/.test(line.trim()) ? [index] : []));
  const [first, last] = fences;
  if (first === undefined || fences.length > 2) return text;
  const inside = lines.slice(first + 1, last).join('\n');
  const isEnd = last === undefined && inside.trim() === '';
  return isEnd ? lines.slice(0, first).join('\n') : inside;
}

/**
 * Undefined where there is nothing to mend. Only objects and lists are: what else comes back was prose, and a text with
 * the quotes left out cannot be told from it.
 */
function parseMended(text: string): Result<JsonValue, JsonProblem> | undefined {
  const mended = mendJson(text);
  if (mended === undefined) return undefined;
  const parsed = parseJson(mended);
  if (!parsed.ok) return parsed.error.code === 'invalid_json' ? undefined : parsed;
  return isObject(parsed.value) || Array.isArray(parsed.value) ? parsed : undefined;
}

function noJson(text: string, { message, offset }: JsonProblem): AnswerMistake {
  const before = text.slice(Math.max(0, offset - 30), offset);
  const place = before === '' ? '' : ` after \`${printable(before)}\``;
  const length = text.length > longestMended ? ` (mended only up to ${longestMended} characters)` : '';
  const problem = text === '' ? 'it is empty' : `${message}${place}${length}`;
  return { code: 'invalid_json', message: `the answer is no JSON: ${problem}`, problems: [problem] };
}

/** JSON that would be changed by being read. */
function unkept({ code, message }: JsonProblem): AnswerMistake {
  if (code === 'inexact_number') {
    const remedy = 'the schema must ask for a string there';
    return { code, message: `the answer cannot be kept: ${message} (${remedy})`, problems: [message] };
  }
  return { code: 'invalid_json', message: `the answer cannot be kept: ${message}`, problems: [message] };
}
