import type { RunEvent } from './events.ts';

/** Between the run, which tells, and its one consumer, who asks for the next event. */
export interface EventQueue {
  /** Never waits: whoever fills the queue asks `full` before it begins something new. */
  push(event: RunEvent): void;
  /** Whether the consumer is so far behind that nothing new should begin. */
  readonly full: boolean;
  next(): Promise<IteratorResult<RunEvent, undefined>>;
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
  let closed = false;

  return {
    push(event) {
      if (closed) return;
      const ask = asking.shift();
      if (ask === undefined) events.push(event);
      else ask({ value: event, done: false });
    },
    get full() {
      return events.length - told >= fullAt;
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
    close(how) {
      closed = true;
      if (how === 'discard') {
        events = [];
        told = 0;
      }
      for (const ask of asking.splice(0)) ask({ value: undefined, done: true });
    },
  };
}
