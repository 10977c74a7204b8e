import { inBatches } from '../batched.ts';
import type { InputBroken, RecordItem } from '../records/record.ts';

type Item = RecordItem | InputBroken;

export interface IntakeHost {
  /** Whether another record may begin now. */
  room(): boolean;
  take(item: Item): void;
  /** No record comes any more: the source has ended. */
  ended(): void;
  /** No record comes any more: the source has failed. */
  broke(error: unknown): void;
}

/** Where records come from: each is taken only when there is room for it. */
export interface Intake {
  /** To be called whenever there may be room. */
  pull(): void;
  readonly exhausted: boolean;
  /** Takes no further record and lets go of the source. */
  close(): Promise<void>;
}

/** Records taken in one go; then signals, timers and the disk get their turn, and what those records ask is sent. */
const burst = 32;

export function createIntake(records: AsyncIterable<Item>, host: IntakeHost): Intake {
  const source = inBatches(records);
  let state: 'ready' | 'pulling' | 'resting' | 'exhausted' | 'broken' | 'closed' = 'ready';
  /** What has come from the source, and how many of it were taken. */
  let batch: readonly Item[] = [];
  let taken = 0;
  /** Since the last rest. */
  let inOneGo = 0;
  let isTaking = false;

  function pull(): void {
    // What begins with a record may ask for the next one before it is through.
    if (isTaking) return;
    isTaking = true;
    while (state === 'ready' && host.room()) {
      const item = batch[taken];
      if (item === undefined) ask();
      else take(item);
    }
    isTaking = false;
  }

  function take(item: Item): void {
    taken += 1;
    inOneGo += 1;
    if (inOneGo === burst) {
      state = 'resting';
      setImmediate(rested);
    }
    host.take(item);
  }

  function ask(): void {
    state = 'pulling';
    try {
      source.next().then(arrived, failed);
    } catch (error) {
      // A source may throw before it has made a promise.
      failed(error);
    }
  }

  function arrived(result: IteratorResult<readonly Item[], unknown>): void {
    if (state === 'closed') return;
    if (result.done === true) {
      state = 'exhausted';
      batch = [];
      host.ended();
      return;
    }
    batch = result.value;
    taken = 0;
    state = 'ready';
    pull();
  }

  function rested(): void {
    inOneGo = 0;
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
      batch = [];
      const returned = Promise.resolve(source.return?.()).catch(() => undefined);
      // A source that is asked for a record may not answer for hours (a terminal): it is let go when it does.
      if (before !== 'pulling') await returned;
    },
  };
}
