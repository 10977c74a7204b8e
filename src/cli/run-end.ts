import { printable } from '../diagnostic/printable.ts';
import { outputUnwritable } from '../report/paths.ts';
import type { Reporter } from '../report/reporter.ts';
import type { RunFinished } from '../run/events.ts';
import { outputFailed, outputUnread } from '../run/reasons.ts';
import type { RunOutput } from './output.ts';
import type { Reader } from './reader.ts';
import type { RowsLost } from './rows.ts';
import type { Interrupts } from './signals.ts';

export interface Ending {
  /** The last event of the run, and what becomes of the rows that it comes with. */
  readonly event: RunFinished;
  readonly writing: Promise<RowsLost | undefined> | undefined;
  /** Of stdout, where the run writes data there. */
  readonly reader: Reader | undefined;
  readonly output: RunOutput;
  readonly interrupts: Interrupts;
  readonly reporter: Reporter;
}

/**
 * How the run has ended, once its rows are where the user asked for them, or it is known that they will not be: the run
 * may be through, and its folder whole, without them.
 */
export async function endOf(ending: Ending): Promise<RunFinished> {
  const { event, writing, reader, interrupts } = ending;
  const stop = tellOfWaiting(ending);
  try {
    const lost = await writing;
    if (typeof lost === 'object')
      return event.reason?.kind === 'local' ? withoutOutput(event) : withLostRows(event, lost.message);
    const failure = (await reader?.settled(interrupts.end)) ?? lost;
    if (failure === undefined || event.state !== 'completed') return event;
    return failure === 'unread'
      ? { ...event, state: 'interrupted', reason: outputUnread }
      : withLostRows(event, outputFailed('stdout', failure).message);
  } finally {
    stop();
  }
}

/** The disk that failed before has not taken the rows either. */
function withoutOutput(event: RunFinished): RunFinished {
  return { ...event, unwritten: { files: [], gone: false, ...event.unwritten, output: true } };
}

function withLostRows(event: RunFinished, message: string): RunFinished {
  return { ...event, state: 'stopped', reason: { kind: 'local', code: outputUnwritable, message } };
}

/** Milliseconds after which somebody asks why nothing happens. */
const seemsLong = 1000;

/** Says why nothing happens where all that a run still waits for is whoever reads what it writes; until it is stopped. */
function tellOfWaiting({ event, reader, output, interrupts, reporter }: Ending): () => void {
  // Where the run was stopped, what is there goes to a file beside the pipe.
  const pipe = output.kind === 'file' && output.isPipe && event.state === 'completed' ? output : undefined;
  const told = new Set<string>();
  const look = () => {
    const { end, heard } = interrupts;
    const who = reader?.behind === true ? 'stdout' : pipe && `\`${printable(pipe.path)}\``;
    // At the second signal there is nothing left to be said: it ends within seconds.
    if (who === undefined || end.aborted || heard > 1) return;
    // Who reads slowly is no news before somebody wants the end.
    if (heard === 0 && who === 'stdout') return;
    const sentence =
      heard === 0
        ? `the rows go to ${who} as fast as they are read there`
        : `waiting for whoever reads ${who}, half a minute at most; Ctrl-C again ends that`;
    if (!told.has(sentence)) reporter.message(sentence);
    told.add(sentence);
  };
  const timer = setInterval(look, seemsLong);
  return () => clearInterval(timer);
}
