import type { JsonValue } from '../../json/json.ts';
import type { CallOutcome } from '../../models/contract.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import type { Usage } from '../../usage/usage.ts';
import { lineStart, seal } from '../checked-line.ts';
import { entryMembers } from '../entry.ts';
import type { RecordFinished } from '../events.ts';
import { fingerprintVersion, type Fingerprint } from '../fingerprint.ts';

/**
 * The lines of journal.jsonl, each one JSON object that begins with its checksum (checked-line.ts). A line that does not
 * end in a newline was cut off by a crash, and counts as never written. A reader leaves out a `type` that it does not
 * know. Members stand in the order told here, so that a reader can stop before what may be long.
 *
 * The first line, which keeps its form in every format:
 * - `type`: "run"
 * - `format`: 1; a change that an older reader would misread makes it 2
 * - `fingerprint`: the version of the fingerprints below; answers are found again by those of the same version only
 * - `pipe`: the version that wrote it
 * - `run`: the `id` of run.json, by which a journal is known to be its own; absent in a merged run
 * - `reserves`, where it does: its session sends no request without a line before it, which is "reserve"
 *
 * One line where a later session goes on with the run:
 * - `type`: "resumed"
 * - `pipe`: the version that goes on
 * - `force`: whether pipeline or input are others since; then no record before this line counts as ended any more
 * - `reserves`: as above
 *
 * Where the run has a budget, one line before each request is sent:
 * - `type`: "reserve"
 * - `key`, `step`, `call`: of the call that it belongs to, as below
 * - `model`: the model asked for
 * - `request`: the number of the request within the call, from 1
 * - `usd`, `tokens`: the most that it may use; null where there is no such bound
 * - `held`, where there is any: what is spent by the call's earlier requests, `usd` and `tokens` in the same way: what they
 *   used, or where that never came, the most that they may have used
 *
 * Where the run has a budget, one line after each request that was not the call's last, before others may spend what it has
 * left of its reservation:
 * - `type`: "settle"
 * - `key`, `step`, `call`, `model`: as above
 * - `usage`: of the call's requests so far, as in its own line
 * - `held`, where there are any: as in its own line
 * A session that ends without the call's line has spent what the last of these lines says: after "settle" what was used and
 * is held, after "reserve" the reservation and what is held with it; its last request counts as unmetered then, beside the
 * usage of the "settle" before it.
 *
 * One line for each finished call, failed ones included, since they were paid for:
 * - `type`: "call"
 * - `index`, `key`: the record's place in the input, and its name
 * - `step`: the step's id
 * - `call`: the number of the call within the record's step, from 1, in this session
 * - `ok`: whether there is an answer
 * - `duration`: milliseconds, waits and retries included
 * - `at`: when it had ended, in milliseconds since its session began; absent where an earlier pipe wrote the line
 * - `limited`, where there are any: how many of its requests were answered by a 429
 * - `waited`, where they did: milliseconds of `duration` that its requests waited to be let out, for limits, the budget, or a
 *   model that was paused
 * - `held`, where there are any: reservations that are kept as spent, `usd` and `tokens` as above, since it never came what
 *   their requests used
 * - `resolved_model`, where one answered and said so: the model that did
 * - where `ok`, an entry (entry.ts): `fingerprint`, `model`, `usage`, `completion`
 * - else `fingerprint`, `model`, `usage` in the same way, and `error` (code, message, status, …)
 *
 * One line for each finished call of a tool, failed ones included, but not one that was ended with the run:
 * - `type`: "tool"
 * - `index`, `key`, `step`: as above
 * - `call`: the number of the tool call within the record's step, from 1, in the order in which the model asked
 * - `ok`: whether there is a result
 * - `duration`: milliseconds, without the wait for a free place
 * - `fingerprint`: of what was called with what (fingerprint.ts)
 * - `id`, `name`, `arguments`: as the model wrote them; arguments that are no JSON are a text
 * - `result` or `error` (code, message)
 *
 * One line for each finished record, after those of its calls:
 * - `type`: "record"
 * - `outcome`: "succeeded", "failed" or "skipped"
 * - `sequence`: counts the selected records from 0, in input order
 * - `line`: where the record stands in the input, from 1 (for a failed one among the fields below)
 * - then, last and in this order, what the record is in results.jsonl (`index`, `key`, `output`) or errors.jsonl
 *   (`index`, `line`, `key`, `input`, `step`, `error`, `raw`): those files are made by copying these bytes, so that a
 *   row is put into words once, and read back without being understood.
 *
 * A record without a line is pending: it was in flight, or never begun. Of several lines the last one counts.
 *
 * One line where a session comes to an end of its own, whatever the end:
 * - `type`: "end"
 * A session without it was killed. What its calls in flight used is known by their reservations; where it makes none, not
 * at all.
 */
export const journalFormat = 1;

/** What the line that begins a session tells of it. */
interface SessionMembers {
  /** Whether each request has a line of its own before it is sent. */
  readonly reserves?: boolean;
}

interface ResumedMembers extends SessionMembers {
  readonly force: boolean;
}

/** The first line, whole. */
export function headerLine(pipe: string, { run, reserves }: SessionMembers & { run?: string } = {}): Buffer {
  const members = { type: 'run', format: journalFormat, fingerprint: fingerprintVersion, pipe, run };
  return wholeLine(JSON.stringify({ ...members, ...(reserves === true && { reserves }) }).slice(1, -1));
}

