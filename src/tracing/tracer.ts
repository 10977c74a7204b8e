import type { JsonObject, JsonValue } from '../json/json.ts';
import type { CallOutcome, ModelRequest, ModelSettings } from '../models/contract.ts';

/** A part of a run that a trace shows: what happens inside of one is its child. */
export type Span =
  | {
      readonly kind: 'record';
      readonly pipeline: string;
      readonly key: string;
      readonly index: number;
      readonly input: JsonObject;
    }
  | { readonly kind: 'step'; readonly id: string; readonly type: string }
  | {
      readonly kind: 'call';
      readonly step: string;
      readonly settings: ModelSettings;
      readonly request: ModelRequest;
    }
  | { readonly kind: 'tool'; readonly id: string; readonly name: string; readonly arguments: JsonValue };

/** How a span ended. */
export type SpanEnd =
  | { readonly ok: true; readonly output: JsonValue; readonly call?: CallOutcome }
  /** With the error's code and message, or told to stop. */
  | { readonly ok: false; readonly code: string; readonly message: string; readonly call?: CallOutcome };

/** How long `close` waits for traces to leave, in milliseconds: a tracing server that is down must not hold a run. */
export const longestFlush = 5000;

/** Tells another system what a run does, as it happens. Nothing that goes wrong there is told to the run. */
export interface Tracer {
  /** Does the work inside of a span; `ended` says what came of it. */
  span<Value>(span: Span, work: () => Promise<Value>, ended: (value: Value) => SpanEnd): Promise<Value>;
  /** Sends what has not been sent; resolves when it is done, or has taken too long. */
  close(): Promise<void>;
}

/** What a tracer is given from outside. */
export interface TracerServices {
  /** Waits so many milliseconds; rejects when `signal` aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Tells the user, in one sentence, of traces that are missing. */
  readonly warn: (message: string) => void;
}

/** A kind of tracer: one value of the registry. */
export interface TracerKind {
  readonly name: string;
  /** Whether somebody wants it; loads nothing. */
  wanted(env: { readonly [name: string]: string | undefined }): boolean;
  /** Loads what it needs only now. */
  open(services: TracerServices): Promise<Tracer>;
}
