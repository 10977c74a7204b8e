import type { PlanBudget } from '../plan.ts';
import type { RunEvent, RunStopping } from '../run/events.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import { createRateMeter } from './rate.ts';
import { collectWaits, type Wait } from './waits.ts';

/** Where a run stands at one moment. */
export interface Progress {
  readonly simulated: boolean;
  readonly replayed: boolean;
  /** Records selected; null where the input has not been read to its end. */
  readonly total: number | null;
  /** Records that are through, those that were before this session included. */
  readonly done: number;
  /** Of these, those that were before this session. */
  readonly kept: number;
  readonly failed: number;
  /** Records begun and not yet ended. */
  readonly inFlight: number;
  /** Of the calls finished so far, in all sessions. */
  readonly usage: Usage;
  readonly budget: PlanBudget;
  /** Answers that reached `max_tokens` before their end. */
  readonly cut: number;
  /** Records a second of late; null while there is too little to go by. */
  readonly perSecond: number | null;
  /** Milliseconds since this session began. */
  readonly elapsed: number;
  /** Milliseconds to go; null where it cannot be told. */
  readonly remaining: number | null;
  /** Models that are not asked at the moment; the worst first. */
  readonly waits: readonly Wait[];
  /** The last word on stopping, null while nobody wants to. */
  readonly stopping: RunStopping | null;
  /** Milliseconds until what is in flight is ended; null where nothing is to end it. */
  readonly graceLeft: number | null;
}

export interface Tally {
  /** Counts an event. Cheap: it makes no text, whatever the rate of events. */
  add(event: RunEvent): void;
  read(): Progress;
}

/** The one fold that all live views share. `now` is in milliseconds and never goes back. */
export function createTally(now: () => number): Tally {
  const begun = new Set<number>();
  const waits = collectWaits();
  let began = now();
  let rate = createRateMeter(began);
  let total: number | null = null;
  let simulated = false;
  let replayed = false;
  let budget: PlanBudget = {};
  let usage = zeroUsage;
  /** Records that earlier sessions are said to have brought to their end, and those of them that have been told. */
  let kept = 0;
  let keptTold = 0;
  let ended = 0;
  let failed = 0;
  let cut = 0;
  let stopping: RunStopping | null = null;
  let graceEnds: number | null = null;

  return {
    add(event) {
      switch (event.type) {
        case 'run_started':
          ({ total, simulated, budget = {} } = event);
          replayed = event.replayed === true;
          kept = event.resumed?.kept ?? 0;
          usage = event.resumed?.usage ?? zeroUsage;
          began = now();
          rate = createRateMeter(began);
          return;
        case 'record_kept':
          keptTold += 1;
          return;
        case 'record_started':
          // To read past the records that are kept takes time, and says nothing of how fast the others go.
          if (ended === 0 && begun.size === 0) rate = createRateMeter(now());
          begun.add(event.index);
          return;
        case 'record_finished':
          // A row that is no record ends without having been started.
          begun.delete(event.index);
          ended += 1;
          if (event.outcome === 'failed') failed += 1;
          rate.count(now());
          return;
        case 'call_finished':
          usage = addUsage(usage, event.usage);
          if (event.finish_reason === 'length') cut += 1;
          if (event.ok && event.usage.requests > 0) waits.answered(event.model);
          return;
        case 'model_paused':
          waits.pause(event, now());
          return;
        case 'run_stopping':
          stopping = event;
          graceEnds = event.grace === undefined ? null : now() + event.grace;
          return;
        case 'step_finished':
        case 'call_delta':
        case 'tool_finished':
        case 'notice':
        case 'replay_missed':
        case 'run_finished':
      }
    },
    read() {
      const moment = now();
      const before = Math.max(kept, keptTold);
      const done = before + ended;
      const perSecond = rate.perSecond(moment);
      const left = total === null ? 0 : total - done;
      const waiting = waits.read(moment);
      // Nobody knows when a model that gives no answer will be back.
      const foreseeable = left > 0 && waiting[0]?.reason !== 'unavailable';
      return {
        simulated,
        replayed,
        total,
        done,
        kept: before,
        failed,
        inFlight: begun.size,
        usage,
        budget,
        cut,
        perSecond,
        elapsed: moment - began,
        remaining: foreseeable && perSecond !== null ? (left / perSecond) * 1000 : null,
        waits: waiting,
        stopping,
        graceLeft: graceEnds === null ? null : Math.max(0, graceEnds - moment),
      };
    },
  };
}
