import type { IncomingHttpHeaders } from 'node:http';
import { TextDecoder } from 'node:util';
import { createParser } from 'eventsource-parser';
import { isObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import { malformed } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { StreamDelta } from './contract.ts';
import { readHeader } from './header.ts';
import { readProviderError } from './provider-error.ts';
import { createPieceRedact } from './redact-pieces.ts';
import type { Redact } from './redact.ts';
import type { BodyReader } from './stream-collector.ts';
import type { Piece } from './stream-join.ts';
import type { StreamEnd } from './stream-reader.ts';
import type { WireStream } from './wire.ts';

export interface WireReader extends BodyReader {
  /** Of the response that was read; undefined where it was no stream, or none came. */
  readonly headers: IncomingHttpHeaders | undefined;
  /** Undefined where the connection ended first. */
  readonly end: StreamEnd | undefined;
  /** What has come, in the form of a whole answer. */
  completion(): JsonObject;
  /** The connection has come to its end: so has a stream that has no mark of its own for it. */
  close(): void;
}

/** Reads the events of a stream as they come and tells their pieces, without the secret. */
export function createWireReader(
  stream: WireStream,
  tell: (delta: StreamDelta) => void,
  secret: string | undefined,
  redact: Redact,
): WireReader {
  const join = stream.join();
  const texts = { text: createPieceRedact(secret, redact), thinking: createPieceRedact(secret, redact) };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // After its end a stream says nothing more.
  const splitter = stream.events === 'sse' ? splitEvents(take) : splitLines(take);
  let headers: IncomingHttpHeaders | undefined;
  let end: StreamEnd | undefined;
  let began = false;

  function take(data: string): void {
    end ??= read(data.trim());
  }

  function read(text: string): StreamEnd | undefined {
    if (text === '') return undefined;
    if (!began) tell({ type: 'began' });
    began = true;
    if (text === '[DONE]') return finish();
    const event = parse(text);
    if (!isObject(event)) return broken(malformed('with an event that is no JSON object'));
    if (event['error'] !== undefined && event['error'] !== null)
      return { kind: 'error', said: readProviderError(Buffer.from(text)).said };
    const pieces = join.add(event);
    if (!pieces.ok) return broken(pieces);
    for (const piece of pieces.value) tellPiece(piece);
    return stream.isEnd?.(event) === true ? finish() : undefined;
  }

  function tellPiece(piece: Piece): void {
    if (piece.type === 'tool_call') tell({ type: 'tool_call', name: redact(piece.name) });
    else tellText(piece.type, texts[piece.type].add(piece.text));
  }

  function tellText(type: 'text' | 'thinking', text: string): void {
    if (text !== '') tell({ type, text });
  }

  /** Where a stream ends before its answer does, it was cut, also where the text reads well. */
  function finish(): StreamEnd {
    if (!join.finished) return { kind: 'cut' };
    tellText('thinking', texts.thinking.rest());
    tellText('text', texts.text.rest());
    return { kind: 'whole' };
  }

  return {
    get headers() {
      return headers;
    },
    get end() {
      return end;
    },
    completion: () => join.completion(),
    accepts(status, received) {
      if (status === 200 && isStream(received)) headers = received;
      return headers !== undefined;
    },
    take(chunk) {
      const text = decode(decoder, chunk);
      if (text === undefined) end ??= broken(malformed('with a stream that is not UTF-8'));
      else splitter.feed(text);
      return end === undefined ? 'more' : 'enough';
    },
    close() {
      splitter.close();
      end ??= stream.isEnd === undefined ? finish() : { kind: 'cut' };
    },
  };
}

interface Splitter {
  feed(text: string): void;
  /** No more comes. */
  close(): void;
}

function splitEvents(take: (data: string) => void): Splitter {
  const parser = createParser({ onEvent: ({ data }) => take(data) });
  // An event whose empty line has not come is not whole.
  return { feed: (text) => parser.feed(text), close: () => undefined };
}

function splitLines(take: (data: string) => void): Splitter {
  let rest = '';
  return {
    feed(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    },
    close() {
      take(rest);
      rest = '';
    },
  };
}

function isStream(headers: IncomingHttpHeaders): boolean {
  const type = readHeader(headers, 'content-type') ?? '';
  const encoding = readHeader(headers, 'content-encoding') ?? 'identity';
  return /^(?:text\/event-stream|application\/x-ndjson)\b/i.test(type.trim()) && encoding === 'identity';
}

function decode(decoder: TextDecoder, chunk: Buffer): string | undefined {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken({ error }: { readonly error: AnswerProblem }): StreamEnd {
  return { kind: 'malformed', problem: error };
}
