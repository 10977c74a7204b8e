// The pool's own module: undici's entry loads five times as much, and makes itself the dispatcher of the process's `fetch`,
// which belongs to whoever else runs here (LangSmith's client, a user's tools).
import Pool from 'undici/lib/dispatcher/pool.js';
import { createCollector } from './collector.ts';
import type { Collector, Exchange } from './collector.ts';
import { createInFlight } from './in-flight.ts';
import { createStreamCollector } from './stream-collector.ts';
import type { BodyReader, StreamBounds } from './stream-collector.ts';

export interface Transport {
  /** Posts JSON, gathers the answer and resolves with what is read of it. Rejects only with what `read` throws. */
  post<Read>(json: string, signal: AbortSignal, read: (exchange: Exchange) => Read): Promise<Read>;
  /** Fetches, and gathers the answer. Never rejects. */
  get(signal: AbortSignal): Promise<Exchange>;
  /** Posts JSON and gives the body of the answer to the reader as it comes. Rejects only with what the reader throws. */
  stream(json: string, signal: AbortSignal, reader: BodyReader): Promise<Exchange>;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

export interface TransportOptions extends StreamBounds {
  readonly origin: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly connections: number;
  /** For a whole exchange, connecting and the last byte of the body included, in milliseconds. */
  readonly timeout: number;
}

function isError(exchange: Exchange): exchange is Exchange & { readonly kind: 'response' } {
  return exchange.kind === 'response' && exchange.status >= 400;
}

type Headers = TransportOptions['headers'];

/**
 * A pool of HTTP/1.1 connections to one server. Redirects are not followed: a key must not travel with them.
 *
 * The requests go through undici's `dispatch`, the layer below its streams: only there is it known whether a request
 * had been sent when its connection failed, and neither a body that is wanted whole nor one that is read as it comes
 * needs them.
 */
export function openTransport(options: TransportOptions): Transport {
  const { origin, path, timeout, max_body } = options;
  const inFlight = createInFlight(timeout);
  const pool = new Pool(origin, {
    connections: options.connections,
    connectTimeout: timeout,
    // Our own deadlines cover the whole exchange; undici's would end it early and say something else.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const whole: Headers = { ...options.headers, accept: 'application/json' };
  // A server that does not stream, and one that refuses, answers in JSON.
  const streamed: Headers = { ...options.headers, accept: 'text/event-stream, application/json' };

  function exchange<Read>(
    /** What is posted; undefined: nothing is, it is fetched. */
    body: string | undefined,
    headers: Headers,
    signal: AbortSignal,
    read: (exchange: Exchange) => Read,
    collect: (settle: (exchange: Exchange) => void, crash: (error: unknown) => void) => Collector,
  ): Promise<Read> {
    return new Promise((resolve, reject) => {
      const settle = (exchange: Exchange): void => {
        try {
          resolve(read(exchange));
        } catch (error) {
          reject(error);
        }
      };
      if (signal.aborted) {
        settle({ kind: 'fault', fault: 'aborted', cause: null, sent: false });
        return;
      }
      const collector = collect((exchange) => {
        inFlight.over(flight);
        settle(isError(exchange) ? { ...exchange, took: performance.now() - flight.began } : exchange);
      }, reject);
      const flight = inFlight.begin(collector, signal);
      try {
        pool.dispatch(
          body === undefined ? { method: 'GET', path, headers } : { method: 'POST', path, headers, body },
          collector.handler,
        );
      } catch (error) {
        collector.refused(error);
      }
    });
  }

  const wholly = (settle: (exchange: Exchange) => void) => createCollector(max_body, settle);
  const asItIs = (exchange: Exchange): Exchange => exchange;

  return {
    post: (json, signal, read) => exchange(json, whole, signal, read, wholly),
    get: (signal) => exchange(undefined, whole, signal, asItIs, wholly),
    stream: (json, signal, reader) =>
      exchange(json, streamed, signal, asItIs, (settle, crash) =>
        createStreamCollector(options, reader, settle, crash),
      ),
    close: () => pool.destroy(),
  };
}
