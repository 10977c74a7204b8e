import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readBody } from './body.ts';
import type { Outcome } from './outcome.ts';
import type { Counter } from './stats.ts';

/** The share of a stream's time that passes before its first event. */
const firstShare = 0.3;

/** Milliseconds: events that are due closer to each other are sent together. */
const shortestPause = 5;

/** Reads one request and does what `decide` says of it, unless the client goes away before. */
export function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  counter: Counter,
  decide: (body: string | null) => Outcome,
): void {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  counter.received();

  const after = (delay: number, act: () => void): void => {
    if (delay > 0) timer = setTimeout(act, delay);
    else act();
  };
  const end = (outcome: Outcome): void => {
    over = true;
    counter.ended(outcome.counted, outcome.usage);
  };
  /** Sends the parts in turn, a pause between each two of them. */
  const sendParts = (parts: readonly string[], pause: number, outcome: Outcome): void => {
    const [part = '', ...others] = parts;
    if (others.length === 0) {
      end(outcome);
      response.end(part);
      return;
    }
    response.write(part);
    after(pause, () => sendParts(others, pause, outcome));
  };

  const carryOut = (outcome: Outcome): void => {
    const { delay, reply } = outcome;
    if (reply.events === undefined || outcome.break !== undefined) {
      after(delay, () => {
        end(outcome);
        sendWhole(response, request.socket, outcome);
      });
      return;
    }
    const rest = delay * (1 - firstShare);
    const parts = inParts([...reply.events.said, ...reply.events.end], Math.floor(rest / shortestPause) + 1);
    after(delay * firstShare, () => {
      writeHead(response, outcome);
      sendParts(parts, rest / Math.max(1, parts.length - 1), outcome);
    });
  };

  readBody(request, (body) => carryOut(decide(body)));

  response.on('close', () => {
    clearTimeout(timer);
    if (!over) counter.ended('abandoned');
  });
}

/** The events in at most so many parts of about the same length. */
function inParts(events: readonly string[], most: number): readonly string[] {
  const count = Math.min(most, events.length);
  const size = Math.ceil(events.length / count);
  return Array.from({ length: Math.ceil(events.length / size) }, (_, index) =>
    events.slice(index * size, (index + 1) * size).join(''),
  );
}

function sendWhole(response: ServerResponse, socket: Socket, outcome: Outcome): void {
  if (outcome.break === 'drop') {
    socket.resetAndDestroy();
    return;
  }
  const body = outcome.reply.events?.said.join('') ?? outcome.reply.body;
  writeHead(response, outcome);
  if (outcome.break === 'cut') {
    // The client sees the connection close inside the answer.
    response.write(body.slice(0, body.length / 2));
    socket.destroySoon();
    return;
  }
  response.end(body);
}

function writeHead(response: ServerResponse, { reply, request_id }: Outcome): void {
  const form =
    reply.events === undefined
      ? ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(reply.body))]
      : ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache'];
  response.writeHead(reply.status, [...form, 'mistral-correlation-id', request_id, ...reply.headers]);
}
