import type { AnswerCache } from '../run/cache/cache.ts';
import type { Entry } from '../run/entry.ts';
import type { Fingerprint } from '../run/fingerprint.ts';
import type { PlanStep } from '../plan.ts';
import type { ToolOutcome } from '../tools/tool.ts';

/**
 * What a run would be given without a call. What another run was answered is not among it, unless the cache or a recording
 * has kept it: asked anew, a model may answer otherwise, and so may a tool. Looks things up and changes nothing.
 */
export interface Known {
  answer(step: PlanStep, fingerprint: Fingerprint): Promise<Entry | undefined>;
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
}

export function createKnown({ cache, recordings = [] }: KnownOptions): Known {
  return {
    async answer(step, fingerprint) {
      for (const recording of recordings) {
        const recorded = recording.answer(fingerprint);
        if (recorded !== undefined) return recorded.entry;
      }
      return step.cache ? cache?.find(fingerprint) : undefined;
    },
    async tool(fingerprint) {
      for (const recording of recordings) {
        const recorded = recording.tool(fingerprint);
        if (recorded !== undefined) return recorded.outcome;
      }
      return undefined;
    },
  };
}
