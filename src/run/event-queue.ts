import type { RunEvent } from './events.ts';

/** Between the run, which tells, and its one consumer, who asks for the next event, or for the next batch of them. */
export interface EventQueue {
  /** Never waits: whoever fills the queue asks `full` before it begins something new. */
  push(event: RunEvent): void;
  /** Whether the consumer is so far behind that nothing new should begin. */
  readonly full: boolean;
  next(): Promise<IteratorResult<RunEvent, undefined>>;
  /** All events that wait; where none does, those of the turn of the event loop in which the next one comes. */
  nextBatch(): Promise<IteratorResult<readonly RunEvent[], undefined>>;
  /** No event comes any more. With `discard`, those that wait are not told either. */
  close(how?: 'discard'): void;
}

const fullAt = 1024;

/** `drained` is called when a queue that was full is so no more. */
export function createEventQueue(drained: () => void): EventQueue {
  let events: RunEvent[] = [];
  /** Events of `events` that were told already: shifting one by one would move all the others each time. */
  let told = 0;
  const asking: ((result: IteratorResult<RunEvent, undefined>) => void)[] = [];
  const gathering: ((result: IteratorResult<readonly RunEvent[], undefined>) => void)[] = [];
  let turn: NodeJS.Immediate | undefined;
  let closed = false;

  /** Gives whoever waits for a batch what there is; where there is nothing yet, he waits on. */
  function deliver(): void {
    clearImmediate(turn);
    turn = undefined;
    while (gathering.length > 0 && hasNext()) {
      const wasFull = isFull();
      // Off the list before anybody is told: who hears that there is room may push the next events at once.
      gathering.shift()?.(batch());
      if (wasFull) drained();
    }
  }

  function batch(): IteratorResult<readonly RunEvent[], undefined> {
    const waiting = told === 0 ? events : events.slice(told);
    events = [];
    told = 0;
    return waiting.length === 0 ? { value: undefined, done: true } : { value: waiting, done: false };
  }

  function hasNext(): boolean {
    return closed || events.length > told;
  }

  function isFull(): boolean {
    return events.length - told >= fullAt;
  }

  return {
    push(event) {
      if (closed) return;
      const ask = asking.shift();
      if (ask !== undefined) {
        ask({ value: event, done: false });
        return;
      }
      events.push(event);
      if (gathering.length > 0) turn ??= setImmediate(deliver);
    },
    get full() {
      return isFull();
    },
    next() {
      const event = events[told];
      if (event === undefined) {
        if (closed) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => asking.push(resolve));
      }
      told += 1;
      if (told === events.length) {
        events = [];
        told = 0;
      } else if (told === fullAt) {
        events = events.slice(told);
        told = 0;
      }
      if (events.length - told === fullAt - 1) drained();
      return Promise.resolve({ value: event, done: false });
    },
    nextBatch() {
      return new Promise((resolve) => {
        gathering.push(resolve);
        if (hasNext()) deliver();
      });
    },
    close(how) {
      closed = true;
      if (how === 'discard') {
        events = [];
        told = 0;
      }
      for (const ask of asking.splice(0)) ask({ value: undefined, done: true });
      deliver();
    },
  };
}
