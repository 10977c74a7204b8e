/** Milliseconds that what was told to end at once is waited for. */
const gracePeriod = 1000;

/**
 * Waits for the work; once `end` has aborted, only as long as the grace lasts. Code of users (a tool's module) may not
 * heed its signal, and must not keep a run from ending.
 */
export async function withGrace(
  work: Promise<unknown>,
  end: AbortSignal,
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const waited = new AbortController();
  const grace = new Promise<void>((resolve) => {
    const begin = () => {
      sleep(gracePeriod, waited.signal).then(resolve, () => undefined);
    };
    if (end.aborted) begin();
    else end.addEventListener('abort', begin, { once: true, signal: waited.signal });
  });
  try {
    await Promise.race([work, grace]);
  } finally {
    waited.abort();
  }
}
