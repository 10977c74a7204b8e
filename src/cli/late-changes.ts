import { stat } from 'node:fs/promises';

/** Whether one of the files has changed since a time (milliseconds since 1970), each change told once. */
export type LateChanges = (files: readonly string[], since: number) => Promise<boolean>;

/**
 * What was saved while nobody watched. The time at which a file was written may be any, as of one that was unpacked or moved
 * into place; that of its last change is the file system's own. Where that clock is ahead of ours, a change would seem
 * new again and again: what has been told once is not told any more.
 */
export function createLateChanges(): LateChanges {
  const told = new Map<string, number>();
  return async (files, since) => {
    const times = await Promise.all(
      files.map(async (file) => [file, (await stat(file).catch(() => undefined))?.ctimeMs ?? 0] as const),
    );
    const late = times.filter(([file, time]) => time > since && time !== told.get(file));
    for (const [file, time] of late) told.set(file, time);
    return late.length > 0;
  };
}
