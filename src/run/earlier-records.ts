import type { EarlierRecords } from './conductor.ts';
import type { RunFolder } from './folder.ts';

/** The records that earlier sessions have left in the folder; undefined where there were none. */
export async function openEarlier(
  folder: RunFolder | undefined,
): Promise<(EarlierRecords & { close(): Promise<void> }) | undefined> {
  const history = folder?.history;
  if (folder === undefined || history === undefined) return undefined;
  const reader = await folder.openReader();
  return {
    kept(sequence, key) {
      const outcome = history.isAt(sequence, key) ? folder.index.outcome(sequence) : undefined;
      return outcome === 'failed' ? undefined : outcome;
    },
    failed: (sequence) => folder.index.outcome(sequence) === 'failed',
    replayOf: (key) => history.replayOf(key, reader),
    close: () => reader.close(),
  };
}
