import { setTimeout as wait } from 'node:timers/promises';
import type { ClientServices, ModelClient, ModelSettings } from '../models/contract.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { RunFolder } from './folder.ts';
import type { Recorder } from './recordings/recorder.ts';
import type { Recordings } from './recordings/recordings.ts';
import type { Pins } from './pins.ts';

export interface RunOptions {
  /** Environment variables, for the providers' keys and for tools: each is given those that it names. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Records that will come, where that is known. */
  readonly total?: number | null;
  /** Keeps what the run makes; without one nothing is written. */
  readonly folder?: RunFolder;
  /** Keeps answers from one run to the next; without one the model is asked for each. A simulated run uses none. The run closes it. */
  readonly cache?: AnswerCache;
  /** The folder that paths of images are relative to, and that they do not leave; without one, no file is sent. */
  readonly files?: string;
  /** Every answer comes as a stream, and its pieces are told as `call_delta`; meant for a few records. */
  readonly stream?: boolean;
  /** The models that have to answer: the run stops at the first answer of another. Not held where answers are simulated. */
  readonly pins?: Pins;
  /** Aborted: the calls in flight are finished, and nothing new begins. Its reason may be a StopReason. */
  readonly drain?: AbortSignal;
  /**
   * Milliseconds that the calls in flight are given when `drain` aborts, or the provider stops the run; then everything
   * ends. Default: 25,000.
   */
  readonly grace?: number;
  /** Aborted: everything ends at once. */
  readonly abort?: AbortSignal;
  /** A server whose made-up answers stand in for every model's: the run counts as simulated, and no key is looked up. */
  readonly simulator?: SimulatorEndpoint;
  /** Recordings answer in place of every model: no key is looked up, no server asked, no cache and no budget used. */
  readonly replay?: ReplayOptions;
  /** Questions and answers are recorded, of tools too, and what is recorded already is not asked again. Not with `replay`. */
  readonly record?: RecordOptions;
  /**
   * Threads that make the model calls, where one core is the limit; 0, the default: the calls are made in this thread.
   * There are none with `stream`, with `openModel`, and where the run is traced.
   */
  readonly workers?: number;
  /** Options of Node that the workers are started with, such as `--tls-min-v1.3`; of those of this process they have none. */
  readonly nodeOptions?: readonly string[];
  /** Stops at the first failed record. */
  readonly failFast?: boolean;
  /** Stops at the nth failed record. */
  readonly maxFailures?: number;
  /** Takes the place of the providers' registry; no key is then looked up. */
  readonly openModel?: OpenModel;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** How a run is answered by recordings. */
export interface ReplayOptions {
  readonly recordings: Recordings;
  /** Tools are run; without it, what came of them is read from the recordings too. */
  readonly liveTools?: boolean;
  /**
   * Entries that nothing used are told at the end, where the run took the whole input and was completed; `fail` has the run
   * fail for them. Absent: they are not told, as for a part of the input.
   */
  readonly unused?: 'tell' | 'fail';
}

/** How a run records. */
export interface RecordOptions {
  readonly recorder: Recorder;
  /** The run's number among those that record into one file, by which its lines stand there. Default: 0. */
  readonly run?: number;
  /**
   * The run writes the file when it ends; with `prune`, without what it has not used, where it was completed. Absent:
   * whoever has the recorder writes it.
   */
  readonly finish?: { readonly prune: boolean };
}

export interface SimulatorEndpoint {
  readonly base_url: string;
  readonly api_key?: string;
}

export type OpenModel = (settings: ModelSettings, services: ClientServices) => Promise<ModelClient>;

/** Time and chance. */
export interface Surroundings extends Required<Pick<RunOptions, 'now' | 'sleep' | 'random'>> {
  /** Milliseconds since some moment, whole: for spans, which a clock that is set must not change. */
  readonly elapsed: () => number;
}

export function surroundings({ now, sleep, random }: RunOptions): Surroundings {
  return {
    now: now ?? Date.now,
    elapsed: now ?? (() => Math.round(performance.now())),
    sleep: sleep ?? pause,
    random: random ?? Math.random,
  };
}

/** Waits so many milliseconds; rejects when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return wait(milliseconds, undefined, { signal });
}

/** Milliseconds: less than the 30 s after which Kubernetes kills what it has told to end. */
const usualGrace = 25_000;

/** Milliseconds that what is in flight is given to end by itself. */
export function graceOf({ grace = usualGrace }: Pick<RunOptions, 'grace'>): number {
  return grace;
}
