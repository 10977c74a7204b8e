import { readCompletion } from './answer.ts';
import { createFault, judge, judgeRead, judgeUnreadable } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Exchange } from './collector.ts';
import type { StreamDelta } from './contract.ts';
import { explainFault, explainStream } from './explain.ts';
import type { Server } from './explain.ts';
import { requestId } from './provider-error.ts';
import type { StreamReader } from './stream-reader.ts';
import { readTokens } from './tokens.ts';

/**
 * Judges an attempt whose answer was to come as a stream. A server may answer otherwise: it refuses, or knows no streams
 * and sends a completion; both are judged like any answer.
 */
export function judgeStream(exchange: Exchange, reader: StreamReader, server: Server): Attempt {
  if (reader.headers === undefined) return judge(exchange, server);
  try {
    return judgeEvents(exchange, reader, reader.headers, server);
  } catch (error) {
    return judgeUnreadable(200, server, error);
  }
}

function judgeEvents(
  exchange: Exchange,
  reader: StreamReader,
  headers: NonNullable<StreamReader['headers']>,
  server: Server,
): Attempt {
  const request_id = requestId(headers, server.redact);
  const completion = reader.completion();
  const received = (): Buffer => Buffer.from(JSON.stringify(completion['choices']));
  if (reader.end?.kind === 'whole')
    return judgeRead(readCompletion(completion, server.redact), { request_id, received }, server);

  const aborted = exchange.kind === 'fault' && exchange.fault === 'aborted';
  const { code, message } =
    reader.end === undefined && exchange.kind === 'fault'
      ? explainFault(exchange, { ...server, max_body: server.max_stream })
      : explainStream(reader.end ?? { kind: 'cut' }, server);
  return {
    result: {
      kind: 'failed',
      // The events themselves are not kept: a key could stand in several, in pieces.
      fault: createFault(server, { code, message, status: 200, request_id, body: received() }),
      retry: !aborted,
    },
    answered: true,
    sent: true,
    charged: true,
    tokens: readTokens(completion['usage']),
    retry_after: null,
  };
}

/** Tells an answer that came whole although it was asked for as a stream. */
export function tellWhole({ result }: Attempt, tell: (delta: StreamDelta) => void): void {
  if (result.kind !== 'completed') return;
  const { thinking, text, tool_calls } = result.completion;
  tell({ type: 'began' });
  if (thinking !== '') tell({ type: 'thinking', text: thinking });
  if (text !== '') tell({ type: 'text', text });
  for (const { name } of tool_calls) tell({ type: 'tool_call', name });
}
