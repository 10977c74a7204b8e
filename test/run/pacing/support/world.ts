import type { Quota, RequestEnd } from '../../../../src/models/contract.ts';
import type { PlanLimits, PlanRetry } from '../../../../src/plan.ts';
import { createPacer, type Pacer } from '../../../../src/run/pacing/pacer.ts';
import { zeroUsage } from '../../../../src/usage/add.ts';
import { settled } from '../../support/clock.ts';

/** A run of many calls against a model server, in a time that passes only when everybody waits for it. */

export interface Arrival {
  /** Milliseconds since the beginning. */
  readonly time: number;
  readonly tokens: number;
}

export type Reply =
  | { readonly kind: 'answered'; readonly quota?: Quota }
  | { readonly kind: 'limited'; readonly retry_after?: number; readonly quota?: Quota }
  | { readonly kind: 'unavailable' };

export type Server = (arrival: Arrival) => Reply;

export interface WorldOptions {
  readonly limits?: Partial<PlanLimits>;
  readonly retry?: Partial<PlanRetry>;
  readonly random?: () => number;
  /** How much later than asked for timers run, in milliseconds. */
  readonly lateness?: () => number;
}

export interface Load {
  readonly requests: number;
  readonly concurrency: number;
  readonly server: Server;
  /** Of an answer, in milliseconds. */
  readonly latency: () => number;
  /** Of a 429 or an error. */
  readonly refusalLatency?: () => number;
  /** What a request uses: input and output tokens. */
  readonly tokens?: (nth: number) => { readonly input: number; readonly output: number };
  readonly attempts?: number;
}

export interface Outcome {
  /** Until the last request was admitted that was answered. */
  readonly duration: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly refused: string[];
  /** When 429s came. */
  readonly limited: number[];
  /** When requests were admitted. */
  readonly admitted: number[];
}

export interface World {
  readonly pacer: Pacer;
  readonly pauses: { readonly at: number; readonly milliseconds: number; readonly reason: string }[];
  /** What a user was told beside the pauses. */
  readonly notices: string[];
  readonly now: () => number;
  /** Timers of the pacer that run. */
  readonly timers: () => number;
  run(load: Load): Promise<Outcome>;
}

export function createWorld(options: WorldOptions = {}): World {
  const { lateness = () => 0, random = seeded(1) } = options;
  const queue = createQueue();
  const never = new AbortController().signal;
  let time = 0;
  let timers = 0;
  const pauses: World['pauses'] = [];
  const notices: string[] = [];

  function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(new Error('aborted'));
        return;
      }
      timers += 1;
      const event = { cancelled: false };
      const end = (): void => {
        timers -= 1;
        event.cancelled = true;
        signal.removeEventListener('abort', leave);
      };
      const leave = (): void => {
        end();
        reject(new Error('aborted'));
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(time + milliseconds + lateness(), () => {
        if (event.cancelled) return;
        end();
        resolve();
      });
    });
  }

  const pacer = createPacer({
    limits: { concurrency: 16, ...options.limits },
    retry: { attempts: 5, max_delay: 60_000, outage: 300_000, ...options.retry },
    signal: never,
    paused: ({ duration, reason }) => void pauses.push({ at: time, milliseconds: duration, reason }),
    notice: (message) => void notices.push(message),
    elapsed: () => time,
    sleep,
    random,
  });

  /** The way of one call, like that of the one retry policy, without its own waits. */
  async function call(load: Load, nth: number, seen: Mutable<Outcome>): Promise<void> {
    const { input, output } = load.tokens?.(nth) ?? { input: 0, output: 0 };
    const request = {
      bytes: Math.max(1, input * 4),
      images: 0,
      max_output_tokens: null,
      failed_before: false,
      call: {},
    };
    for (let used = 0; ;) {
      const admitted = await pacer.admit({ ...request }, never);
      if (!admitted.ok) {
        seen.refused.push(admitted.error.message);
        return;
      }
      seen.admitted.push(time);
      const arrived = time;
      const reply = load.server({ time, tokens: input + output });
      const wait = reply.kind === 'answered' ? load.latency() : (load.refusalLatency?.() ?? 30);
      await new Promise<void>((resolve) => queue.push(time + wait, resolve));
      const verdict = admitted.value.settle(endOf(reply, input, output));
      if (reply.kind === 'limited') seen.limited.push(time);
      if (reply.kind === 'answered') {
        seen.succeeded += 1;
        seen.duration = Math.max(seen.duration, arrived);
        return;
      }
      if (verdict === 'used') used += 1;
      if (used >= (load.attempts ?? 5)) {
        seen.failed += 1;
        return;
      }
    }
  }

  return {
    pacer,
    pauses,
    notices,
    now: () => time,
    timers: () => timers,
    async run(load) {
      const seen = { duration: 0, succeeded: 0, failed: 0, refused: [], limited: [], admitted: [] };
      let begun = 0;
      const worker = async (): Promise<void> => {
        while (begun < load.requests) await call(load, begun++, seen);
      };
      const state = { finished: false };
      const all = Promise.all(Array.from({ length: load.concurrency }, worker)).finally(() => {
        state.finished = true;
      });
      for (;;) {
        await settled();
        if (state.finished) break;
        const next = queue.shift();
        if (next === undefined) throw new Error('everybody waits, and nothing will come');
        time = Math.max(time, next.time);
        next.act();
      }
      await all;
      return seen;
    },
  };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

function endOf(reply: Reply, input: number, output: number): RequestEnd {
  const answered = reply.kind === 'answered';
  return {
    kind: reply.kind,
    fault: answered ? null : `the server said ${reply.kind}`,
    retry_after: reply.kind === 'limited' ? (reply.retry_after ?? null) : null,
    quota: 'quota' in reply ? (reply.quota ?? null) : null,
    usage: answered
      ? {
          ...zeroUsage,
          requests: 1,
          input_tokens: input,
          output_tokens: output,
          total_tokens: input + output,
          cost_usd: null,
        }
      : { ...zeroUsage, requests: 1 },
  };
}

interface Timed {
  readonly time: number;
  readonly order: number;
  readonly act: () => void;
}

/** A binary heap: the earliest first, of equal ones the first to come. */
function createQueue() {
  const heap: Timed[] = [];
  let order = 0;
  const before = (one: Timed, other: Timed): boolean =>
    one.time < other.time || (one.time === other.time && one.order < other.order);
  const at = (index: number): Timed => {
    const found = heap[index];
    if (found === undefined) throw new Error('no such place');
    return found;
  };
  const swap = (one: number, other: number): void => {
    [heap[one], heap[other]] = [at(other), at(one)];
  };
  return {
    push(time: number, act: () => void): void {
      heap.push({ time, order: order++, act });
      for (let index = heap.length - 1; index > 0;) {
        const parent = (index - 1) >> 1;
        if (!before(at(index), at(parent))) break;
        swap(index, parent);
        index = parent;
      }
    },
    shift(): Timed | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let index = 0; ;) {
        const left = 2 * index + 1;
        if (left >= heap.length) break;
        const right = left + 1;
        const child = right < heap.length && before(at(right), at(left)) ? right : left;
        if (!before(at(child), at(index))) break;
        swap(index, child);
        index = child;
      }
      return first;
    },
  };
}

/** Chance that is the same each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Log-normal, of so much at the median and at the 99th percentile. */
export function logNormal(median: number, p99: number, random: () => number): () => number {
  const sigma = Math.log(p99 / median) / 2.326;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp(sigma * normal);
  };
}
