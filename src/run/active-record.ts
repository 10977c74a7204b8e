import type { JsonObject, JsonValue } from '../json/json.ts';
import type { RecordError } from './events.ts';
import type { CountedIn } from './usage-ledger.ts';

/** A record on its way through the steps. */
export interface ActiveRecord {
  readonly sequence: number;
  readonly index: number;
  readonly line: number;
  readonly key: string;
  readonly value: JsonObject;
  readonly countedIn: CountedIn;
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
