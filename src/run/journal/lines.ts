import type { JsonValue } from '../../json/json.ts';
import type { CallOutcome, Completion } from '../../models/contract.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import type { RecordFinished } from '../events.ts';

/**
 * The lines of journal.jsonl, each one JSON object. A line that does not end in a newline was cut off by a crash, and
 * counts as never written. A reader leaves out a `type` that it does not know.
 *
 * The first line:
 * - `type`: "run"
 * - `format`: 1; a change that an older reader would misread makes it 2
 * - `pipe`: the version that wrote it
 *
 * One line for each finished call, failed ones included, since they were paid for:
 * - `type`: "call"
 * - `index`, `key`: the record's place in the input, and its name
 * - `step`: the step's id
 * - `call`: the number of the call within the record's step, from 1. Key, step and number are the call's identity: the
 *   same pipeline over the same record asks the same question there, so its answer can stand in for a new call
 * - `model`: the model asked for
 * - `ok`, then `completion` (text, tool_calls, finish_reason, model, request_id; thinking and refusal where there are
 *   any) or `error` (code, message, status, …)
 * - `usage`: with its cost at the prices of the day
 * - `duration`: milliseconds, waits and retries included
 *
 * One line for each finished call of a tool, failed ones included, but not one that was ended with the run:
 * - `type`: "tool"
 * - `index`, `key`, `step`: as above
 * - `call`: the number of the tool call within the record's step, from 1, in the order in which the model asked
 * - `id`, `name`, `arguments`: as the model wrote them; arguments that are no JSON are a text
 * - `ok`, then `result` or `error` (code, message)
 * - `duration`: milliseconds, without the wait for a free place
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
 * A record without a line is pending: it was in flight, or never begun.
 */
export const journalFormat = 1;

export function headerLine(pipeVersion: string): string {
  return `${JSON.stringify({ type: 'run', format: journalFormat, pipe: pipeVersion })}\n`;
}

export interface JournalCall {
  readonly index: number;
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly model: string;
  /** Its usage with the cost. */
  readonly outcome: CallOutcome;
  readonly duration: number;
}

export function callLine({ index, key, step, call, model, outcome, duration }: JournalCall): string {
  const result = outcome.ok ? { completion: withoutEmpty(outcome.completion) } : { error: outcome.error };
  const line = {
    type: 'call',
    index,
    key,
    step,
    call,
    model,
    ok: outcome.ok,
    ...result,
    usage: outcome.usage,
    duration,
  };
  return `${JSON.stringify(line)}\n`;
}

/** Few models think or refuse: what is not there takes no room in every line. */
function withoutEmpty({ thinking, refusal, ...completion }: Completion): Partial<Completion> {
  return { ...completion, ...(thinking !== '' && { thinking }), ...(refusal !== null && { refusal }) };
}

export interface JournalTool {
  readonly index: number;
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly outcome: ToolOutcome;
  readonly duration: number;
}

export function toolLine({ outcome, duration, ...call }: JournalTool): string {
  const result = outcome.ok ? { result: outcome.value } : { error: outcome.error };
  return `${JSON.stringify({ type: 'tool', ...call, ok: outcome.ok, ...result, duration })}\n`;
}

/** A record's line is `{`, head, body, `}`; `{`, body, `}` is its line in results.jsonl or errors.jsonl. */
export interface RecordLine {
  readonly head: string;
  readonly body: string;
}

export function recordLine(record: RecordFinished): RecordLine {
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
