import { draw } from './chance.ts';
import type { CompletionUsage } from './completion.ts';
import { errors } from './errors.ts';
import type { Reply } from './errors.ts';
import type { Fault, Settings } from './options.ts';

/** What the server does about one request. */
export interface Outcome {
  /** Milliseconds to wait before anything is sent. */
  readonly delay: number;
  readonly request_id: string;
  readonly reply: Reply;
  /** `drop`: reset the connection instead of sending the reply; `cut`: close it in the middle of the reply's body. */
  readonly break?: 'drop' | 'cut';
  /** What the request is counted as: an HTTP status, `dropped` or `malformed`. */
  readonly counted: string;
  /** What was told of tokens in an answer that can be used. */
  readonly usage?: CompletionUsage;
}

/** A reply that is sent at once, such as an error of the request itself. */
export function replyOutcome(reply: Reply, request_id: string): Outcome {
  return { delay: 0, request_id, reply, counted: String(reply.status) };
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
      return { ...broken, reply: { ...reply, body: reply.body.slice(0, reply.body.length / 2) } };
    },
  };
  return outcomes[fault]();
}
