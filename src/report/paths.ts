import { join } from 'node:path';
import type { RunFinished } from '../run/events.ts';

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
  state: RunFinished['state'],
  output: string | undefined,
): RunPaths {
  return {
    ...(folder !== undefined && {
      folder,
      results: join(folder, 'results.jsonl'),
      errors: errorsPathOf(folder),
    }),
    ...(output !== undefined &&
      output !== '-' && { output: state === 'completed' ? output : `${output}.partial` }),
  };
}

export function errorsPathOf(folder: string): string {
  return join(folder, 'errors.jsonl');
}
