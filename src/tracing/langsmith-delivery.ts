import { Client } from 'langsmith';

/** For one request to LangSmith, in milliseconds. */
const longestRequest = 5000;

/** After so many requests in a row that failed, no further one is made. */
const failuresAtMost = 3;

/**
 * Records that are traced without any answer of LangSmith. Traces wait in memory, a tenth of a megabyte for a record of
 * one call: a server that falls behind, or is gone, must not take it all.
 */
const unansweredAtMost = 500;

/** Sees traces off without troubling the run: what LangSmith does not take is lost, and told once. */
export interface Delivery {
  readonly client: Client;
  /** Whether one more record should be traced. */
  accepts(): boolean;
  /** Resolves when all has been sent, or is lost. */
  flush(): Promise<void>;
  /** What a user should know of traces that are missing; undefined where none are. */
  shortfall(): string | undefined;
}

export function createDelivery(send: typeof fetch): Delivery {
  let failures = 0;
  let lastFailure = '';
  let unanswered = 0;
  let untraced = 0;
  const isDead = () => failures >= failuresAtMost;

  /** Never fails: LangSmith's client would try again, write to the console, and keep what it could not send. */
  const attempt: typeof fetch = async (input, init) => {
    if (isDead()) return accepted();
    try {
      const response = await withDeadline(send, input, init);
      if (response.ok) {
        failures = 0;
        unanswered = 0;
        return response;
      }
      lastFailure = `it answered ${response.status}`;
    } catch (error) {
      lastFailure = reasonOf(error);
    }
    failures += 1;
    return accepted();
  };
  const client = new Client({ fetchImplementation: attempt, callerOptions: { maxRetries: 0 } });

  return {
    client,
    accepts() {
      if (isDead() || unanswered >= unansweredAtMost) {
        untraced += 1;
        return false;
      }
      unanswered += 1;
      return true;
    },
    flush: () => client.awaitPendingTraceBatches(),
    shortfall() {
      if (failures > 0)
        return `LangSmith did not take the traces of this run, or not all of them: ${lastFailure}`;
      return untraced === 0
        ? undefined
        : `LangSmith did not keep up with this run: ${untraced} of its records were not traced`;
    },
  };
}

function accepted(): Response {
  return new Response('{}', { status: 200, headers: { 'content-type': 'application/json' } });
}

/** The timer is ours, since one that only a signal holds can be collected before its time. */
async function withDeadline(
  send: typeof fetch,
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), longestRequest);
  try {
    const response = await send(input, { ...init, signal: late.signal });
    // Here, so that the deadline covers the body too.
    return new Response(await response.arrayBuffer(), response);
  } catch (error) {
    if (late.signal.aborted) throw new Error(`no answer within ${longestRequest / 1000}s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.message === 'fetch failed'
    ? error.cause.message
    : error.message;
}
