import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { outputUnwritable } from '../report/paths.ts';
import type { Reporter } from '../report/reporter.ts';
import type { RunFinished } from '../run/events.ts';
import type { RunOutput } from './output.ts';
import type { Reader } from './reader.ts';
import type { Interrupts } from './signals.ts';

/** Milliseconds after which somebody asks why nothing happens. */
const seemsLong = 1000;

/**
 * Says why nothing happens where all that an interrupted run still waits for is whoever reads stdout. To be called when the
 * run has ended; what is given back, when he has taken all.
 */
export function tellOfWaiting(reporter: Reporter, { drain, end }: Interrupts): () => void {
  const taken = new AbortController();
  const say = () => {
    if (!end.aborted)
      reporter.message('waiting for whoever reads stdout, half a minute at most; Ctrl-C again ends that');
  };
  const begin = () => {
    const timer = setTimeout(say, seemsLong);
    taken.signal.addEventListener('abort', () => clearTimeout(timer));
  };
  if (drain.aborted) begin();
  else drain.addEventListener('abort', begin, { once: true, signal: taken.signal });
  return () => taken.abort();
}

/** Where the rows went. */
export interface Taking {
  /** Of stdout, where the run's data is written there. */
  readonly reader: Reader | undefined;
  readonly output: RunOutput;
  readonly interrupts: Interrupts;
}

/** Where the run is through, and its folder is whole, but what the user asked for is not there, that is how it ended. */
export async function endWith(
  event: RunFinished,
  lost: Diagnostic | undefined,
  { reader, output, interrupts }: Taking,
): Promise<RunFinished> {
  if (lost !== undefined) return event.reason?.kind === 'local' ? event : withLostRows(event, lost.message);
  const failure = await reader?.settled(interrupts.end);
  if (failure === undefined || event.state !== 'completed') return event;
  const { outputFailed, outputUnread } = await import('../run/reasons.ts');
  if (failure !== 'unread') return withLostRows(event, outputFailed('stdout', failure).message);
  return output.kind === 'stdout' ? { ...event, state: 'interrupted', reason: outputUnread } : event;
}

function withLostRows(event: RunFinished, message: string): RunFinished {
  return { ...event, state: 'stopped', reason: { kind: 'local', code: outputUnwritable, message } };
}