/** The first line of a later session, whole. */
export function resumedLine(pipe: string, session: ResumedMembers): Buffer {
  return wholeLine(resumedMembers(pipe, session));
}

/** The last line of a session that has asked nothing, whole. */
export function endLine(): Buffer {
  return wholeLine(endMembers);
}

function wholeLine(members: string): Buffer {
  const line = Buffer.from(`${lineStart}${members}}\n`);
  seal(line.subarray(0, -1));
  return line;
}

/** Members of a line, JSON without its braces; the log (append-log.ts) makes a line of them. */
export function resumedMembers(pipe: string, { force, reserves }: ResumedMembers): string {
  return JSON.stringify({ type: 'resumed', pipe, force, ...(reserves === true && { reserves }) }).slice(
    1,
    -1,
  );
}

/** The last line of a session. */
export const endMembers = '"type":"end"';

/** Of a budget; null where it has no such bound. */
export interface Reserved {
  /** US dollars. */
  readonly usd: number | null;
  /** Of input and output together. */
  readonly tokens: number | null;
}

export interface JournalReservation extends Reserved {
  readonly key: string;
  readonly step: string;
  readonly call: number;
  /** The model asked for. */
  readonly model: string;
  readonly request: number;
  /** Spent by the call's earlier requests; absent where nothing is. */
  readonly held?: Reserved;
}

export function reservationMembers(reservation: JournalReservation): string {
  const { key, step, call, model, request, usd, tokens, held } = reservation;
  return JSON.stringify({ type: 'reserve', key, step, call, model, request, usd, tokens, held }).slice(1, -1);
}

/** What a call's requests have come to that was not its last. */
export interface JournalSettlement {
  readonly key: string;
  readonly step: string;
  readonly call: number;
  /** The model asked for. */
  readonly model: string;
  /** With its cost. */
  readonly usage: Usage;
  /** Absent where no reservation is kept. */
  readonly held?: Reserved;
}

export function settlementMembers(settlement: JournalSettlement): string {
  const { key, step, call, model, usage, held } = settlement;
  return JSON.stringify({ type: 'settle', key, step, call, model, usage, held }).slice(1, -1);
}

export interface JournalCall {
  readonly index: number;
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly fingerprint: Fingerprint;
  /** The model asked for. */
  readonly model: string;
  /** Its usage with the cost. */
  readonly outcome: CallOutcome;
  readonly duration: number;
  /** When it had ended: milliseconds since the session began. */
  readonly at: number;
  /** Of its requests, those that a 429 answered. */
  readonly limited: number;
  /** Milliseconds of `duration`; absent: none. */
  readonly waited?: number;
  /** Absent where no reservation is kept. */
  readonly held?: Reserved;
}

export function callMembers(line: JournalCall): string {
  const {
    index,
    key,
    step,
    call,
    fingerprint,
    model,
    outcome,
    duration,
    at,
    limited,
    waited = 0,
    held,
  } = line;
  const { ok, usage } = outcome;
  const resolved = ok ? outcome.completion.model : null;
  // Put together by hand, because this is done for every call, and JSON.stringify of an object costs twice as much.
  const head =
    `"type":"call","index":${index},"key":${JSON.stringify(key)},"step":${JSON.stringify(step)},"call":${call}` +
    `,"ok":${ok},"duration":${duration},"at":${at}${limited === 0 ? '' : `,"limited":${limited}`}` +
    (waited === 0 ? '' : `,"waited":${waited}`) +
    (held === undefined ? '' : `,"held":${JSON.stringify(held)}`) +
    (resolved === null ? '' : `,"resolved_model":${JSON.stringify(resolved)}`);
  const rest = ok
    ? entryMembers({ fingerprint, model, usage, completion: outcome.completion })
    : JSON.stringify({ fingerprint, model, usage, error: outcome.error }).slice(1, -1);
  return `${head},${rest}`;
}

export interface JournalTool {
  readonly index: number;
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly fingerprint: Fingerprint;
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly outcome: ToolOutcome;
  readonly duration: number;
}

export function toolMembers(line: JournalTool): string {
  const { index, key, step, call, fingerprint, id, name, outcome, duration } = line;
  const { ok } = outcome;
  const head = { type: 'tool', index, key, step, call, ok, duration, fingerprint, id, name };
  const rest = {
    arguments: line.arguments,
    ...(ok ? { result: outcome.value } : { error: outcome.error }),
  };
  return `${JSON.stringify(head).slice(1, -1)},${JSON.stringify(rest).slice(1, -1)}`;
}

/** A record's line is its checksum, head, body; `{`, body, `}` is its line in results.jsonl or errors.jsonl. */
export interface RecordMembers {
  /** In ASCII, with a comma at its end. */
  readonly head: string;
  readonly body: string;
}

export function recordMembers(record: RecordFinished): RecordMembers {
  const { sequence, index, line, key } = record;
  const head = `"type":"record","outcome":"${record.outcome}","sequence":${sequence},`;
  if (record.outcome === 'failed') {
    const { input, step, raw } = record;
    const { code, message, status, attempts, request_id, raw: answer } = record.error;
    const error = { code, message, status, attempts, request_id, raw: answer };
    return { head, body: JSON.stringify({ index, line, key, input, step, error, raw }).slice(1, -1) };
  }
  const name = `"index":${index},"key":${JSON.stringify(key)}`;
  const body = record.outcome === 'skipped' ? name : `${name},"output":${JSON.stringify(record.output)}`;
  return { head: `${head}"line":${line},`, body };
}
