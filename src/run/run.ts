import type { Batched } from '../batched.ts';
import type { Plan } from '../plan.ts';
import type { InputBroken, RecordItem } from '../records/record.ts';
import { createBell } from './bell.ts';
import { createEventQueue } from './event-queue.ts';
import type { RunEvent, StopReason } from './events.ts';
import { execute } from './execute.ts';
import { controllerForMany } from './listeners.ts';
import { surroundings, type RunOptions } from './options.ts';
import { abandoned } from './reasons.ts';
import { createStop, stopOnInterrupt } from './stop.ts';

/**
 * Runs the pipeline over the records. The run begins when its first event is asked for and ends by telling
 * `run_finished`, whatever users, providers or disks do: nothing is thrown for those. A consumer who leaves early ends
 * the run at once: when `return()` has resolved, nothing of it goes on. One who lags behind holds up new records, never
 * calls in flight. A run is for one consumer, and happens once.
 */
export function runPipeline(
  plan: Plan,
  records: AsyncIterable<RecordItem | InputBroken>,
  options: RunOptions,
): Batched<RunEvent> {
  let running: Running | 'not begun' | 'left' = 'not begun';
  const done = { value: undefined, done: true } as const;

  function iterator<Value>(ask: (running: Running) => Next<Value>): AsyncIterator<Value, undefined> {
    return {
      // Not async, and neither is what follows: there are several events to each record.
      next() {
        if (running === 'left') return Promise.resolve(done);
        if (running === 'not begun') running = start(plan, records, options);
        return ask(running);
      },
      async return() {
        if (running !== 'not begun' && running !== 'left') await running.leave();
        running = 'left';
        return done;
      },
    };
  }

  return {
    [Symbol.asyncIterator]: () => iterator((running) => running.next()),
    inBatches: () => ({ [Symbol.asyncIterator]: () => iterator((running) => running.nextBatch()) }),
  };
}

type Next<Value> = Promise<IteratorResult<Value, undefined>>;

interface Running {
  next(): Next<RunEvent>;
  nextBatch(): Next<readonly RunEvent[]>;
  /** Ends the run at once; resolves when it has ended. */
  leave(): Promise<void>;
}

function start(plan: Plan, records: AsyncIterable<RecordItem | InputBroken>, options: RunOptions): Running {
  const bell = createBell();
  const everything = controllerForMany();
  const queue = createEventQueue(bell.ring);
  const over = new AbortController();
  const stop = createStop((event) => {
    queue.push(event);
    if (event.how === 'aborting') everything.abort();
    else if (event.grace !== undefined) endAfter(event.grace, event.reason);
    bell.ring();
  });
  const endAfter = (grace: number, reason: StopReason) => {
    surroundings(options)
      .sleep(grace, over.signal)
      .then(
        () => stop.request(reason, 'everything'),
        () => undefined,
      );
  };
  const ended = execute({
    plan,
    records,
    options,
    stop,
    signal: everything.signal,
    bell,
    tell: (event) => queue.push(event),
    consumerBehind: () => queue.full,
  });
  // After the run has told that it began: a signal may have aborted long before.
  const unheard = stopOnInterrupt(stop, options);
  const closed = close();
  // It is told to who asks for the last event, and until then it is nobody's.
  closed.catch(() => undefined);
  async function close(): Promise<void> {
    try {
      await ended;
    } finally {
      unheard();
      over.abort();
      queue.close();
      // Let go of already, but where a mistake of ours has ended the run.
      await options.folder?.release();
    }
  }
  /** A mistake of ours in the run's last steps is thrown here. */
  function seenOff<Value>(next: Next<Value>): Next<Value> {
    return next.then((next) => (next.done === true ? closed.then(() => next) : next));
  }
  return {
    next: () => seenOff(queue.next()),
    nextBatch: () => seenOff(queue.nextBatch()),
    async leave() {
      queue.close('discard');
      stop.request(abandoned, 'everything');
      await closed;
    },
  };
}
