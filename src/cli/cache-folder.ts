import { join } from 'node:path';

/** Where answers are kept for other runs. */
export function cacheFolder(cwd: string): string {
  return join(cwd, '.pipe', 'cache');
}
