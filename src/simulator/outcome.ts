import { draw } from './chance.ts';
import type { CompletionUsage } from './completion.ts';
import { errors } from './errors.ts';
import type { Reply } from './errors.ts';
import type { Fault, Settings } from './options.ts';
import type { EventStream } from './stream.ts';

/** What the server does about one request. */
export interface Outcome {
  /** Milliseconds until all of the answer is sent; nothing of it is before the first part of them has passed. */
  readonly delay: number;
  readonly request_id: string;
  readonly reply: Reply;
  /** `drop`: reset the connection instead of sending the reply; `cut`: close it in the middle of the reply's body. */
  readonly break?: 'drop' | 'cut';
  /** What the request is counted as: an HTTP status, `dropped`, `malformed` or `truncated`. */
  readonly counted: string;
  /** What was told of tokens in an answer that can be used. */
  readonly usage?: CompletionUsage;
}

/** A reply that is sent at once, such as an error of the request itself. */
export function replyOutcome(reply: Reply, request_id: string): Outcome {
  return { delay: 0, request_id, reply, counted: String(reply.status) };
}

/** The same with more headers. */
export function withHeaders(outcome: Outcome, headers: readonly string[]): Outcome {
  const { reply } = outcome;
  return { ...outcome, reply: { ...reply, headers: [...headers, ...reply.headers] } };
}

/** What becomes of an answer that a fault meets. */
export function faultOutcome(fault: Fault, answered: Outcome, settings: Settings, print: string): Outcome {
  const { delay, request_id, reply } = answered;
  const outcomes: { readonly [fault in Fault]: () => Outcome } = {
    // Refused at the gate, before any model has worked on it.
    rate_limited: () => replyOutcome(errors.rateLimited(settings.retry_after), request_id),
    server_error: () => ({ ...replyOutcome(errors.serverError(), request_id), delay }),
    dropped: () => ({ delay, request_id, reply, break: 'drop', counted: 'dropped' }),
    malformed: () => {
      const broken = { delay, request_id, counted: 'malformed' };
      if (draw(print, 'malformed') < 0.5) return { ...broken, reply, break: 'cut' };
      return { ...broken, reply: garbled(reply) };
    },
    truncated: () => {
      const short = { delay, request_id, counted: 'truncated' };
      if (reply.events === undefined) return { ...short, reply, break: 'cut' };
      return { ...short, reply: { ...reply, events: truncated(reply.events, draw(print, 'truncated')) } };
    },
  };
  return outcomes[fault]();
}

/** Half of a body, or a stream whose last event is half of one: neither is JSON. */
function garbled(reply: Reply): Reply {
  if (reply.events === undefined) return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
  const { said, end } = reply.events;
  const last = said.at(-1) ?? '';
  const broken = [...said.slice(0, -1), `${last.slice(0, last.length / 2)}\n\n`];
  return { ...reply, events: { said: broken, end } };
}

/** A stream that ends as if all was well, but before it tells why it ends. */
function truncated({ said }: EventStream, drawn: number): EventStream {
  return { said: said.slice(0, 1 + Math.floor(drawn * said.length)), end: [] };
}
