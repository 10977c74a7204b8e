import type { BadRecordCode } from './bad.ts';
import type { RecordItem } from './record.ts';

const notUtf8: BadRecordCode = 'invalid_utf8';

/** Rows whose bytes are no UTF-8: a file in another encoding has one wherever a letter has an accent. */
export interface ForeignRows {
  readonly count: number;
  /** Those of the first of them, from 1. */
  readonly lines: readonly number[];
}

/** Lines that are told, so that one of them can be looked at. */
const mostLines = 5;

export interface ForeignTally {
  /** Whether the item is such a row, which is counted then. */
  add(item: RecordItem): boolean;
  /** Undefined where there is none. */
  found(): ForeignRows | undefined;
}

/** Counts the rows that are no UTF-8, since they have one cause and one remedy however many they are. */
export function createForeignTally(): ForeignTally {
  const lines: number[] = [];
  let count = 0;
  return {
    add(item) {
      if (item.ok || item.error.code !== notUtf8) return false;
      count += 1;
      if (lines.length < mostLines) lines.push(item.line);
      return true;
    },
    found: () => (count === 0 ? undefined : { count, lines }),
  };
}
