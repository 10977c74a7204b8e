import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { Completion, Message } from '../../models/contract.ts';
import { readEntry, readUsage } from '../../run/entry.ts';
import type { Fingerprint } from '../../run/fingerprint.ts';
import type { Outcome } from '../../run/journal/record-index.ts';
import type { Usage } from '../../usage/usage.ts';

/** What the journal tells of one record. */
export interface RecordStory {
  readonly sequence: number;
  readonly index: number;
  /** In the input, from 1. */
  readonly line: number;
  readonly key: string;
  readonly outcome: Outcome;
  /** Of a record that succeeded. */
  readonly output?: JsonValue;
  /** Of a failed one. */
  readonly failure?: StoryFailure;
  /** Its calls of models and tools, in the order in which they ended. */
  readonly calls: readonly StoryCall[];
  /** Whether there were more than could be kept. */
  readonly isCut: boolean;
}

export interface StoryFailure {
  /** Null where the record itself was at fault. */
  readonly step: string | null;
  readonly input: JsonObject | null;
  /** What the file holds, where that is no record. */
  readonly raw: string | null;
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
  readonly request_id: string | null;
}

export type StoryCall = ModelCall | ToolCall;

export interface ModelCall {
  readonly type: 'call';
  readonly step: string;
  /** The number of the call within the record's step, from 1, in its session. */
  readonly call: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly fingerprint: Fingerprint;
  /** The model asked for. */
  readonly model: string;
  readonly usage: Usage;
  /** Absent where there was no answer. */
  readonly completion?: Completion;
  readonly error?: StoryError;
}

export interface ToolCall {
  readonly type: 'tool';
  readonly step: string;
  readonly call: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  /** Absent where it came to an error. */
  readonly result?: JsonValue;
  readonly error?: StoryError;
}

export interface StoryError {
  readonly code: string;
  readonly message: string;
  /** Of a tool: whether the model could do nothing about it. */
  readonly fatal?: boolean;
}

/** The messages that were sent, by the question's fingerprint. */
export type RenderedMessages = ReadonlyMap<Fingerprint, readonly Message[]>;

/** A whole line of the journal, which has been checked before; undefined where it tells nothing of a call. */
export function storyCall(line: JsonObject): StoryCall | undefined {
  const { type, step, call, duration } = line;
  if (typeof step !== 'string' || typeof call !== 'number' || typeof duration !== 'number') return undefined;
  const made = { step, call, duration };
  const error = readError(line['error']);
  if (type === 'tool') {
    const { id, name, arguments: given = null, result } = line;
    if (typeof id !== 'string' || typeof name !== 'string') return undefined;
    return { type, ...made, id, name, arguments: given, ...(result !== undefined && { result }), ...error };
  }
  const { fingerprint, model } = line;
  const usage = readUsage(line['usage']);
  if (type !== 'call' || typeof fingerprint !== 'string' || typeof model !== 'string') return undefined;
  if (usage === undefined) return undefined;
  const completion = readEntry(line)?.completion;
  return { type, ...made, fingerprint, model, usage, ...(completion && { completion }), ...error };
}

function readError(value: JsonValue | undefined): { readonly error?: StoryError } {
  if (!isObject(value)) return {};
  const { code, message, fatal } = value;
  return { error: { code: textOf(code), message: textOf(message), ...(fatal === true && { fatal }) } };
}

/** What the whole line of a failed record tells of its failure. */
export function storyFailure(line: JsonObject): StoryFailure {
  const { step, input, raw } = line;
  const error = isObject(line['error']) ? line['error'] : {};
  const { code, message, status, request_id } = error;
  return {
    step: typeof step === 'string' ? step : null,
    input: isObject(input) ? input : null,
    raw: typeof raw === 'string' ? raw : null,
    code: textOf(code),
    message: textOf(message),
    status: typeof status === 'number' ? status : null,
    request_id: typeof request_id === 'string' ? request_id : null,
  };
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
