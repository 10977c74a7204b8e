import type { InputBroken, RecordItem } from '../records/record.ts';

export interface IntakeHost {
  /** Whether another record may begin now. */
  room(): boolean;
  take(item: RecordItem | InputBroken): void;
  /** No record comes any more: the source has ended. */
  ended(): void;
  /** No record comes any more: the source has failed. */
  broke(error: unknown): void;
}

/** Where records come from: one at a time, and only when there is room for it. */
export interface Intake {
  /** To be called whenever there may be room. */
  pull(): void;
  readonly exhausted: boolean;
  /** Takes no further record and lets go of the source. */
  close(): Promise<void>;
}

/** Records pulled in one go; then signals, timers and the disk get their turn. */
const burst = 256;

export function createIntake(records: AsyncIterable<RecordItem | InputBroken>, host: IntakeHost): Intake {
  const source = records[Symbol.asyncIterator]();
  let state: 'ready' | 'pulling' | 'resting' | 'exhausted' | 'broken' | 'closed' = 'ready';
  let pulled = 0;

  function pull(): void {
    if (state !== 'ready' || !host.room()) return;
    state = 'pulling';
    try {
      source.next().then(arrived, failed);
    } catch (error) {
      // A source may throw before it has made a promise.
      failed(error);
    }
  }

  function arrived(result: IteratorResult<RecordItem | InputBroken, unknown>): void {
    if (state === 'closed') return;
    if (result.done === true) {
      state = 'exhausted';
      host.ended();
      return;
    }
    pulled += 1;
    if (pulled % burst === 0) {
      state = 'resting';
      setImmediate(rested);
    } else state = 'ready';
    host.take(result.value);
    pull();
  }

  function rested(): void {
    if (state !== 'resting') return;
    state = 'ready';
    pull();
  }

  function failed(error: unknown): void {
    if (state === 'closed') return;
    state = 'broken';
    host.broke(error);
  }

  return {
    pull,
    get exhausted() {
      return state === 'exhausted';
    },
    async close() {
      const before = state;
      if (before === 'exhausted' || before === 'broken' || before === 'closed') return;
      state = 'closed';
      const returned = Promise.resolve(source.return?.()).catch(() => undefined);
      // A source that is asked for a record may not answer for hours (a terminal): it is let go when it does.
      if (before !== 'pulling') await returned;
    },
  };
}
