import type { IncomingHttpHeaders } from 'node:http';

/** How one HTTP request ended. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** Empty where a reader has taken it. */
      readonly body: Buffer;
    }
  | {
      readonly kind: 'fault';
      readonly fault:
        | 'connection_failed'
        | 'timed_out'
        | 'silent' // a stream: nothing came for longer than it may be silent
        | 'cut_body'
        | 'no_http'
        | 'too_large'
        | 'aborted';
      /** What the system said, where it said something. */
      readonly cause: Error | null;
      /** Whether the request was handed to a connection: it may then have been answered, and paid for. */
      readonly sent: boolean;
    };

type FaultName = (Exchange & { readonly kind: 'fault' })['fault'];

/** Undici's hold on a request under way. */
interface Controller {
  readonly aborted: boolean;
  abort(reason: Error): void;
}

/** Gathers one response, or the one reason why there is none. */
export interface Collector {
  /** What undici's `dispatch` tells of the response. */
  readonly handler: {
    onRequestStart(started: Controller): void;
    onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders): void;
    onResponseData(controller: Controller, chunk: Buffer): void;
    onResponseEnd(): void;
    onResponseError(controller: Controller, error: Error): void;
  };
  /** Ends the exchange from our side: the connection is destroyed, not drained. */
  readonly end: (fault: 'aborted' | 'timed_out' | 'silent' | 'too_large') => void;
  /** The pool itself would not take the request. */
  readonly refused: (error: unknown) => void;
}

/** Gathers a body whole, of at most `max_body` bytes. `settle` is called exactly once. */
export function createCollector(max_body: number, settle: (exchange: Exchange) => void): Collector {
  const chunks: Buffer[] = [];
  let size = 0;
  let response: { status: number; headers: IncomingHttpHeaders } | undefined;
  let controller: Controller | undefined;
  let settled = false;

  const fail = (fault: FaultName, cause: Error | null): void => {
    if (settled) return;
    settled = true;
    settle({ kind: 'fault', fault, cause, sent: controller !== undefined });
  };

  const end: Collector['end'] = (fault) => {
    fail(fault, null);
    controller?.abort(new Error(fault));
  };

  const refused: Collector['refused'] = (error) => {
    fail('connection_failed', error instanceof Error ? error : new Error(String(error)));
  };

  const handler: Collector['handler'] = {
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
      settle({ kind: 'response', ...response, body: wholeOf(chunks, size) });
    },
    onResponseError(_controller, error) {
      if (response !== undefined) fail('cut_body', error);
      else fail(isProtocolError(error) ? 'no_http' : 'connection_failed', error);
    },
  };
  return { handler, end, refused };
}

/** Most answers come in one piece. */
function wholeOf(chunks: readonly Buffer[], size: number): Buffer {
  const [first] = chunks;
  return first !== undefined && first.length === size ? first : Buffer.concat(chunks, size);
}

/** Bytes came back that are no HTTP answer, or one with more headers than anyone sends. */
function isProtocolError(error: Error): boolean {
  return error.name === 'HTTPParserError' || error.name === 'HeadersOverflowError';
}
