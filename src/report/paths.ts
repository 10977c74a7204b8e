import { join } from 'node:path';
import type { RunFinished } from '../run/events.ts';

/** The code of a run that is through, but whose rows could not be written where the user wants them. */
export const outputUnwritable = 'output_unwritable';

/** Where a run leaves what it made; absent where it leaves nothing of the kind. */
export interface RunPaths {
  readonly folder?: string;
  readonly results?: string;
  readonly errors?: string;
  readonly output?: string;
}

/**
 * `output` is the file that the user asked for: its rows stand beside it as `.partial` until a run is
 * completed.
 */
export function pathsOf(
  folder: string | undefined,
  { state, reason, unwritten }: Pick<RunFinished, 'state' | 'reason' | 'unwritten'>,
  output: string | undefined,
): RunPaths {
  const isWritten = (file: string) => unwritten?.files.includes(file) !== true;
  const hasRows = unwritten?.output !== true && reason?.code !== outputUnwritable;
  return {
    ...(folder !== undefined && {
      folder,
      ...(isWritten('results.jsonl') && { results: join(folder, 'results.jsonl') }),
      ...(isWritten('errors.jsonl') && { errors: errorsPathOf(folder) }),
    }),
    ...(output !== undefined &&
      output !== '-' &&
      hasRows && { output: state === 'completed' ? output : `${output}.partial` }),
  };
}

export function errorsPathOf(folder: string): string {
  return join(folder, 'errors.jsonl');
}
