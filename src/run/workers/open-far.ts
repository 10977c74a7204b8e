import type { OpenModel, RunOptions } from '../options.ts';
import type { Workers } from './workers.ts';

/**
 * How clients are opened whose calls are made in worker threads; undefined where all calls are made in the main thread.
 * Pieces of answers are told there, and traces follow what is called inside of what, which ends at the edge of a thread.
 */
export function openFar(
  { workers: wanted = 0, stream, openModel }: RunOptions,
  traced: boolean,
  workers: Workers,
  warn: (message: string) => void,
): OpenModel | undefined {
  if (!(wanted >= 1) || openModel !== undefined) return undefined;
  if (stream !== true && !traced) return workers.open;
  const which = stream === true ? 'whose answers are shown as they come' : 'that is traced';
  warn(`no workers are used: a run ${which} makes its calls in one thread`);
  return undefined;
}
