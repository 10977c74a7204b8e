import type { RunEvent, RunStopping } from '../run/events.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import { createRateMeter } from './rate.ts';

/** Where a run stands at one moment. */
export interface Progress {
  readonly simulated: boolean;
  /** Records selected; null where the input has not been read to its end. */
  readonly total: number | null;
  readonly done: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  /** Records begun and not yet ended. */
  readonly inFlight: number;
  /** Of the calls finished so far. */
  readonly usage: Usage;
  /** Answers that reached `max_tokens` before their end. */
  readonly cut: number;
  /** Records a second of late; null while there is too little to go by. */
  readonly perSecond: number | null;
  /** Milliseconds since the run began. */
  readonly elapsed: number;
  /** Milliseconds to go; null where it cannot be told. */
  readonly remaining: number | null;
  /** Models that wait for their quota, with the milliseconds left; the longest wait first. */
  readonly paused: readonly { readonly model: string; readonly wait: number }[];
  /** The last word on stopping, null while nobody wants to. */
  readonly stopping: RunStopping | null;
}

export interface Tally {
  /** Counts an event. Cheap: it makes no text, whatever the rate of events. */
  add(event: RunEvent): void;
  read(): Progress;
}

/** The one fold that all live views share. `now` is in milliseconds and never goes back. */
export function createTally(now: () => number): Tally {
  const outcomes = { succeeded: 0, failed: 0, skipped: 0 };
  const begun = new Set<number>();
  const pausedUntil = new Map<string, number>();
  let began = now();
  let rate = createRateMeter(began);
  let total: number | null = null;
  let simulated = false;
  let usage = zeroUsage;
  let cut = 0;
  let stopping: RunStopping | null = null;

  return {
    add(event) {
      switch (event.type) {
        case 'run_started':
          ({ total, simulated } = event);
          began = now();
          rate = createRateMeter(began);
          return;
        case 'record_started':
          begun.add(event.index);
          return;
        case 'record_finished':
          // A row that is no record ends without having been started.
          begun.delete(event.index);
          outcomes[event.outcome] += 1;
          rate.count(now());
          return;
        case 'call_finished':
          usage = addUsage(usage, event.usage);
          if (event.finish_reason === 'length') cut += 1;
          return;
        case 'model_paused':
          pausedUntil.set(event.model, now() + event.duration);
          return;
        case 'run_stopping':
          stopping = event;
          return;
        case 'step_finished':
        case 'call_delta':
        case 'tool_finished':
        case 'notice':
        case 'run_finished':
      }
    },
    read() {
      const moment = now();
      const done = outcomes.succeeded + outcomes.failed + outcomes.skipped;
      const perSecond = rate.perSecond(moment);
      const left = total === null ? null : total - done;
      return {
        simulated,
        total,
        done,
        ...outcomes,
        inFlight: begun.size,
        usage,
        cut,
        perSecond,
        elapsed: moment - began,
        remaining: left === null || left <= 0 || perSecond === null ? null : (left / perSecond) * 1000,
        paused: [...pausedUntil]
          .map(([model, until]) => ({ model, wait: until - moment }))
          .filter(({ wait }) => wait > 0)
          .sort((one, other) => other.wait - one.wait),
        stopping,
      };
    },
  };
}
