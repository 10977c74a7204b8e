/** More than so many are not held back: the other thread may begin with them while this one goes on. */
const longestBatch = 16;

/**
 * Sends what is said within one turn of the event loop as one message, in order: to send a message, and to be woken by
 * it, costs many times what is in it.
 */
export function createOutbox<Said>(post: (batch: readonly Said[]) => void): (said: Said) => void {
  let batch: Said[] = [];
  let timed = false;

  function send(): void {
    const whole = batch;
    batch = [];
    if (whole.length > 0) post(whole);
  }

  return (said) => {
    batch.push(said);
    if (batch.length >= longestBatch) send();
    else if (!timed) {
      timed = true;
      setImmediate(() => {
        timed = false;
        send();
      });
    }
  };
}
