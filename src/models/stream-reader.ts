import type { IncomingHttpHeaders } from 'node:http';
import { TextDecoder } from 'node:util';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
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
import { joinStream } from './stream-join.ts';
import type { Piece } from './stream-join.ts';

/** What ended a stream, told by the stream itself. */
export type StreamEnd =
  /** It came to its end, and the answer to its own. */
  | { readonly kind: 'whole' }
  /** It came to its end before the answer did. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'malformed'; readonly problem: AnswerProblem }
  /** The server broke it off. `said`: its words, which may be none. */
  | { readonly kind: 'error'; readonly said: string };

export interface StreamReader extends BodyReader {
  /** Of the response that was read; undefined where it was no stream, or none came. */
  readonly headers: IncomingHttpHeaders | undefined;
  /** Undefined where the connection ended first. */
  readonly end: StreamEnd | undefined;
  /** What has come, in the form of a whole `chat.completion`. */
  completion(): JsonObject;
}

/**
 * Reads server-sent events as they come and tells their pieces, without the secret. Only `[DONE]` after a finish
 * reason makes an answer whole: whatever else ends a stream has cut it, also where the text reads well.
 */
export function createStreamReader(
  tell: (delta: StreamDelta) => void,
  secret: string | undefined,
  redact: Redact,
): StreamReader {
  const join = joinStream();
  const texts = { text: createPieceRedact(secret, redact), thinking: createPieceRedact(secret, redact) };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = createParser({
    onEvent(event) {
      // After its end a stream says nothing more.
      end ??= read(event);
    },
  });
  let headers: IncomingHttpHeaders | undefined;
  let end: StreamEnd | undefined;
  let began = false;

  function read({ event, data }: EventSourceMessage): StreamEnd | undefined {
    const text = data.trim();
    // Some servers keep the connection open by empty events.
    if (text === '') return undefined;
    if (!began) tell({ type: 'began' });
    began = true;
    if (text === '[DONE]') return finish();
    const value = parse(text);
    if (event === 'error' || isError(value))
      return { kind: 'error', said: readProviderError(Buffer.from(text)).said };
    if (!isObject(value)) return broken(malformed('with an event that is no JSON object'));
    const pieces = join.add(value);
    if (!pieces.ok) return broken(pieces);
    for (const piece of pieces.value) tellPiece(piece);
    return undefined;
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
    completion: () => join.completion(),
    accepts(status, received) {
      if (status === 200 && isEventStream(received)) headers = received;
      return headers !== undefined;
    },
    take(chunk) {
      const text = decode(decoder, chunk);
      if (text === undefined) end ??= broken(malformed('with a stream that is not UTF-8'));
      else parser.feed(text);
      return end === undefined ? 'more' : 'enough';
    },
  };
}

function isEventStream(headers: IncomingHttpHeaders): boolean {
  const type = readHeader(headers, 'content-type') ?? '';
  const encoding = readHeader(headers, 'content-encoding') ?? 'identity';
  return /^text\/event-stream\b/i.test(type.trim()) && encoding === 'identity';
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

/** Mistral's `{"object": "error"}`, and the `{"error": …}` of others. */
function isError(value: unknown): boolean {
  if (!isObject(value)) return false;
  return value['object'] === 'error' || (value['error'] !== undefined && value['error'] !== null);
}

function broken({ error }: { readonly error: AnswerProblem }): StreamEnd {
  return { kind: 'malformed', problem: error };
}
