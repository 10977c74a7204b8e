import type { IncomingHttpHeaders } from 'node:http';

/** How one HTTP request ended. */
export type Exchange =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** Empty where a reader has taken it. */
      readonly body: Buffer;
      /** Milliseconds from the request to the end of the answer; told of errors alone. */
      readonly took?: number;
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

/** What undici's `dispatch` tells of the response. */
export interface Handler {
  onRequestStart(started: Controller): void;
  onResponseStart(controller: Controller, status: number, headers: IncomingHttpHeaders): void;
  onResponseData(controller: Controller, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controller: Controller, error: Error): void;
}

/** Gathers one response, or the one reason why there is none. */
export interface Collector {
  readonly handler: Handler;
  /** Ends the exchange from our side: the connection is destroyed, not drained. */
  end(fault: 'aborted' | 'timed_out' | 'silent' | 'too_large'): void;
  /** The pool itself would not take the request. */
  refused(error: unknown): void;
}

/** Gathers a body whole, of at most `max_body` bytes. `settle` is called exactly once. */
export function createCollector(max_body: number, settle: (exchange: Exchange) => void): Collector {
  return new WholeBody(max_body, settle);
}

/** A class, since there is one to each request in flight, and a closure for each method would weigh as much as all else. */
class WholeBody implements Collector, Handler {
  readonly #max_body: number;
  readonly #settle: (exchange: Exchange) => void;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #response: { readonly status: number; readonly headers: IncomingHttpHeaders } | undefined;
  #controller: Controller | undefined;
  #settled = false;

  constructor(max_body: number, settle: (exchange: Exchange) => void) {
    this.#max_body = max_body;
    this.#settle = settle;
  }

  get handler(): Handler {
    return this;
  }

  end(fault: FaultName): void {
    this.#fail(fault, null);
    this.#controller?.abort(new Error(fault));
  }

  refused(error: unknown): void {
    this.#fail('connection_failed', error instanceof Error ? error : new Error(String(error)));
  }

  onRequestStart(started: Controller): void {
    // A request that was still waiting for a connection when it was given up is not sent any more.
    if (this.#settled) started.abort(new Error('given up'));
    else this.#controller = started;
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    if (status >= 200) this.#response = { status, headers };
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#max_body) this.end('too_large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled || this.#response === undefined) return;
    this.#settled = true;
    const body = wholeOf(this.#chunks, this.#size);
    this.#settle({ kind: 'response', ...this.#response, body });
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#response !== undefined) this.#fail('cut_body', error);
    else this.#fail(isProtocolError(error) ? 'no_http' : 'connection_failed', error);
  }

  #fail(fault: FaultName, cause: Error | null): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle({ kind: 'fault', fault, cause, sent: this.#controller !== undefined });
  }
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
