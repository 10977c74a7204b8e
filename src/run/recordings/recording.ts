import type { Redact } from '../../diagnostic/redact.ts';
import type { JsonValue } from '../../json/json.ts';
import type { ModelRequest, ModelSettings } from '../../models/contract.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import type { Entry } from '../entry.ts';
import type { Fingerprint } from '../fingerprint.ts';
import { redactValue } from '../../diagnostic/redact-value.ts';
import type { LineStore } from './line-store.ts';
import { recordable, type ReadEntry } from './lines.ts';
import type { Position } from './order.ts';
import { questionOf } from './question.ts';
import type { Recorder } from './recorder.ts';

/** Where in a run something was asked: the record in the input, the step in the plan, the call, the tool call after it. */
export type CallPosition = readonly [record: number, step: number, call: number, tool: number];

/** A run that records. */
export interface Recording {
  readonly kind: 'record';
  /** Does the work when no other call asks the same. */
  alone<Value>(fingerprint: Fingerprint, work: () => Promise<Value>): Promise<Value>;
  /** `anew`: the record has failed before, perhaps by what was recorded then. */
  find(fingerprint: Fingerprint, anew: boolean): Promise<ReadEntry | undefined>;
  /** Resolves when the answer would outlive this process. */
  answered(position: CallPosition, answer: RecordedCall, anew: boolean): Promise<void>;
  called(position: CallPosition, call: RecordedToolCall, anew: boolean): Promise<void>;
  /** A call failed, which may go well another time. */
  unanswered(): void;
}

export interface RecordedCall {
  readonly step: string;
  readonly settings: ModelSettings;
  /** As it was sent, with its images. */
  readonly request: ModelRequest;
  readonly entry: Entry;
}

export interface RecordedToolCall {
  readonly step: string;
  readonly fingerprint: Fingerprint;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly outcome: ToolOutcome;
}

export interface RecordingOptions {
  readonly recorder: Recorder;
  /** The run's number among those that record into one file. */
  readonly run: number;
  readonly store: LineStore;
  readonly redact: Redact;
}

export function createRecording({ recorder, run, store, redact }: RecordingOptions): Recording {
  const { collection, simulated } = recorder;
  const placed = (position: CallPosition): Position => [run, ...position];
  return {
    kind: 'record',
    alone: (fingerprint, work) => recorder.alone(fingerprint, work),
    find: (fingerprint, anew) => collection.find(fingerprint, anew),
    async answered(position, { step, settings, request, entry }, anew) {
      const answer = {
        step,
        simulated,
        question: questionOf(settings, request, redact),
        entry: recordable(entry, redact),
      };
      collection.answer(store, placed(position), answer, anew);
      await store.committed();
    },
    async called(position, call, anew) {
      const { step, fingerprint, outcome } = call;
      const tool = {
        step,
        fingerprint,
        name: redact(call.name),
        arguments: redactValue(call.arguments, redact),
        outcome,
      };
      collection.tool(store, placed(position), tool, anew);
      await store.committed();
    },
    unanswered: () => recorder.unanswered(),
  };
}
