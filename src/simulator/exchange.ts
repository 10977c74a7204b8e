import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readBody } from './body.ts';
import type { Outcome } from './outcome.ts';
import type { Counter } from './stats.ts';

/** On every answer. The limits are far above what one machine can send: the simulator's own 429s are drawn. */
const commonHeaders = [
  ['content-type', 'application/json'],
  ['x-ratelimit-limit-req-minute', '1000000'],
  ['x-ratelimit-remaining-req-minute', '999999'],
  ['x-ratelimit-limit-tokens-minute', '1000000000'],
  ['x-ratelimit-remaining-tokens-minute', '999999999'],
].flat();

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

  const carryOut = (outcome: Outcome): void => {
    over = true;
    counter.ended(outcome.counted, outcome.usage);
    send(response, request.socket, outcome);
  };

  readBody(request, (body) => {
    const outcome = decide(body);
    if (outcome.delay > 0) timer = setTimeout(carryOut, outcome.delay, outcome);
    else carryOut(outcome);
  });

  response.on('close', () => {
    clearTimeout(timer);
    if (!over) counter.ended('abandoned');
  });
}

function send(response: ServerResponse, socket: Socket, outcome: Outcome): void {
  if (outcome.break === 'drop') {
    socket.resetAndDestroy();
    return;
  }
  const { body } = outcome.reply;
  response.writeHead(outcome.reply.status, [
    ...commonHeaders,
    'mistral-correlation-id',
    outcome.request_id,
    'content-length',
    String(Buffer.byteLength(body)),
    ...outcome.reply.headers,
  ]);
  if (outcome.break === 'cut') {
    // Announced whole and sent by half: the client sees the connection close inside the answer.
    response.write(body.slice(0, body.length / 2));
    socket.destroySoon();
    return;
  }
  response.end(body);
}
