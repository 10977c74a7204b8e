import type { JsonObject, JsonValue, JsonSchema } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { Usage } from '../usage/usage.ts';

/**
 * What a step may ask of a model, and what it is told back. A provider is one file that keeps this contract; the
 * steps know nothing else of models, and nothing here knows a provider.
 */

export type Role = 'system' | 'user' | 'assistant' | 'tool';

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** An http(s) URL or a data URL; until its file has been read, the path of one. */
  | { readonly type: 'image_url'; readonly image_url: string }
  /** What a reasoning model thought before it wrote; in an assistant message, before its text. */
  | { readonly type: 'thinking'; readonly thinking: string };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** The arguments as the model wrote them: JSON text, not yet parsed. */
  readonly arguments: string;
  /** What the provider wants to be sent back with the call, as it came: signed thinking, a signature. Nobody reads it. */
  readonly echo?: JsonValue;
}

export interface Message {
  readonly role: Role;
  readonly content: string | readonly ContentPart[];
  /** On a last assistant message: the answer continues this text. */
  readonly prefix?: boolean;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonSchema;
  /** Whether the provider is to hold the model to `parameters`; absent: not sent. */
  readonly strict?: boolean;
}

export type ResponseFormat =
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: JsonSchema;
      readonly strict?: boolean;
    };

/** One question to a model. Everything that decides the answer is here or in the settings. */
export interface ModelRequest {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  /** auto, any, none, required, or the name of a tool. */
  readonly tool_choice?: string;
  /** Goes before the model's own `parallel_tool_calls`. */
  readonly parallel_tool_calls?: boolean;
  readonly response_format?: ResponseFormat;
}

/** A model with its parameters. Equal settings share one client. */
export interface ModelSettings {
  readonly provider: string;
  readonly name: string;
  /** Only what the file sets, in the provider's wire names: temperature, max_tokens, stop, … */
  readonly parameters: JsonObject;
  /** Without a trailing slash; absent: the provider's own. */
  readonly base_url?: string;
  /** The environment variable with the key; absent: the provider's own, and only for the provider's own host. */
  readonly api_key_env?: string;
  /** One attempt, in milliseconds. */
  readonly timeout: number;
  /**
   * The longest silence within a stream, in milliseconds, the wait for its first byte included. Any byte of the body
   * ends a silence, also one of a comment that keeps the connection open.
   */
  readonly idle_timeout: number;
}

export interface RetryPolicy {
  /** Attempts of one call, the first included; a 429 uses none. */
  readonly attempts: number;
  /** The longest wait between two attempts, in milliseconds. */
  readonly max_delay: number;
}

export type CallErrorCode =
  | 'rejected_key' // 401, 403
  | 'key_required' // the same, where the file names no key
  | 'unknown_model' // 404, or a 400 that says so
  | 'not_on_plan' // the plan's limit for this model is 0
  | 'redirected' // the API is elsewhere
  | 'rate_limited' // 429 for longer than an outage may last
  | 'outage' // nothing but errors that pass, from every call, for longer than an outage may last
  | 'invalid_request' // 400, 422 and the other 4xx
  | 'server_error' // 408, 409, 425, 5xx, after the last attempt
  | 'too_many_open_files' // of our own: no further connection can be opened
  | 'connection_failed' // refused, reset, unresolved, TLS
  | 'timed_out' // no whole answer within `timeout`, or a stream silent for longer than `idle_timeout`
  | 'cut_body' // the connection closed inside the answer, or a stream ended without its end
  | 'malformed_answer' // not JSON, not the shape of a completion, a wrong content type
  | 'empty_answer' // no choices, or a choice without a message
  | 'refused_image' // an image that is no URL and no file that may be sent: nothing was asked
  | 'replay_miss' // a run that is answered by recordings asked what none of them has
  | 'aborted'; // we were told to stop

export interface CallError {
  readonly code: CallErrorCode;
  /** One sentence, with what the provider said, redacted and bounded. */
  readonly message: string;
  /** The HTTP status of the last attempt, where there was one. */
  readonly status: number | null;
  /** Attempts used, 429s not counted. */
  readonly attempts: number;
  readonly request_id: string | null;
  /** `run`: no other call to this model can succeed either, so the run stops. */
  readonly scope: 'record' | 'run';
  /** What was received, bounded, where it helps to understand an answer that could not be used. */
  readonly raw?: string;
}

export interface Completion {
  readonly text: string;
  /** What a reasoning model thought before it answered; empty where it did not. No part of the text. */
  readonly thinking: string;
  /** Why the model would not answer, where the provider says so apart from the text. */
  readonly refusal: string | null;
  readonly tool_calls: readonly ToolCall[];
  /** As the provider says it: stop, length, tool_calls, … */
  readonly finish_reason: string | null;
  /** The model that answered, which resolves an alias such as `-latest`. */
  readonly model: string | null;
  readonly request_id: string | null;
}

