import type { CallOutcome } from '../models/contract.ts';
import { zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import type { ActiveRecord } from './active-record.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { Entry } from './entry.ts';
import type { Fingerprint } from './fingerprint.ts';

/** What an answer out of the cache uses. */
export const cachedUsage: Usage = { ...zeroUsage, cached_requests: 1 };

/** An answer that was given before to the same question. */
export interface KnownAnswer {
  readonly outcome: CallOutcome & { readonly ok: true };
  /** Whether this run has it from another one: it is then counted, and journaled as its own. */
  readonly cached: boolean;
}

/**
 * The answer that an earlier session of this run has journaled for the record, else one out of the cache; undefined where
 * the model has to be asked. An answer of either is judged by the step like any other.
 */
export function knownAnswer(
  record: ActiveRecord,
  step: string,
  fingerprint: Fingerprint,
  cache: AnswerCache | undefined,
): KnownAnswer | undefined | Promise<KnownAnswer | undefined> {
  const replayed = record.replay?.call(step, fingerprint);
  if (replayed !== undefined) return { outcome: answered(replayed, replayed.usage), cached: false };
  return cache
    ?.find(fingerprint)
    ?.then((kept) => kept && { outcome: answered(kept, cachedUsage), cached: true });
}

function answered({ completion }: Entry, usage: Usage): KnownAnswer['outcome'] {
  return { ok: true, completion, usage };
}

/** Remembers an answer of a step that goes on; whether it is of use for others shows when the step has ended. */
export function remember(record: ActiveRecord, step: number, entry: Entry): void {
  (record.answers[step] ??= []).push(entry);
}

/** The step has succeeded with its answers: they are kept for other runs. */
export function keepAnswers(record: ActiveRecord, step: number, cache: AnswerCache | undefined): void {
  for (const entry of record.answers[step] ?? []) cache?.put(entry);
}
