import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { outputUnwritable } from '../report/paths.ts';
import type { Reporter } from '../report/reporter.ts';
import type { RunFinished } from '../run/events.ts';
import { outputFailed, outputUnread } from '../run/reasons.ts';
import type { Reader } from './reader.ts';
import type { Interrupts } from './signals.ts';

export interface RunEnd {
  /** The last event of the run, and what becomes of the rows that it comes with: what could not be written of them. */
  readonly event: RunFinished;
  readonly writing: Promise<Diagnostic | undefined> | undefined;
  /** Of stdout, where the run writes data there. */
  readonly reader: Reader | undefined;
  readonly interrupts: Interrupts;
  readonly reporter: Reporter;
}

/**
 * How the run has ended, once its rows are where the user asked for them, or it is known that they will not be: the run
 * may be through, and its folder whole, without them.
 */
export async function endOf({ event, writing, reader, interrupts, reporter }: RunEnd): Promise<RunFinished> {
  const stop = tellOfWaiting(reporter, reader, interrupts);
  try {
    const lost = await writing;
    if (lost !== undefined) return event.reason?.kind === 'local' ? event : withLostRows(event, lost.message);
    const failure = await reader?.settled(interrupts.end);
    if (failure === undefined || event.state !== 'completed') return event;
    return failure === 'unread'
      ? { ...event, state: 'interrupted', reason: outputUnread }
      : withLostRows(event, outputFailed('stdout', failure).message);
  } finally {
    stop();
  }
}

function withLostRows(event: RunFinished, message: string): RunFinished {
  return { ...event, state: 'stopped', reason: { kind: 'local', code: outputUnwritable, message } };
}

/** Milliseconds after which somebody asks why nothing happens. */
const seemsLong = 1000;

/** Says why nothing happens where all that an interrupted run waits for is whoever reads stdout; until it is stopped. */
function tellOfWaiting(
  reporter: Reporter,
  reader: Reader | undefined,
  { drain, end }: Interrupts,
): () => void {
  const stopped = new AbortController();
  const say = (): boolean => {
    const isWaiting = reader?.behind === true && !end.aborted;
    if (isWaiting)
      reporter.message('waiting for whoever reads stdout, half a minute at most; Ctrl-C again ends that');
    return isWaiting;
  };
  const begin = () => {
    const timer = setInterval(() => {
      if (say()) clearInterval(timer);
    }, seemsLong);
    stopped.signal.addEventListener('abort', () => clearInterval(timer));
  };
  if (drain.aborted) begin();
  else drain.addEventListener('abort', begin, { once: true, signal: stopped.signal });
  return () => stopped.abort();
}
