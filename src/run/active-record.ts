import type { JsonObject, JsonValue } from '../json/json.ts';
import type { Entry } from './entry.ts';
import type { RecordError } from './events.ts';
import type { Replay } from './journal/replay.ts';
import type { CountedIn } from './usage-ledger.ts';

/** A record that has been taken from the input and may be run. */
export interface BegunRecord {
  readonly sequence: number;
  readonly index: number;
  readonly line: number;
  /** See InputRecord. */
  readonly file_line?: number | undefined;
  readonly key: string;
  readonly value: JsonObject;
}

/** A record on its way through the steps. */
export interface ActiveRecord extends BegunRecord {
  readonly countedIn: CountedIn;
  /** What earlier sessions were answered for it; absent where they never came to it. */
  readonly replay?: Replay;
  /** Whether it failed in an earlier session. */
  readonly failed_before: boolean;
  /** Of each step by its number, the answers that may be of use for other runs. */
  readonly answers: Entry[][];
  /** Steps of it that are running. */
  running: number;
  /** Set by the first step that fails or is stopped: no other step of the record begins after it. */
  end?: FailedEnd | PendingEnd;
}

export interface FailedEnd {
  readonly outcome: 'failed';
  readonly step: string | null;
  readonly input: JsonObject | null;
  readonly raw?: string;
  readonly error: RecordError;
}

/** The run stopped before the record was through: it can be run again. */
export interface PendingEnd {
  readonly outcome: 'pending';
}

export type RecordEnd =
  | { readonly outcome: 'succeeded'; readonly output: JsonValue }
  | { readonly outcome: 'skipped' }
  | FailedEnd
  | PendingEnd;

/** The end of a record that failed at this step, or by itself: then nothing was sent. */
export function failedEnd(
  step: string | null,
  input: JsonObject | null,
  error: Pick<RecordError, 'code' | 'message'> & Partial<RecordError>,
): FailedEnd {
  const { code, message, status = null, attempts = 0, request_id = null, raw } = error;
  return {
    outcome: 'failed',
    step,
    input,
    error: { code, message, status, attempts, request_id, ...(raw !== undefined && { raw }) },
  };
}
