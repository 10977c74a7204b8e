import type { IncomingHttpHeaders } from 'node:http';
import { TextDecoder } from 'node:util';
import { isObject } from '../json/json.ts';
import type { JsonObject } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { parseAnswer } from './answer-json.ts';
import { malformed } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { StreamDelta } from './contract.ts';
import { readHeader } from './header.ts';
import { readProviderError } from './provider-error.ts';
import type { PieceRedact } from './redact-pieces.ts';
import type { Redact } from '../diagnostic/redact.ts';
import type { BodyReader } from './stream-collector.ts';
import { splitEvents, splitLines } from './stream-events.ts';
import type { StreamEvent } from './stream-events.ts';
import type { Piece, StreamJoin } from './stream-join.ts';
import type { WireStream } from './wire.ts';

/** What ended a stream, told by the stream itself. */
export type StreamEnd =
  /** It came to its end, and the answer to its own. */
  | { readonly kind: 'whole' }
  /** It came to its end before the answer did. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'malformed'; readonly problem: AnswerProblem }
  /** The server broke it off. `said`: its words, which may be none. */
  | { readonly kind: 'error'; readonly said: string };

export interface WireReader extends BodyReader {
  /** Of the response that was read; undefined where it was no stream, or none came. */
  readonly headers: IncomingHttpHeaders | undefined;
  /** Undefined where the connection ended first. */
  readonly end: StreamEnd | undefined;
  /** Whether the answer has said why it ends: what it tells of its usage by then is all of it. */
  readonly finished: boolean;
  /** What has come, in the form of a whole answer. */
  completion(): JsonObject;
  /** The connection has come to its end: so has a stream that has no mark of its own for it. */
  close(): void;
}

/**
 * Reads the events of a stream as they come and tells their pieces, without the secrets. Only the wire's mark of an end
 * after a finish reason makes an answer whole: whatever else ends a stream has cut it, also where the text reads well.
 * Throws nothing but what `tell` throws.
 */
export function createWireReader(
  stream: WireStream,
  tell: (delta: StreamDelta) => void,
  redact: Redact,
  textRedact: () => PieceRedact,
): WireReader {
  const join = stream.join();
  const texts = { text: textRedact(), thinking: textRedact() };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const splitter = stream.events === 'sse' ? splitEvents(take) : splitLines(take);
  let headers: IncomingHttpHeaders | undefined;
  let end: StreamEnd | undefined;
  let began = false;

  function take(event: StreamEvent | 'too-long'): void {
    if (end !== undefined) return;
    if (event === 'too-long') {
      end = broken(malformed('with an event that does not end'));
      return;
    }
    const data = event.data.trim();
    // Some servers keep the connection open by empty events.
    if (data === '') return;
    if (!began) tell({ type: 'began' });
    began = true;
    if (data !== '[DONE]') {
      const read = readEvent(event.name, data, join, stream);
      if (!read.ok) {
        end = read.error;
        return;
      }
      read.value.pieces.forEach(tellPiece);
      if (!read.value.isLast) return;
    }
    end = finish();
  }

  function tellPiece(piece: Piece): void {
    if (piece.type === 'tool_call') tell({ type: 'tool_call', name: redact(piece.name) });
    else tellText(piece.type, texts[piece.type].add(piece.text));
  }

  function tellText(type: 'text' | 'thinking', text: string): void {
    if (text !== '') tell({ type, text });
  }

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
    get finished() {
      return join.finished;
    },
    completion: () => join.completion(),
    accepts(status, received) {
      if (status === 200 && isStream(received)) headers = received;
      return headers !== undefined;
    },
    take(chunk) {
      // After its end a stream says nothing more.
      if (end !== undefined) return 'enough';
      const text = decode(decoder, chunk);
      if (text === undefined) end = broken(malformed('with a stream that is not UTF-8'));
      else splitter.feed(text);
      return end === undefined ? 'more' : 'enough';
    },
    close() {
      splitter.close();
      end ??= stream.end === 'connection' ? finish() : { kind: 'cut' };
    },
  };
}

interface ReadEvent {
  readonly pieces: readonly Piece[];
  readonly isLast: boolean;
}

/** A server may send what makes reading it throw, as lists longer than the stack: its answer is broken, and not we. */
function readEvent(
  name: string | undefined,
  data: string,
  join: StreamJoin,
  stream: WireStream,
): Result<ReadEvent, StreamEnd> {
  try {
    const event = parse(data);
    if (name === 'error' || isError(event))
      return failure({ kind: 'error', said: readProviderError(Buffer.from(data)).said });
    if (!isObject(event)) return failure(broken(malformed('with an event that is no JSON object')));
    const pieces = join.add(event);
    if (!pieces.ok) return failure(broken(pieces));
    const isLast = typeof stream.end === 'function' && stream.end(event);
    return success({ pieces: pieces.value, isLast });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(broken(malformed(`with an event that cannot be read: ${why}`)));
  }
}

/** Mistral's and vLLM's `{"object": "error"}`, and the `{"error": …}` of others. */
function isError(event: unknown): boolean {
  if (!isObject(event)) return false;
  return event['object'] === 'error' || (event['error'] !== undefined && event['error'] !== null);
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
    return parseAnswer(text);
  } catch {
    return undefined;
  }
}

function broken({ error }: { readonly error: AnswerProblem }): StreamEnd {
  return { kind: 'malformed', problem: error };
}
