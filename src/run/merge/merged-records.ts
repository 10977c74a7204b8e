import { hash as digest } from 'node:crypto';
import { join } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import type { FileSystem } from '../file-system.ts';
import type { History } from '../journal/history.ts';
import { journalName } from '../journal/journal.ts';
import { openJournalReader, type JournalReader } from '../journal/reader.ts';
import { createKeyTable, hashOfHex } from '../key-table.ts';
import { refused } from './refusal.ts';
import { countOf, type Shard } from './shard.ts';

/** A shard with what its journal tells. */
export interface ReadShard extends Shard {
  readonly history: History;
}

/** How the records of all shards stand in the whole. */
export interface MergedRecords {
  readonly count: number;
  /** The sequence in the whole of the record with this index. */
  sequenceOf(index: number): number;
  /** What the record of this shard and key is called in the whole, where that is something else. */
  renamed(shard: ReadShard, key: string): string | undefined;
}

/**
 * Goes through the records of all shards in the order of the whole. Memory: some 20 bytes a record, and what those take that
 * are renamed. Rejects with the file system's error.
 */
export async function mergeRecords(
  shards: readonly ReadShard[],
  fileSystem: FileSystem,
): Promise<Result<MergedRecords, readonly Diagnostic[]>> {
  const count = shards.reduce((sum, { history }) => sum + history.index.size, 0);
  const indexes = new Float64Array(count);
  const renames = new Map<ReadShard, Map<string, string>>(shards.map((shard) => [shard, new Map()]));
  const cursors: Cursor[] = [];
  try {
    for (const shard of shards) cursors.push(await openCursor(shard, fileSystem));
    for (const cursor of cursors) await cursor.advance();
    const names = createNames(namingOf(shards));
    for (let sequence = 0; sequence < count; sequence += 1) {
      const next = nextOf(cursors);
      const record = next?.record;
      if (next === undefined || record === undefined)
        throw new Error('the shards have fewer records than they tell');
      const { index, key } = record;
      const before = sequence === 0 ? -1 : (indexes[sequence - 1] ?? -1);
      const wrong = misplaced(next.shard, index, before) ?? hole(next.shard, index, before);
      if (wrong !== undefined) return failure([wrong]);
      indexes[sequence] = index;
      const named = names(record, sequence + 1);
      if (!named.ok) return failure([sharedKey(key, next.shard, index, indexes[named.error - 1] ?? 0)]);
      if (named.value !== key) renames.get(next.shard)?.set(key, named.value);
      await next.advance();
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
  return success({
    count,
    sequenceOf: (index) => placeOf(indexes, index),
    renamed: (shard, key) => renames.get(shard)?.get(key),
  });
}

interface ShardRecord {
  readonly index: number;
  readonly key: string;
  /** Where the record itself was at fault, and no step, by what; null where it was no record at all. */
  readonly fault: string | null | undefined;
}

/** Reads the records of a shard one after the other; it begins before the first. */
interface Cursor {
  readonly shard: ReadShard;
  /** Undefined before the first one, and behind the last. */
  readonly record: ShardRecord | undefined;
  advance(): Promise<void>;
  close(): Promise<void>;
}

async function openCursor(shard: ReadShard, fileSystem: FileSystem): Promise<Cursor> {
  const reader: JournalReader = await openJournalReader(fileSystem, join(shard.folder, journalName));
  const { index } = shard.history;
  let sequence = -1;
  let record: ShardRecord | undefined;
  return {
    shard,
    get record() {
      return record;
    },
    async advance() {
      sequence += 1;
      record = sequence < index.size ? recordOf(await reader.line(index.place(sequence))) : undefined;
    },
    close: () => reader.close(),
  };
}

/** The one whose record comes first in the input; undefined where all are at their end. */
function nextOf(cursors: readonly Cursor[]): Cursor | undefined {
  let next: Cursor | undefined;
  let least = Infinity;
  for (const cursor of cursors) {
    const index = cursor.record?.index ?? Infinity;
    if (index >= least) continue;
    next = cursor;
    least = index;
  }
  return next;
}

/** As its line of results.jsonl or errors.jsonl tells it. */
function recordOf(line: Uint8Array): ShardRecord {
  const { index, key, step, error, raw } = JSON.parse(Buffer.from(line).toString()) as JsonObject;
  if (typeof index !== 'number' || typeof key !== 'string')
    throw new Error('a record has neither index nor key');
  if (typeof raw === 'string') return { index, key, fault: null };
  const code = isObject(error) && step === null ? error['code'] : undefined;
  return { index, key, fault: typeof code === 'string' ? code : undefined };
}

/**
 * Who has named the records: an earlier run, whose names stay; the field of `input.key`, but for what has no fit value
 * there; or a run by their content. A run of an older pipe did not say which of the last two.
 */
type Naming = 'earlier' | 'field' | 'content' | 'unknown';

function namingOf(shards: readonly ReadShard[]): Naming {
  const inputs = shards.map(({ summary }) => summary.input);
  if (inputs.some(({ format }) => format === 'errors')) return 'earlier';
  const key = inputs.map((input) => input.key).find((one) => one !== undefined);
  if (key === undefined) return 'unknown';
  return key === null ? 'content' : 'field';
}

/** A name that a run makes of a record's content; equal records are numbered in input order. */
const byContent = /^(?<hash>[0-9a-f]{16})(?:#\d+)?$/;

/** The hash in a name that a run has made of content; undefined for any other name. */
function contentHash({ key, fault }: ShardRecord, naming: Naming): string | undefined {
  if (naming === 'earlier') return undefined;
  if (naming === 'field' && fault !== null && fault !== 'missing_key') return undefined;
  return byContent.exec(key)?.groups?.['hash'];
}

/**
 * Names records as a run over the whole input would have (keys.ts): each shard has numbered the equal records that it met,
 * and the whole numbers all. Fails with the number of the record that has a key of the user's choice already.
 */
function createNames(naming: Naming) {
  const table = createKeyTable();
  return (record: ShardRecord, number: number): Result<string, number> => {
    const { key, fault } = record;
    const hash = contentHash(record, naming);
    if (hash !== undefined) {
      const seen = table.count(hashOfHex(hash));
      return success(seen === 1 ? hash : `${hash}#${seen - 1}`);
    }
    // It failed because the key is another's, so it says nothing of who has it.
    if (fault === 'duplicate_key') return success(key);
    const first = table.claim(hashOfHex(digest('sha256', `key ${key}`, 'hex')), number);
    return first === 0 ? success(key) : failure(first);
  };
}

/** What only an edited run can bring about, or an edited input of failed records. */
function misplaced(shard: ReadShard, index: number, before: number): Diagnostic | undefined {
  const isIn = index % countOf(shard) === shard.index - 1;
  if (isIn && index > before) return undefined;
  if (isIn && shard.summary.input.format === 'errors') return unordered(shard, index, before);
  const why = isIn ? 'stands out of order' : `is none of shard ${shard.index}/${countOf(shard)}`;
  return refused('run-damaged', `the record with index ${index} of \`${shard.name}\` ${why}`);
}

/** How the records of the whole followed each other in its input is known by their indexes alone. */
function unordered({ name }: ReadShard, index: number, before: number): Diagnostic {
  const found =
    index === before
      ? `has two records with index ${index}`
      : `has the record with index ${index} behind that with index ${before}`;
  return refused(
    'unordered-input',
    `the errors.jsonl that \`${name}\` read ${found}, so it is not known how the records of all runs followed each other`,
    'put its lines in the order of `index`, each index once, and run the shards again; or run all of it without `--shard`',
  );
}

/** Failed records of an earlier run keep the indexes that they had; those of any other input have no gaps. */
function hole(shard: ReadShard, index: number, before: number): Diagnostic | undefined {
  if (shard.summary.input.format === 'errors' || index === before + 1) return undefined;
  return refused('missing-records', `the record with index ${before + 1} is in none of the runs`);
}

function sharedKey(key: string, shard: ReadShard, index: number, first: number): Diagnostic {
  return refused(
    'overlapping-runs',
    `the key ${JSON.stringify(key)} names two records: that with index ${first}, and that with index ${index} in \`${shard.name}\``,
    'give each record of the input a key of its own',
  );
}

/** The place of a number in a sorted list that has it. */
function placeOf(sorted: Float64Array, number: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  if (sorted[low] !== number) throw new Error(`no record has the index ${number}`);
  return low;
}
