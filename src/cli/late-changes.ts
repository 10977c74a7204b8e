import { lstat, stat } from 'node:fs/promises';

/** What is watched: paths, absolute. */
export interface Watched {
  readonly files: readonly string[];
  /** The symbolic links that lead to them. */
  readonly links: readonly string[];
}

/** Whether one of them has changed since a time (milliseconds since 1970), each change told once. */
export type LateChanges = (watched: Watched, since: number) => Promise<boolean>;

/**
 * What was saved while nobody watched. The time at which a file was written may be any, as of one that was unpacked or moved
 * into place; that of its last change is the file system's own. Where that clock is ahead of ours, a change would seem
 * new again and again: what has been told once is not told any more.
 */
export function createLateChanges(): LateChanges {
  const told = { files: new Map<string, number>(), links: new Map<string, number>() };

  async function changed(
    kind: keyof Watched,
    paths: readonly string[],
    look: typeof stat | typeof lstat,
    since: number,
  ): Promise<boolean> {
    const times = await Promise.all(
      paths.map(async (path) => [path, (await look(path).catch(() => undefined))?.ctimeMs ?? 0] as const),
    );
    const late = times.filter(([path, time]) => time > since && time !== told[kind].get(path));
    for (const [path, time] of late) told[kind].set(path, time);
    return late.length > 0;
  }

  return async ({ files, links }, since) => {
    const found = [changed('files', files, stat, since), changed('links', links, lstat, since)];
    return (await Promise.all(found)).includes(true);
  };
}
