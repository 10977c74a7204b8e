import type { AnswerCache } from '../run/cache/cache.ts';
import type { Entry } from '../run/entry.ts';
import type { Fingerprint } from '../run/fingerprint.ts';
import type { PlanStep } from '../plan.ts';
import type { ToolOutcome } from '../tools/tool.ts';
import type { AskedBefore } from './asked-before.ts';

/** Who knows an answer: then a run would not ask (cache, recording), or another one has asked it already. */
export type Source = 'cache' | 'recording' | 'run';

export interface Found {
  readonly entry: Entry;
  readonly from: Source;
}

/** What is answered already. Looks things up and changes nothing. */
export interface Known {
  answer(step: PlanStep, fingerprint: Fingerprint): Promise<Found | undefined>;
  tool(fingerprint: Fingerprint): Promise<ToolOutcome | undefined>;
}

/** Lookups by fingerprint, as recordings offer them. */
export interface RecordedAnswers {
  answer(fingerprint: Fingerprint): { readonly entry: Entry } | undefined;
  tool(fingerprint: Fingerprint): { readonly outcome: ToolOutcome } | undefined;
}

export interface KnownOptions {
  readonly cache?: AnswerCache;
  readonly recordings?: readonly RecordedAnswers[];
  /** The run that is compared with: what it was answered tells what later steps would say. */
  readonly before?: AskedBefore;
}

export function createKnown({ cache, recordings = [], before }: KnownOptions): Known {
  return {
    async answer(step, fingerprint) {
      for (const recording of recordings) {
        const recorded = recording.answer(fingerprint);
        if (recorded !== undefined) return { entry: recorded.entry, from: 'recording' };
      }
      const kept = step.cache ? await cache?.find(fingerprint) : undefined;
      if (kept !== undefined) return { entry: kept, from: 'cache' };
      const asked = await before?.answer(fingerprint);
      return asked && { entry: asked, from: 'run' };
    },
    async tool(fingerprint) {
      for (const recording of recordings) {
        const recorded = recording.tool(fingerprint);
        if (recorded !== undefined) return recorded.outcome;
      }
      return before?.tool(fingerprint);
    },
  };
}
