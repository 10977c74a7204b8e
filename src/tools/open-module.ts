import { formatDuration } from '../duration.ts';
import { failure } from '../result.ts';
import { onDeadline, stopped } from './deadline.ts';
import type { Limits } from './limits.ts';
import type { FunctionCall } from './module-main.ts';
import { startThread, type ModuleSource, type ModuleThread } from './module-thread.ts';
import type { ToolError, ToolOutcome } from './tool.ts';

/** A module whose function can be called, for as long as a run lasts. */
export interface OpenModule {
  /** Starts its thread and imports it; why it cannot be called, or undefined. */
  prepare(timeout: number, signal: AbortSignal): Promise<ToolError | undefined>;
  call(call: ModuleCall, limits: Limits, signal: AbortSignal): Promise<ToolOutcome>;
  close(): Promise<void>;
}

export type ModuleCall = Omit<FunctionCall, 'max_bytes'>;

/** How long a call may take to end after its signal, and a thread to show that it is in no endless loop. Milliseconds. */
const patience = 500;

const unyielding: ToolError = {
  code: 'tool_failed',
  message: "the tool's module was ended, since it kept its thread busy for longer than a call may take",
};

/** The module in one thread, started at the first need, and again at the next one after it has ended. */
export function openModule(source: ModuleSource): OpenModule {
  let running: ModuleThread | undefined;
  let closed = false;

  function thread(): ModuleThread {
    if (running !== undefined) return running;
    const started = startThread(source, () => {
      if (running === started) running = undefined;
    });
    running = started;
    return started;
  }

  function imported(
    thread: ModuleThread,
    timeout: number,
    signal: AbortSignal,
  ): Promise<ToolError | undefined> {
    return importIn(thread, timeout, signal, {
      code: 'timed_out',
      message: `the import of ${source.name} took longer than ${formatDuration(timeout)}, the tool's \`timeout\``,
      fatal: true,
    });
  }

  async function call(asked: ModuleCall, limits: Limits, signal: AbortSignal): Promise<ToolOutcome> {
    if (closed || signal.aborted) return failure(stopped);
    const current = thread();
    const problem = await imported(current, limits.timeout, signal);
    if (problem !== undefined) return failure(problem);
    if (signal.aborted) return failure(stopped);
    return (await callIn(current, asked, limits, signal)) ?? call(asked, limits, signal);
  }

  return {
    async prepare(timeout, signal) {
      return signal.aborted ? stopped : imported(thread(), timeout, signal);
    },
    call,
    async close() {
      closed = true;
      await running?.end(stopped);
    },
  };
}

/** Why the function of a thread's module cannot be called; `late` where that is not known in time. */
function importIn(
  thread: ModuleThread,
  timeout: number,
  signal: AbortSignal,
  late: ToolError,
): Promise<ToolError | undefined> {
  return new Promise((resolve) => {
    let release = onDeadline(timeout, signal, (error) => {
      if (error === stopped) {
        resolve(stopped);
        return;
      }
      release = listen(thread, (silent) => {
        if (silent) void thread.end(late);
        resolve(late);
      });
    });
    const settle = (problem: ToolError | undefined): void => {
      release();
      resolve(problem);
    };
    void thread.imported.then(settle);
  });
}

/**
 * The outcome of a call in a thread; undefined where the call is to be made again. Its time begins when the thread
 * begins it: what it has to wait for before is the time of other calls. When its time is over or the run is stopped, it
 * is told by its signal and has a moment to end; if the thread does not even answer by then, only its own end can end
 * what is going on in it.
 */
function callIn(
  thread: ModuleThread,
  asked: ModuleCall,
  { timeout, max_bytes }: Limits,
  signal: AbortSignal,
): Promise<ToolOutcome | undefined> {
  return new Promise((resolve) => {
    let late: ToolError | undefined;
    let release = (): void => {};

    const limit = (over: (error: ToolError) => void): void => {
      const end = (error: ToolError): void => (error === stopped ? giveUp(error) : over(error));
      if (signal.aborted) giveUp(stopped);
      else release = onDeadline(timeout, signal, end);
    };
    const giveUp = (error: ToolError): void => {
      late = error;
      call.abort(error.message);
      release = listen(thread, (silent) => {
        endIfHeld(thread, silent);
        resolve(failure(error));
      });
    };
    const awaitBegin = (): void =>
      limit(() => {
        release = listen(thread, (silent) => {
          endIfHeld(thread, silent);
          awaitBegin();
        });
      });

    const begun = (): void => {
      if (late !== undefined) return;
      release();
      limit(giveUp);
    };
    const settle = (outcome: ToolOutcome | undefined): void => {
      release();
      resolve(late === undefined ? outcome : failure(late));
    };

    const call = thread.call({ ...asked, max_bytes }, begun);
    awaitBegin();
    void call.outcome.then(settle);
  });
}

/** A call that is still in its time may keep the thread busy; what else does, such as a loop that one has left, has none. */
function endIfHeld(thread: ModuleThread, silent: boolean): void {
  if (silent && !thread.isAtWork()) void thread.end(unyielding);
}

/** Tells in a moment whether the thread has been silent, though it was asked to answer. What it returns takes that back. */
function listen(thread: ModuleThread, tell: (silent: boolean) => void): () => void {
  const before = thread.heard();
  thread.ping();
  let reading: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // If our own thread was busy all that time, the answer is read only now, before the immediate.
    reading = setImmediate(() => tell(thread.heard() === before));
  }, patience);
  return () => {
    clearTimeout(timer);
    clearImmediate(reading);
  };
}
