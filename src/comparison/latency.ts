import { join } from 'node:path';
import { errorCode, nodeFileSystem, type FileSystem } from '../run/file-system.ts';
import { isSealed } from '../run/checked-line.ts';
import { column } from '../run/journal/column.ts';
import { readHead } from '../run/journal/heads.ts';
import { journalName } from '../run/journal/journal.ts';
import { scanLines } from '../run/journal/scan-lines.ts';

/** How long the model calls of a run took that were answered by a request, in milliseconds, waits and retries included. */
export interface Latency {
  /** Calls. */
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Undefined where no journal can be read, or no call is in it. */
export async function latencyOf(
  folder: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Latency | undefined> {
  const durations = column();
  let count = 0;
  try {
    const file = await fileSystem.openToRead(join(folder, journalName));
    try {
      await scanLines(file, ({ bytes }) => {
        if (!isSealed(bytes)) return false;
        const head = readHead(bytes);
        // An answer from the cache takes no time, and says nothing of the model's.
        if (head?.type !== 'call' || !head.ok || head.usage.requests === 0) return true;
        durations.set(count, Math.round(head.duration));
        count += 1;
        return true;
      });
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
  if (count === 0) return undefined;
  const sorted = Uint32Array.from({ length: count }, (_, at) => durations.get(at)).sort();
  const share = (part: number) => sorted[Math.ceil(part * count) - 1] ?? 0;
  return { count, p50: share(0.5), p95: share(0.95), max: share(1) };
}
