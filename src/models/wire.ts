import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { Answer } from './answer.ts';
import type { CallErrorCode, ModelRequest, ModelSettings } from './contract.ts';
import type { StreamJoin } from './stream-join.ts';
import type { Tokens } from './tokens.ts';

/** How a provider is spoken to: what its own files know, and the one client over LangChain's packages does not. */
export interface Wire {
  url(settings: ModelSettings, stream: boolean): string;
  /** Those beside the content type, with the key where there is one. */
  headers(api_key: string | undefined): { readonly [name: string]: string };
  body(settings: ModelSettings, request: ModelRequest, stream: boolean): JsonObject;
  /** Where a body has what the messages say: traces show that in LangChain's form, and the rest as it is sent. */
  readonly conversation: readonly string[];
  /** Why an image of a request has no form on this wire, with the remedy; undefined where each has one. */
  refusedImage?(request: ModelRequest): string | undefined;
  /**
   * Reads the body of a 200, come whole or joined from a stream: an answer that can be used, or what is wrong with it.
   * Finish reasons in the words that all providers share here. Nothing is redacted or cut yet.
   */
  read(body: JsonObject): Result<Answer, AnswerProblem>;
  /** What such a body says was used; null where it does not count both what went in and what came out. */
  tokens(body: JsonObject): Tokens | null;
  /** What an error means where its status alone says something else; undefined where the status says it. */
  errorCode?(status: number, body: JsonObject, headers: IncomingHttpHeaders): WireErrorCode | undefined;
  /** The pause that the body of a 429 asks for, in milliseconds, for providers that send no Retry-After. */
  pause?(body: JsonObject): number | null;
  /** The header with the provider's name for the exchange, where it is not `x-request-id`. */
  readonly request_id_header?: string;
  readonly stream: WireStream;
}

/** `rate_limited`: for longer than any pause, as where the account has no credit left. */
export type WireErrorCode = Extract<CallErrorCode, 'rejected_key' | 'not_on_plan' | 'rate_limited'>;

export interface WireStream {
  /** How a body is cut into events: server-sent events, or a line of JSON each. */
  readonly events: 'sse' | 'lines';
  /** Begins to put the events of one stream together to the body that the same answer would have had as a whole. */
  join(): StreamJoin;
  /**
   * What ends a stream: an event of `[DONE]` alone; the end of its connection; or the event for which this is true.
   * Whatever it is, `[DONE]` does so too, which gateways add to any stream.
   */
  readonly end: 'done' | 'connection' | ((event: JsonObject) => boolean);
}
