import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** What is written to where a path is given. */
export interface WriteTarget {
  /** Of a file: behind all links, and it may not be there yet. Of anything else: as it was given. */
  readonly path: string;
  /** Only a file can be replaced: renaming over a device such as /dev/null would put a file in its place. */
  readonly kind: 'file' | 'pipe' | 'device';
}

/** Where a path leads; a link that leads nowhere yet, to where a file is to be made. Rejects with the system's error. */
export async function writeTarget(path: string): Promise<WriteTarget> {
  const found = await stat(path).catch(ifMissing);
  // Such as the pipe behind /dev/stdout, which has no path of its own.
  if (found?.isFile() === false) return { path, kind: found.isFIFO() ? 'pipe' : 'device' };
  if (found !== undefined) return { path: await realpath(path), kind: 'file' };
  for (let target = path; ;) {
    const link = await readlink(target).catch(ifMissing);
    if (link === undefined) return { path: target, kind: 'file' };
    target = resolve(await realpath(dirname(target)), link);
  }
}

/** Nothing is there, or no link is. */
function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'EINVAL') throw error;
}
