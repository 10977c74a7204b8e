import type { Redact } from '../../diagnostic/redact.ts';
import type { ModelRequest, ModelSettings } from '../../models/contract.ts';
import type { PlanStep } from '../../plan.ts';
import type { Fingerprint } from '../fingerprint.ts';
import { redactValue } from '../../diagnostic/redact-value.ts';
import type { RecordedAnswer, RecordedTool } from './lines.ts';
import { answerMiss, toolMiss, type MissedCall, type ReplayMiss } from './miss.ts';
import { questionOf } from './question.ts';
import type { Recordings } from './recordings.ts';

/** A run that is answered by recordings alone. */
export interface Playback {
  readonly kind: 'replay';
  /** Whether tools are run all the same. */
  readonly liveTools: boolean;
  answer(fingerprint: Fingerprint): RecordedAnswer | undefined;
  tool(fingerprint: Fingerprint): RecordedTool | undefined;
  /** A question that was never recorded: it is counted, and explained. */
  missedAnswer(step: PlanStep, settings: ModelSettings, request: ModelRequest): ReplayMiss;
  missedTool(step: PlanStep, call: MissedCall): ReplayMiss;
  readonly misses: number;
  /** Answers of this session that the simulator had made up. */
  readonly simulated: number;
}

export function createPlayback({
  recordings,
  liveTools,
  redact,
}: {
  readonly recordings: Recordings;
  readonly liveTools: boolean;
  readonly redact: Redact;
}): Playback {
  let misses = 0;
  let simulated = 0;
  return {
    kind: 'replay',
    liveTools,
    answer(fingerprint) {
      const found = recordings.answer(fingerprint);
      if (found === undefined) return undefined;
      recordings.use(fingerprint);
      if (found.simulated) simulated += 1;
      return found;
    },
    tool(fingerprint) {
      const found = recordings.tool(fingerprint);
      if (found !== undefined) recordings.use(fingerprint);
      return found;
    },
    missedAnswer(step, settings, request) {
      misses += 1;
      return answerMiss(step, questionOf(settings, request, redact), recordings);
    },
    missedTool(step, call) {
      misses += 1;
      const asked = { name: redact(call.name), arguments: redactValue(call.arguments, redact) };
      return toolMiss(step, { ...call, ...asked }, recordings);
    },
    get misses() {
      return misses;
    },
    get simulated() {
      return simulated;
    },
  };
}
