import { isUtf8 } from 'node:buffer';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { parseJson } from '../../json/exact.ts';
import { isObject, type JsonValue } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import { fileBytes } from '../../records/bytes.ts';
import { splitLines, type Row } from '../../records/rows.ts';
import { readRecorded, type RecordedEntry } from './lines.ts';

/** Bytes of the longest line that is read. Ours are far shorter: images are not in them. */
const longestLine = 2 ** 27;
/** Of the mistakes of a file, so many are told: one merge may leave hundreds. */
const mostMistakes = 10;

export interface RecordingFile {
  readonly entries: readonly RecordedEntry[];
  /** What is wrong with lines of it. */
  readonly mistakes: readonly Diagnostic[];
  /** Whether any line tells that this is a recording, and not another kind of JSONL. */
  readonly recorded: boolean;
}

/** Reads a recording to its end. Fails where the file itself cannot be read. */
export async function readRecording(path: string): Promise<Result<RecordingFile, Diagnostic>> {
  const entries: RecordedEntry[] = [];
  const mistakes: Diagnostic[] = [];
  let recorded = false;
  /** Between the marks of a merge, of which the first has been told. */
  let merging = false;
  const lines = splitLines(longestLine);
  const take = (rows: readonly Row[]) => {
    for (const row of rows) {
      const read = readLine(row, path);
      if (read === undefined) continue;
      const mark = read.ok ? undefined : read.error.mark;
      const told = mark !== undefined && merging;
      if (mark !== undefined) merging = mark !== '>';
      if (read.ok) entries.push(read.value);
      else if (told) continue;
      else if (mistakes.length < mostMistakes) mistakes.push(mistake(path, row.line, read.error));
      recorded ||= read.ok || read.error.recorded === true;
    }
  };
  const bytes = fileBytes(path);
  for (;;) {
    const next = await bytes.next();
    if (!next.done) take(lines.push(next.value));
    else if (next.value === undefined) break;
    else return failure(unreadable(path, next.value));
  }
  take(lines.end());
  return success({ entries, mistakes, recorded });
}

/** What is wrong with a file of which no line is one of a recording; `shown`: as the user named it. Undefined for others. */
export function noRecording(
  { mistakes, recorded }: RecordingFile,
  shown: string,
  hint: string,
): Diagnostic | undefined {
  const [first] = mistakes;
  if (recorded || first === undefined) return undefined;
  const place = first.place;
  const line = place !== undefined && 'line' in place ? `line ${place.line}` : 'a line';
  const message = `\`${shown}\` is no recording: ${first.message.replace(/^the line/u, line)}`;
  return { severity: 'error', code: 'no-recording', message, hint };
}

function unreadable(path: string, { message }: Diagnostic): Diagnostic {
  return { severity: 'error', code: 'unreadable-recording', message, place: { path, line: 1 } };
}

interface LineMistake {
  /** A sentence about the line. */
  readonly message: string;
  readonly hint?: string;
  /** In UTF-16 units, from 1. */
  readonly column?: number;
  /** The sign of a merge's mark, where the line is one. */
  readonly mark?: string;
  /** Whether the line was one of a recording all the same. */
  readonly recorded?: boolean;
}

/** As pipe writes it, whatever has become of the rest. */
const beginning = /^\{"type":"(?:answer|tool)"/;

const byteOrderMark = '\uFEFF';

/** Undefined for a line that says nothing: a blank one, or one of a run's own copy that adds no entry. */
function readLine(row: Row, path: string): Result<RecordedEntry, LineMistake> | undefined {
  if (row.tooLarge) return failure({ message: `the line is longer than ${longestLine / 2 ** 20} MB` });
  if (!isUtf8(row.bytes)) {
    return failure({ message: 'the line is not valid UTF-8', hint: 'save the file as UTF-8' });
  }
  const whole = row.bytes.toString();
  const text = (row.line === 1 && whole.startsWith(byteOrderMark) ? whole.slice(1) : whole).trim();
  if (text === '') return undefined;
  const mark = /^(?:<{7}|\|{7}|={7}|>{7})(?= |$)/.exec(text)?.[0].charAt(0);
  if (mark !== undefined) return failure({ ...conflict, mark, recorded: true });
  const parsed = parseLine(text);
  if (!parsed.ok) return failure({ ...parsed.error, recorded: beginning.test(text) });
  const value = parsed.value;
  if (!isObject(value)) return failure({ message: 'the line is no JSON object', hint: remedy });
  if (value['type'] === 'use') return undefined;
  const read = readRecorded(value);
  if (read.ok) return success({ path, line: row.line, text, ...read.value });
  const { type, fingerprint } = value;
  const recorded = (type === 'answer' || type === 'tool') && fingerprint !== undefined;
  return failure({ message: `the line is no entry of a recording: ${read.error}`, hint: remedy, recorded });
}

const conflict = {
  message: 'a merge conflict is not resolved here',
  hint: 'keep the entries of both sides and remove the lines with <<<<<<<, ======= and >>>>>>>; record again where both answer one question',
};

const remedy = 'restore the line, or remove it and record again';

function parseLine(text: string): Result<JsonValue, LineMistake> {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed;
  const { code, message, offset } = parsed.error;
  // A model can write half a character, and what it wrote is what was recorded.
  if (code === 'lone_surrogate') return success(JSON.parse(text) as JsonValue);
  return failure({ message: `the line is no sound JSON: ${message}`, hint: remedy, column: offset + 1 });
}

function mistake(path: string, line: number, { message, hint, column }: LineMistake): Diagnostic {
  return {
    severity: 'error',
    code: 'broken-recording',
    message,
    ...(hint !== undefined && { hint }),
    place: { path, line, ...(column !== undefined && { column }) },
  };
}
