import type { RunEvent } from './events.ts';
import type { RecordIndex } from './journal/record-index.ts';
import { resultRow, type JournalReader, type ResultRow } from './journal/reader.ts';

/** Puts the rows of a run in input order while it goes on. */
export interface RowOrder {
  /**
   * The rows whose turn has come with this event; to be read to the end before the next event is given. Who leaves off at a
   * row gets it again with those that follow it, at the end of the run at the latest.
   */
  take(event: RunEvent): AsyncIterable<ResultRow>;
  close(): Promise<void>;
}

/** Where finished records are told of and read back from. */
export interface OrderedRecords {
  readonly index: RecordIndex;
  openReader(): Promise<JournalReader>;
}

/**
 * Records finish out of order. A row that comes at its turn is passed on; one that comes early is forgotten, and read
 * back from the journal when the records before it are through: nothing is held, however late one of them is. At the
 * end of the run, pending records hold up no others. `take` rejects with the file system's error. To be called before the
 * run goes on: records that failed in earlier sessions are run again, and are waited for.
 */
export function orderRows(folder: OrderedRecords): RowOrder {
  const { index } = folder;
  let reader: Promise<JournalReader> | undefined;
  let next = 0;
  const again = failedBefore(index);

  /** The succeeded records from `next` on, up to one that has not finished; with `all`, past such ones too. */
  async function* readOn(all: boolean): AsyncIterable<ResultRow> {
    for (; next < index.size; next++) {
      const outcome = index.outcome(next);
      if ((outcome === undefined || again[next] === 1) && !all) return;
      if (outcome !== 'succeeded') continue;
      reader ??= folder.openReader();
      yield await resultRow(await reader, index.place(next));
    }
  }

  return {
    async *take(event) {
      if (event.type === 'run_finished') yield* readOn(true);
      if (event.type === 'record_kept' && event.sequence === next) yield* readOn(false);
      if (event.type !== 'record_finished') return;
      again[event.sequence] = 0;
      if (event.sequence !== next) return;
      if (event.outcome === 'succeeded') {
        const { index: place, key, output } = event;
        yield { index: place, key, output };
      }
      next += 1;
      yield* readOn(false);
    },
    async close() {
      // A reader that could not be opened was told of where it was needed.
      const opened = await reader?.catch(() => undefined);
      await opened?.close();
    },
  };
}

function failedBefore(index: RecordIndex): Uint8Array {
  return Uint8Array.from({ length: index.size }, (_, sequence) =>
    index.outcome(sequence) === 'failed' ? 1 : 0,
  );
}