/**
 * Every call ends as one of these; both say what was used. Nothing is thrown for what a provider does. The cost is
 * left open (`cost_usd` null where tokens were used): the run prices it, which holds the price table.
 */
export type CallOutcome =
  | { readonly ok: true; readonly completion: Completion; readonly usage: Usage }
  | { readonly ok: false; readonly error: CallError; readonly usage: Usage };

/**
 * Lets the HTTP requests of one call out. The client asks before each request, a repeated one too, and tells what came
 * of it; pace, pauses and budget are the run's, which stands behind the gate.
 */
export interface Gate {
  /**
   * Gives the permit when the request may be sent, or the reason why it never may be: at once where that is known, else by
   * a promise. Rejects only when `signal` aborts.
   */
  admit(request: RequestSize, signal: AbortSignal): Admission | Promise<Admission>;
}

/** What is known of a request before it is sent. */
export interface RequestSize {
  /** Of its body, without those of images in it. */
  readonly bytes: number;
  /** What they count has little to do with their bytes, or with those of their URLs. */
  readonly images: number;
}

export type Admission = Result<Permit, Refusal>;

export interface Permit {
  /**
   * To be called once for each request that was admitted, as soon as it is known what came of it. Says whether a failed
   * request uses up one of the call's attempts, at once where the gate is in the same thread.
   */
  settle(end: RequestEnd): Settled | Promise<Settled>;
}

export type Settled = 'used' | 'free';

/** No request of the call may be sent any more: its message says why, and the call fails by it. */
export interface Refusal {
  readonly code: 'rate_limited' | 'outage' | 'aborted';
  readonly message: string;
}

export interface RequestEnd {
  /**
   * - `answered`: by a completion, or by an error that concerns this request or this key
   * - `limited`: by a 429
   * - `unavailable`: by a fault that passes, which the request itself may be the cause of: a time-out, an answer that
   *   is cut or none, 408, 409, 425, 500 and the other 5xx
   * - `unreachable`: by a fault that passes and that no request is the cause of: no connection, 502, 503, 504
   * - `aborted`: we ended it
   */
  readonly kind: 'answered' | 'limited' | 'unavailable' | 'unreachable' | 'aborted';
  /** What went wrong, in one sentence; null where nothing did. */
  readonly fault: string | null;
  /** The wait that the server asked for, in milliseconds. */
  readonly retry_after: number | null;
  /** What the answer's headers say of the quota. */
  readonly quota: Quota | null;
  /** Of this request; its cost is open. */
  readonly usage: Usage;
  /** The model that answered, by whose price it costs; absent where none did, or it did not say. */
  readonly model?: string;
}

/** A server's quota of one minute, and what is left of it; null where it does not say. */
export interface Quota {
  readonly requests: number | null;
  readonly requests_left: number | null;
  readonly tokens: number | null;
  readonly tokens_left: number | null;
}

/** A piece of an answer that comes as a stream. */
export type StreamDelta =
  /** An attempt's answer begins: what came of an earlier one is void. */
  | { readonly type: 'began' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The model calls this tool; its arguments follow in pieces that are not told. */
  | { readonly type: 'tool_call'; readonly name: string };

export interface CallOptions {
  /** Ends the HTTP request at once when it aborts. */
  readonly signal: AbortSignal;
  /**
   * Ends the call at once while it waits between requests (at the gate, for the next attempt), and lets it send no
   * further one; a request under way is finished. Aborted at the latest when `signal` is.
   */
  readonly waiting: AbortSignal;
  readonly gate: Gate;
  /**
   * Has the answer come as a stream, and is told its pieces, without the key; the outcome is that of the whole answer
   * all the same. What it throws is thrown by the call.
   */
  readonly stream?: (delta: StreamDelta) => void;
  /** Names the call in traces. */
  readonly step: string;
  readonly record: string;
}

/** An open connection to one model with one set of settings. */
export interface ModelClient {
  call(request: ModelRequest, options: CallOptions): Promise<CallOutcome>;
  close(): Promise<void>;
}

/** What a client is given from outside, so that tests can hold time and chance still. */
export interface ClientServices {
  readonly retry: RetryPolicy;
  /** The key itself; absent where the server needs none. It is sent to `base_url` and nowhere else. */
  readonly api_key?: string;
  /** What no answer may tell beside the key, such as the values of the variables that tools are given. */
  readonly secrets?: readonly string[];
  /** What messages call the server; absent: its host. */
  readonly server_name?: string;
  /** Connections the client may hold open: the run's concurrency. */
  readonly connections: number;
  /** Waits so many milliseconds; rejects when `signal` aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Milliseconds since the epoch, for a Retry-After that is a date. */
  readonly now: () => number;
}
