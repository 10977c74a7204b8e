import type { CallOutcome } from '../models/contract.ts';
import { zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import type { ActiveRecord } from './active-record.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { Entry } from './entry.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { RunRecordings } from './recordings/run-recordings.ts';

/** What an answer out of the cache uses, and one that is recorded already where the run itself records. */
export const cachedUsage: Usage = { ...zeroUsage, cached_requests: 1 };

/** An answer that was given before to the same question. */
export interface KnownAnswer {
  readonly outcome: CallOutcome & { readonly ok: true };
  /** The run's own journal; any other is of another run: its answer is counted, and journaled as this run's own. */
  readonly from: 'journal' | 'replay' | 'recording' | 'cache';
  /** As it is kept there, with the usage that it had. */
  readonly entry: Entry;
  /** Whether the simulator had made it up; of a replay. */
  readonly simulated?: boolean;
}

export interface AnswerSources {
  readonly recordings?: RunRecordings | undefined;
  readonly cache: AnswerCache | undefined;
}

/**
 * The answer that an earlier session of this run has journaled for the record, else one of the recordings, else one out of
 * the cache; undefined where the model has to be asked. An answer of each is judged by the step like any other.
 */
export function knownAnswer(
  record: ActiveRecord,
  step: string,
  fingerprint: Fingerprint,
  { recordings, cache }: AnswerSources,
): KnownAnswer | undefined | Promise<KnownAnswer | undefined> {
  const journaled = record.replay?.call(step, fingerprint);
  if (journaled !== undefined) return answered('journal', journaled, journaled.usage);
  if (recordings === undefined) return cachedAnswer(fingerprint, cache);
  if (recordings.kind === 'record') return recordedAnswer(record, fingerprint, recordings, cache);
  const recorded = recordings.answer(fingerprint);
  if (recorded === undefined) return undefined;
  const { entry, simulated } = recorded;
  return answered('replay', entry, entry.usage, simulated);
}

async function recordedAnswer(
  record: ActiveRecord,
  fingerprint: Fingerprint,
  recordings: Extract<RunRecordings, { readonly kind: 'record' }>,
  cache: AnswerCache | undefined,
): Promise<KnownAnswer | undefined> {
  const found = await recordings.find(fingerprint, record.failed_before);
  if (found?.type === 'answer') return answered('recording', found.entry, cachedUsage);
  return cachedAnswer(fingerprint, cache);
}

function cachedAnswer(
  fingerprint: Fingerprint,
  cache: AnswerCache | undefined,
): Promise<KnownAnswer | undefined> | undefined {
  return cache?.find(fingerprint)?.then((kept) => kept && answered('cache', kept, cachedUsage));
}

function answered(from: KnownAnswer['from'], entry: Entry, usage: Usage, simulated?: boolean): KnownAnswer {
  return { from, entry, outcome: { ok: true, completion: entry.completion, usage }, simulated };
}

/** Remembers an answer of a step that goes on; whether it is of use for others shows when the step has ended. */
export function remember(record: ActiveRecord, step: number, entry: Entry): void {
  (record.answers[step] ??= []).push(entry);
}

/** The step has succeeded with its answers: they are kept for other runs. */
export function keepAnswers(record: ActiveRecord, step: number, cache: AnswerCache | undefined): void {
  for (const entry of record.answers[step] ?? []) cache?.put(entry);
}
