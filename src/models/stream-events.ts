import { createParser } from 'eventsource-parser';

/** One event of a stream, as it stands in the body. */
export interface StreamEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/** Cuts a body that comes in pieces into its events. */
export interface Splitter {
  feed(text: string): void;
  /** No more comes. */
  close(): void;
}

/** An event longer than this is not gathered: it may have no end. In characters; a whole answer has no more. */
const longestEvent = 32 * 1024 * 1024;

/** Server-sent events. */
export function splitEvents(take: (event: StreamEvent | 'too-long') => void): Splitter {
  /** A line feed that comes next belongs to the line break which has been taken for whole. */
  let endedInReturn = false;
  const parser = createParser({
    onEvent: ({ event, data }) => take({ name: event, data }),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') take('too-long');
    },
    maxBufferSize: longestEvent,
  });
  return {
    feed(text) {
      if (text === '') return;
      const rest = endedInReturn && text.startsWith('\n') ? text.slice(1) : text;
      endedInReturn = text.endsWith('\r');
      // The parser would wait for the other half of the line break, which need not come before the connection closes.
      parser.feed(endedInReturn ? `${rest}\n` : rest);
    },
    // An event whose empty line has not come is not whole.
    close() {},
  };
}

/** A line each; the last may end with the body. */
export function splitLines(take: (event: StreamEvent | 'too-long') => void): Splitter {
  /** Of the line that has not ended yet: put together once, however many they are. */
  let pieces: string[] = [];
  let length = 0;

  function hold(piece: string): void {
    pieces.push(piece);
    length += piece.length;
  }

  function takeLine(): void {
    const data = pieces.join('');
    pieces = [];
    length = 0;
    take({ name: undefined, data });
  }

  return {
    feed(text) {
      const [first = '', ...others] = text.split('\n');
      hold(first);
      for (const other of others) {
        takeLine();
        hold(other);
      }
      if (length > longestEvent) take('too-long');
    },
    close: takeLine,
  };
}
