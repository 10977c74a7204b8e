import type { PlanBudget } from '../plan.ts';
import type { CallFinished, RunEvent, RunStopping } from '../run/events.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import { collectCallLatency, type CallLatency } from './call-latency.ts';
import { createBudgetHold } from './budget-hold.ts';
import { createCostPerRecord } from './cost-per-record.ts';
import { createPace } from './pace.ts';
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
  /** By `input.when`, before this session or in it. */
  readonly skipped: number;
  /** Records begun and not yet ended. */
  readonly inFlight: number;
  /** Of these, those that must wait at the moment: more are begun than calls of models may be under way at one time. */
  readonly waiting: number;
  /** Of the calls finished so far, in all sessions. */
  readonly usage: Usage;
  /** US dollars that the whole is to come to, going by the records so far; null where that cannot be told. */
  readonly projectedCost: number | null;
  readonly budget: PlanBudget;
  /** Answers that reached `max_tokens` before their end. */
  readonly cut: number;
  /** Calls beyond the first of a record in its step: repairs of answers, rounds of tools. */
  readonly further: number;
  /** Records a second of late; null while there is too little to go by. */
  readonly perSecond: number | null;
  /** Milliseconds since this session began. */
  readonly elapsed: number;
  /** Milliseconds to go; null where it cannot be told. */
  readonly remaining: number | null;
  /** What holds the run up at the moment; the worst first. */
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
  /** Of the calls of this session that were answered; undefined where they are too few to tell. */
  latency(): CallLatency | undefined;
}

/** The one fold that all live views share. `now` is in milliseconds and never goes back. */
export function createTally(now: () => number): Tally {
  /** In flight: when it began, and whether a model was asked for it. */
  const begun = new Map<number, { readonly since: number; asked: boolean }>();
  const waits = collectWaits();
  const budgetHold = createBudgetHold();
  const costs = createCostPerRecord();
  const latencies = collectCallLatency();
  let began = now();
  let pace = createPace(began);
  let total: number | null = null;
  let concurrency = Infinity;
  let simulated = false;
  let replayed = false;
  let budget: PlanBudget = {};
  let usage = zeroUsage;
  /** Records that earlier sessions are said to have brought to their end, and those of them that have been told. */
  let kept = 0;
  let keptTold = 0;
  let ended = 0;
  let failed = 0;
  let skipped = 0;
  let cut = 0;
  let further = 0;
  let stopping: RunStopping | null = null;
  let graceEnds: number | null = null;

  function asked({ index, ok, model, usage: { cost_usd } }: CallFinished): void {
    if (ok && waits.answered(model)) pace.rest(waits.restsUntil(), now());
    const record = begun.get(index);
    if (record === undefined) return;
    record.asked = true;
    costs.add(index, cost_usd);
  }

  return {
    add(event) {
      switch (event.type) {
        case 'run_started':
          ({ total, concurrency, simulated, budget = {} } = event);
          replayed = event.replayed === true;
          kept = event.resumed?.kept ?? 0;
          usage = event.resumed?.usage ?? zeroUsage;
          began = now();
          pace = createPace(began);
          return;
        case 'record_kept':
          keptTold += 1;
          if (event.outcome === 'skipped') skipped += 1;
          return;
        case 'record_started':
          // To read past the records that are kept takes time, and says nothing of how fast the others go.
          if (ended === 0 && begun.size === 0) pace = createPace(now());
          begun.set(event.index, { since: now(), asked: false });
          return;
        case 'record_finished': {
          // A row that is no record ends without having been started.
          const record = begun.get(event.index);
          begun.delete(event.index);
          costs.end(event.index);
          ended += 1;
          if (event.outcome === 'failed') failed += 1;
          if (event.outcome === 'skipped') skipped += 1;
          pace.count(now(), record?.asked === true ? record.since : undefined);
          return;
        }
        case 'call_finished':
          usage = addUsage(usage, event.usage);
          latencies.add(event);
          if (event.finish_reason === 'length') cut += 1;
          if (event.call > 1) further += 1;
          if (event.usage.requests > 0) asked(event);
          return;
        case 'model_paused':
          waits.pause(event, now());
          pace.rest(waits.restsUntil(), now());
          return;
        case 'budget_held':
          budgetHold.set(event.held, now());
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
      const left = total === null ? 0 : Math.max(0, total - done);
      const held = waits.read(moment);
      // Nobody knows when a model that gives no answer will be back.
      const foreseeable = left > 0 && stopping === null && held[0]?.reason !== 'unavailable';
      return {
        simulated,
        replayed,
        total,
        done,
        kept: before,
        failed,
        skipped,
        inFlight: begun.size,
        waiting: Math.max(0, begun.size - concurrency),
        usage,
        projectedCost: stopping === null ? costs.project(usage.cost_usd, left * pace.askedShare) : null,
        budget,
        cut,
        further,
        perSecond: pace.perSecond(moment),
        elapsed: moment - began,
        remaining: foreseeable ? pace.timeFor(left, moment) : null,
        waits: budgetHold.read(moment) ? [...held, { reason: 'budget' }] : held,
        stopping,
        graceLeft: graceEnds === null ? null : Math.max(0, graceEnds - moment),
      };
    },
    latency: () => latencies.read(),
  };
}
