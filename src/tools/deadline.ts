import { setMaxListeners } from 'node:events';
import { formatDuration } from '../duration.ts';
import { failure } from '../result.ts';
import type { ToolError, ToolOutcome } from './tool.ts';

/** Calls `end` when the time is over or the run is stopped, whichever comes first. What it returns takes that back. */
export function onDeadline(
  timeout: number,
  signal: AbortSignal,
  end: (error: ToolError) => void,
): () => void {
  const release = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
  const finish = (error: ToolError): void => {
    release();
    end(error);
  };
  const abort = (): void => finish(stopped);
  const late: ToolError = {
    code: 'timed_out',
    message: `the tool took longer than ${formatDuration(timeout)}`,
  };
  const timer = setTimeout(finish, timeout, late);
  // One signal ends a whole run: as many tools listen to it as are at work, more than Node expects.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort);
  return release;
}

/** Of a tool that was not yet at its end when the run was stopped, or had not begun. */
export const stopped: ToolError = { code: 'aborted', message: 'the tool was stopped before its end' };

/**
 * The outcome of some work, or why it was not awaited any longer. The work is told by its signal, and what becomes of
 * it then is no one's concern.
 */
export function withDeadline(
  timeout: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<ToolOutcome>,
): Promise<ToolOutcome> {
  if (signal.aborted) return Promise.resolve(failure(stopped));
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const release = onDeadline(timeout, signal, (error) => {
      resolve(failure(error));
      controller.abort(new DOMException(error.message, 'AbortError'));
    });
    void work(controller.signal).then(resolve, reject).finally(release);
  });
}
