import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
// The pool's own module: undici's entry loads five times as much, and makes itself the dispatcher of the process's `fetch`,
// which belongs to whoever else runs here (LangSmith's client, a user's tools).
import Pool from 'undici/lib/dispatcher/pool.js';

/** How one HTTP request ended. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | {
      readonly kind: 'fault';
      readonly fault: 'connection_failed' | 'timed_out' | 'cut_body' | 'no_http' | 'too_large' | 'aborted';
      /** What the system said, where it said something. */
      readonly cause: Error | null;
      /** Whether the request was handed to a connection: it may then have been answered, and paid for. */
      readonly sent: boolean;
    };

export interface Transport {
  /** Posts JSON. Never rejects. */
  post(json: string, signal: AbortSignal): Promise<Exchange>;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly origin: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly connections: number;
  /** For a whole exchange, connecting and the last byte of the body included, in milliseconds. */
  readonly timeout: number;
  /** The largest body that is read, in bytes. */
  readonly max_body: number;
}

/**
 * A pool of HTTP/1.1 connections to one server. Redirects are not followed: a key must not travel with them.
 *
 * The requests go through undici's `dispatch`, the layer below its streams: only there is it known whether a request
 * had been sent when its connection failed, and a body that is wanted whole needs no stream.
 */
export function openTransport(options: TransportOptions): Transport {
  const { origin, path, timeout, max_body } = options;
  const pool = new Pool(origin, {
    connections: options.connections,
    connectTimeout: timeout,
    // One deadline covers the whole exchange; undici's own would end it early and say something else.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    post(json, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) {
          resolve({ kind: 'fault', fault: 'aborted', cause: null, sent: false });
          return;
        }
        const collector = createCollector(max_body, (exchange) => {
          clearTimeout(deadline);
          signal.removeEventListener('abort', abort);
          resolve(exchange);
        });
        const deadline = setTimeout(collector.end, timeout, 'timed_out');
        const abort = (): void => collector.end('aborted');
        // One signal ends a whole run: as many exchanges listen to it as are in flight, more than Node expects.
        setMaxListeners(0, signal);
        signal.addEventListener('abort', abort);
        try {
          pool.dispatch({ method: 'POST', path, headers: options.headers, body: json }, collector.handler);
        } catch (error) {
          collector.refused(error);
        }
      });
    },
    close: () => pool.destroy(),
  };
}

/** Gathers one response, or the one reason why there is none. `settle` is called exactly once. */
function createCollector(max_body: number, settle: (exchange: Exchange) => void) {
  const chunks: Buffer[] = [];
  let size = 0;
  let response: { status: number; headers: IncomingHttpHeaders } | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;

  const fail = (fault: (Exchange & { kind: 'fault' })['fault'], cause: Error | null): void => {
    if (settled) return;
    settled = true;
    settle({ kind: 'fault', fault, cause, sent: controller !== undefined });
  };

  /** Ends the exchange from our side: the connection is destroyed, not drained. */
  const end = (fault: 'aborted' | 'timed_out' | 'too_large'): void => {
    fail(fault, null);
    controller?.abort(new Error(fault));
  };

  /** The pool itself would not take the request. */
  const refused = (error: unknown): void => {
    fail('connection_failed', error instanceof Error ? error : new Error(String(error)));
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      // A request that was still waiting for a connection when it was given up is not sent any more.
      if (settled) started.abort(new Error('given up'));
      else controller = started;
    },
    onResponseStart(_controller, status, headers) {
      if (status >= 200) response = { status, headers };
    },
    onResponseData(_controller, chunk) {
      size += chunk.length;
      if (size > max_body) end('too_large');
      else chunks.push(chunk);
    },
    onResponseEnd() {
      if (settled || response === undefined) return;
      settled = true;
      settle({ kind: 'response', ...response, body: Buffer.concat(chunks, size) });
    },
    onResponseError(_controller, error) {
      if (response !== undefined) fail('cut_body', error);
      else fail(isProtocolError(error) ? 'no_http' : 'connection_failed', error);
    },
  };
  return { handler, end, refused };
}

/** Bytes came back that are no HTTP answer, or one with more headers than anyone sends. */
function isProtocolError(error: Error): boolean {
  return error.name === 'HTTPParserError' || error.name === 'HeadersOverflowError';
}
