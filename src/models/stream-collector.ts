import type { IncomingHttpHeaders } from 'node:http';
import { createCollector } from './collector.ts';
import type { Collector, Exchange } from './collector.ts';

/** Takes a body as it comes. */
export interface BodyReader {
  /** Whether the body of this response is to be taken as it comes; any other is gathered whole. */
  accepts(status: number, headers: IncomingHttpHeaders): boolean;
  /** The next bytes. Says `enough` when no more are wanted. What it throws ends the exchange and is thrown on. */
  take(chunk: Buffer): 'more' | 'enough';
}

export interface StreamBounds {
  /** The longest silence from sending to the first byte of the body, and between any two, in milliseconds. */
  readonly idle_timeout: number;
  /** The largest body that is taken as it comes, in bytes. */
  readonly max_stream: number;
  /** The largest body that is gathered whole, in bytes. */
  readonly max_body: number;
}

/** How long a connection may take to end a body of which no more is wanted, in milliseconds, to be used again then. */
const lingering = 1000;

/** Gives a body to its reader. Any byte is a sign of life, so a comment that keeps the connection open is one too. */
export function createStreamCollector(
  { idle_timeout, max_stream, max_body }: StreamBounds,
  reader: BodyReader,
  settle: (exchange: Exchange) => void,
  crash: (error: unknown) => void,
): Collector {
  const whole = createCollector(max_body, (exchange) => {
    clearTimeout(silence);
    settle(exchange);
  });
  const { handler } = whole;
  const end: Collector['end'] = (fault) => whole.end(fault);
  let silence: NodeJS.Timeout | undefined;
  let isSilent = false;
  let leaving: NodeJS.Timeout | undefined;
  let state: 'whole' | 'reading' | 'over' = 'whole';
  let size = 0;

  /** What has come while this process was stopped, or was busy, is read before it is found to have been silent. */
  const fallSilent = (): void => {
    isSilent = true;
    setImmediate(() => {
      if (isSilent) end('silent');
    });
  };

  const take = (chunk: Buffer): 'more' | 'enough' => {
    try {
      return reader.take(chunk);
    } catch (error) {
      state = 'over';
      crash(error);
      end('aborted');
      return 'more';
    }
  };

  return {
    end,
    refused: (error) => whole.refused(error),
    handler: {
      onRequestStart(started) {
        handler.onRequestStart(started);
        if (!started.aborted) silence = setTimeout(fallSilent, idle_timeout);
      },
      onResponseStart(controller, status, headers) {
        handler.onResponseStart(controller, status, headers);
        if (reader.accepts(status, headers)) state = 'reading';
      },
      onResponseData(controller, chunk) {
        if (state === 'over') return;
        silence?.refresh();
        isSilent = false;
        if (state === 'whole') return handler.onResponseData(controller, chunk);
        size += chunk.length;
        if (size > max_stream) end('too_large');
        else if (take(chunk) === 'enough') {
          state = 'over';
          handler.onResponseEnd();
          leaving = setTimeout(() => controller.abort(new Error('it does not end')), lingering);
        }
      },
      onResponseEnd() {
        clearTimeout(leaving);
        handler.onResponseEnd();
      },
      onResponseError(controller, error) {
        clearTimeout(leaving);
        handler.onResponseError(controller, error);
      },
    },
  };
}
