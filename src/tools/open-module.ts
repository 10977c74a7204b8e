import { failure, success } from '../result.ts';
import { onDeadline, stopped } from './deadline.ts';
import type { Limits } from './limits.ts';
import type { FunctionCall } from './module-main.ts';
import { startThread, type ModuleSource, type ModuleThread } from './module-thread.ts';
import type { ToolError, ToolOutcome } from './tool.ts';

/** A module whose function can be called, for as long as a run lasts. */
export interface OpenModule {
  /** Starts its thread and imports it; why it cannot be called, or undefined. */
  prepare(timeout: number, signal: AbortSignal): Promise<ToolError | undefined>;
  call(call: Omit<FunctionCall, 'max_bytes'>, limits: Limits, signal: AbortSignal): Promise<ToolOutcome>;
  close(): Promise<void>;
}

/** How long a call may take to end after its signal, and a thread to show that it is in no endless loop. Milliseconds. */
const patience = 500;

const unyielding: ToolError = {
  code: 'tool_failed',
  message: "the tool's module was ended, since another call of it kept its thread busy past its time",
};

/** The module in one thread, started at the first need, and again at the next one after it has ended. */
export function openModule(source: ModuleSource): OpenModule {
  let running: ModuleThread | undefined;
  const thread = (): ModuleThread => {
    running ??= start();
    return running;
  };
  const start = (): ModuleThread => {
    const started = startThread(source, () => {
      if (running === started) running = undefined;
    });
    return started;
  };
  return {
    async prepare(timeout, signal) {
      if (signal.aborted) return stopped;
      const outcome = await within(timeout, signal, thread(), async ({ imported }) => {
        const problem = await imported;
        return problem === undefined ? success(null) : failure(problem);
      });
      return outcome.ok ? undefined : outcome.error;
    },
    async call(call, { timeout, max_bytes }, signal) {
      if (signal.aborted) return failure(stopped);
      return within(timeout, signal, thread(), async (thread, signal) => {
        const problem = await thread.imported;
        if (problem !== undefined) return failure(problem);
        if (signal.aborted) return failure(stopped);
        const begun = thread.call({ ...call, max_bytes });
        signal.addEventListener('abort', () => begun.abort(String(signal.reason)), { once: true });
        return begun.outcome;
      });
    },
    async close() {
      await running?.end(stopped);
    },
  };
}

/**
 * The outcome of a thread's work. When its time is over or the run is stopped, the work is told by its signal and has a
 * moment to end; if the thread does not even answer by then, only its own end can end what is going on in it.
 */
function within(
  timeout: number,
  signal: AbortSignal,
  thread: ModuleThread,
  work: (thread: ModuleThread, signal: AbortSignal) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    let late: ToolError | undefined;
    let waiting: NodeJS.Timeout | undefined;
    const release = onDeadline(timeout, signal, (error) => {
      late = error;
      let answers = false;
      controller.abort(error.message);
      thread.ping(() => {
        answers = true;
      });
      const giveUp = (): void => {
        if (!answers) void thread.end(unyielding);
        resolve(failure(error));
      };
      // If our own thread was busy all that time, the answer is read only now, before the immediate.
      waiting = setTimeout(() => setImmediate(giveUp), patience);
    });
    const settle = (outcome: ToolOutcome): void => {
      release();
      clearTimeout(waiting);
      resolve(late === undefined ? outcome : failure(late));
    };
    void work(thread, controller.signal).then(settle, reject);
  });
}
