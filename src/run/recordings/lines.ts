import type { Redact } from '../../diagnostic/redact.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';
import type { Completion } from '../../models/contract.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import type { Usage } from '../../usage/usage.ts';
import { entryMembers, readEntry, readUsage, type Entry } from '../entry.ts';
import type { Fingerprint } from '../fingerprint.ts';
import { readOutcome } from '../read-outcome.ts';
import { redactValue } from '../../diagnostic/redact-value.ts';
import { questionMembers, readQuestion, type Question } from './question.ts';

/**
 * The lines of a recording, each one JSON object with its members in this order:
 *
 * - `type`: "answer"
 * - `step`: the step's id
 * - `simulated`, where the answer was made up: true
 * - an entry (entry.ts): `fingerprint`, `model`, `usage`, `completion`, with the question (question.ts) before `usage`
 *
 * - `type`: "tool"
 * - `step`, `fingerprint`: as above, the fingerprint that of the tool call
 * - `name`, `arguments`: as the model wrote them
 * - `result` or `error` (code, message)
 *
 * There is no checksum, since people edit and merge the file. What is another thing each time (ids of requests, times,
 * how often a request had to be sent) is left out or always the same, so that a line changes when what it says does.
 */
export type RecordedEntry = RecordedAnswer | RecordedTool;

interface Recorded {
  readonly step: string;
  readonly fingerprint: Fingerprint;
  /** The line as it stands in the file, without its newline. */
  readonly text: string;
  /** The file, absolute. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

export interface RecordedAnswer extends Recorded {
  readonly type: 'answer';
  /** Whether the simulator made it up. */
  readonly simulated: boolean;
  readonly question: Question;
  readonly entry: Entry;
}

export interface RecordedTool extends Recorded {
  readonly type: 'tool';
  readonly name: string;
  readonly arguments: JsonValue;
  readonly outcome: ToolOutcome;
}

export interface AnswerToRecord {
  readonly step: string;
  readonly simulated: boolean;
  readonly question: Question;
  readonly entry: Entry;
}

/** The line of an answer, without its newline; `entry` as `recordable` gives it. */
export function answerLine({ step, simulated, question, entry }: AnswerToRecord): string {
  const head = `"type":"answer","step":${JSON.stringify(step)}${simulated ? ',"simulated":true' : ''}`;
  return `{${head},${entryMembers(entry, questionMembers(question))}}`;
}

export interface ToolToRecord {
  readonly step: string;
  readonly fingerprint: Fingerprint;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly outcome: ToolOutcome;
}

/** The line of a tool call, without its newline. Results keep their order of names: the model is told them so. */
export function toolLine({ step, fingerprint, name, arguments: given, outcome }: ToolToRecord): string {
  const came = outcome.ok ? { result: outcome.value } : { error: outcome.error };
  return JSON.stringify({ type: 'tool', step, fingerprint, name, arguments: given, ...came });
}

/** The entry without secrets and without what is another thing each time. */
export function recordable(entry: Entry, redact: Redact): Entry {
  const completion = redactValue(entry.completion as unknown as JsonValue, redact) as unknown as Completion;
  return { ...entry, usage: recordedUsage(entry.usage), completion: { ...completion, request_id: null } };
}

/** As if one request had done: how many it took is the weather of a day. Its tokens and their cost stay. */
function recordedUsage(usage: Usage): Usage {
  const unmetered_requests = usage.total_tokens === null ? 1 : 0;
  return { ...usage, requests: 1, retries: 0, cached_requests: 0, unmetered_requests };
}

export type ReadEntry =
  | Omit<RecordedAnswer, 'path' | 'line' | 'text'>
  | Omit<RecordedTool, 'path' | 'line' | 'text'>;

/** The entry in a line; fails with what is wrong with it, as a sentence. */
export function readRecorded(line: JsonObject): Result<ReadEntry, string> {
  const { type, step, fingerprint } = line;
  if (type !== 'answer' && type !== 'tool') return failure(unknownType(type));
  if (typeof step !== 'string') return lacking('step', 'the id of a step');
  if (typeof fingerprint !== 'string' || !/^[0-9a-f]{32}$/.test(fingerprint))
    return lacking('fingerprint', '32 hexadecimal digits');
  return type === 'answer' ? readAnswer(line, step, fingerprint) : readTool(line, step, fingerprint);
}

function unknownType(type: JsonValue | undefined): string {
  if (type === undefined) return 'it has no `type`, which every line of a recording has';
  return `its \`type\` is ${JSON.stringify(type)}, and this version of pipe knows "answer" and "tool"`;
}

function lacking(name: string, wanted: string): Result<never, string> {
  return failure(`its \`${name}\` is not there or is not ${wanted}`);
}

function readAnswer(line: JsonObject, step: string, fingerprint: Fingerprint): Result<ReadEntry, string> {
  const { simulated = false } = line;
  if (typeof simulated !== 'boolean') return lacking('simulated', 'true or false');
  const question = readQuestion(line);
  if (typeof question === 'string') return lacking(question, 'as pipe writes it');
  if (readUsage(line['usage']) === undefined) return lacking('usage', 'as pipe writes it');
  const entry = readEntry(line);
  if (entry === undefined) return lacking('completion', 'as pipe writes it');
  return success({ type: 'answer', step, fingerprint, simulated, question, entry });
}

function readTool(line: JsonObject, step: string, fingerprint: Fingerprint): Result<ReadEntry, string> {
  const { name, arguments: given } = line;
  if (typeof name !== 'string') return lacking('name', 'the name of a tool');
  if (given === undefined) return failure('it has no `arguments`');
  const outcome = readOutcome(line);
  if (outcome === undefined) return failure('it has neither a `result` nor an `error` with code and message');
  return success({ type: 'tool', step, fingerprint, name, arguments: given, outcome });
}
