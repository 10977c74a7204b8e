import type { OutgoingHttpHeaders } from 'node:http';
import type { JsonObject, JsonValue } from '../../../../src/json/json.ts';
import type { ModelSettings } from '../../../../src/models/contract.ts';
import type { Provider } from '../../../../src/models/provider.ts';

/** What a provider's server says, in words of no provider. */
export interface Said {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly SaidCall[];
  /** In these words where the API has words for it, and then neither text nor calls. */
  readonly refusal?: string;
  readonly finish?: 'stop' | 'length';
  readonly model?: string;
  /** Null: the answer does not tell it. */
  readonly usage?: SaidUsage | null;
}

export interface SaidCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

export interface SaidUsage {
  /** Cached tokens included. */
  readonly input: number;
  readonly cached?: number;
  readonly output: number;
}

export const defaultUsage: SaidUsage = { input: 13, output: 7 };

/** How a provider's server speaks: what a test needs to stand in for one. */
export interface FakeWire {
  readonly provider: Provider;
  /** The settings of the tests; the parameters are empty. */
  readonly settings: Pick<ModelSettings, 'provider' | 'name'>;
  /** Of each parameter that the provider has, values to be sent. */
  readonly parameters: { readonly [name: string]: readonly JsonValue[] };
  /** The path below the origin, where `base_url` is the origin. */
  path(stream: boolean): string;
  /** Where a key stands in a request. */
  keyHeader(key: string): readonly [name: string, value: string];
  answer(said: Said): JsonObject;
  /** The events of an answer that comes as a stream, each as it stands in the body, the end included. */
  events(said: Said): readonly string[];
  readonly streamType: string;
  error(status: number, message: string): JsonValue;
  /** The header with the provider's name for an exchange. */
  readonly requestId: string;
  /** An answer, with the default usage, that has neither a text nor a tool call. */
  readonly nothing: JsonObject;
  /** Whether the wire tells cached tokens. */
  readonly tellsCached: boolean;
  /** Whether the wire tells a refusal apart from the text. */
  readonly tellsRefusal: boolean;
  /** Whether a count of 0 is left out, so that one that is absent is no half. */
  readonly leavesOutZero: boolean;
  /** What the API wants back with the calls of an answer with thinking; null where it wants nothing. */
  readonly echoed: string | null;
  /** Whether the API fetches an image by its URL. */
  readonly fetchesImages: boolean;
}

/** The headers of a stream in the provider's manner. */
export function streamHeaders({ streamType }: FakeWire): OutgoingHttpHeaders {
  return { 'content-type': streamType };
}

export function sse(data: JsonValue, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}

/** A text in pieces. */
export function words(text: string): readonly string[] {
  return text.match(/\S*\s*/g)?.filter(Boolean) ?? [];
}

/** A text in two halves. */
export function halves(text: string): readonly [string, string] {
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)];
}
