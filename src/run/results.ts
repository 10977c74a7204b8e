import type { ResultRow } from './journal/reader.ts';
import type { RowOrder } from './row-order.ts';

/** The rows of a run's succeeded records, in input order. */
export interface RunResults {
  /** When the run has ended; rejects with the file system's error. */
  results(): AsyncIterable<ResultRow>;
  /** While it goes on, each when its turn has come. */
  inOrder(): RowOrder;
}
