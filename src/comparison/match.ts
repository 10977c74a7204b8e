import { hash as digest } from 'node:crypto';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import { column, narrowColumn } from '../run/journal/column.ts';
import { createKeyTable, hashOfHex, type Hash } from '../run/key-table.ts';
import type { RowStore } from './row-store.ts';
import type { ComparedRow, Outcome, Side } from './side.ts';

/** A record as the two sides have it; at least one does. */
export interface Pair {
  readonly key: string;
  readonly a: Outcome | undefined;
  readonly b: Outcome | undefined;
}

/** Mistakes of one side that are told; who has more of them has seen enough. */
const mostMistakes = 10;

/**
 * Finds the records of two sides by their keys, and visits each once: those of `b` in its order, then those that only `a`
 * has, in its own. Rows of `a` are put into the store; of keys only hashes are kept, some 30 bytes a record (that two
 * of a million keys share one has a probability of 3 in 100 million: key-table.ts). What is wrong with the rows of either
 * side is given back, and what was visited then counts for nothing. Rejects with the file system's error.
 */
export async function matchSides(
  a: Side,
  b: Side,
  store: RowStore,
  visit: (pair: Pair) => Promise<void>,
): Promise<readonly Diagnostic[]> {
  const known = createKeyTable();
  const matched = narrowColumn();
  const mistakes = await readSide(a, known, async ({ key, outcome }) => {
    await store.add([key, outcome]);
  });
  const found = await readSide(b, createKeyTable(), async ({ key, outcome }, hash) => {
    const number = known.get(hash) - 1;
    if (number >= 0) matched.set(number, 1);
    const before = number < 0 ? undefined : rowOf(await store.get(number)).outcome;
    await visit({ key, a: before, b: outcome });
  });
  if (mistakes.length + found.length > 0) return [...mistakes, ...found];
  for (let number = 0; number < store.size; number += 1) {
    if (matched.get(number) === 1) continue;
    const { key, outcome } = rowOf(await store.get(number));
    await visit({ key, a: outcome, b: undefined });
  }
  return [];
}

/** As it was put into the store. */
function rowOf(value: JsonValue): Pick<ComparedRow, 'key' | 'outcome'> {
  const [key, outcome] = value as unknown as readonly [string, Outcome];
  return { key, outcome };
}

/** Takes each row of a side, whose keys the table learns with their numbers from 1; what is wrong with others is given back. */
async function readSide(
  side: Side,
  table: ReturnType<typeof createKeyTable>,
  take: (row: ComparedRow, hash: Hash) => Promise<void>,
): Promise<readonly Diagnostic[]> {
  const mistakes: Diagnostic[] = [];
  const lines = column();
  /** Of keys that several rows have, the number that the next of them may get. */
  const numbers = new Map<string, number>();
  let size = 0;
  for await (const item of side.rows()) {
    if ('broken' in item) return [...mistakes, item.broken];
    const claimed = 'mistake' in item ? item : claim(item);
    if ('mistake' in claimed) mistakes.push(claimed.mistake);
    else await take(claimed.row, claimed.hash);
    if (mistakes.length === mostMistakes) return mistakes;
  }
  return mistakes;

  function claim(row: ComparedRow): { readonly mistake: Diagnostic } | { row: ComparedRow; hash: Hash } {
    for (let nth = numbers.get(row.key) ?? 0; ; nth += 1) {
      // A record that failed because of its key has that of another: it is told apart as equal records are.
      const named = nth === 0 ? row : { ...row, key: `${row.key}#${nth}` };
      const hash = hashOf(named.key);
      const first = table.claim(hash, size + 1);
      if (first === 0) {
        lines.set(size, row.line);
        size += 1;
        if (nth > 0) numbers.set(row.key, nth + 1);
        return { row: named, hash };
      }
      if (side.duplicate !== undefined) return { mistake: side.duplicate(row, lines.get(first - 1)) };
    }
  }
}

function hashOf(key: string): Hash {
  return hashOfHex(digest('sha256', key, 'hex'));
}
