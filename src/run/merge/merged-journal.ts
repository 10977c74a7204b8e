import { join } from 'node:path';
import { version } from '../../version.ts';
import { fileLines } from '../journal/scan-lines.ts';
import type { FileSystem } from '../file-system.ts';
import { readHead } from '../journal/heads.ts';
import { journalName } from '../journal/journal.ts';
import { headerLine, resumedLine } from '../journal/lines.ts';
import { indexOfLine, restatedLine } from '../journal/restate.ts';
import type { MergedRecords, ReadShard } from './merged-records.ts';

const newline = Buffer.from('\n');

/**
 * The lines of one journal that tells what those of all shards tell, each with its newline. The sessions of the shards
 * follow each other as those of one run; a record has the sequence and the key of the whole.
 *
 * A forced session does away with all records before it (lines.ts). What shards with such a session have before it
 * therefore comes first, up to the forced lines themselves, so that it does away with those and no others.
 */
export async function* mergedJournal(
  shards: readonly ReadShard[],
  records: MergedRecords,
  fileSystem: FileSystem,
): AsyncIterable<Uint8Array> {
  yield headerLine(version);
  /** Whether a session has just begun: another shard's first one may be it. */
  let fresh = true;
  const parts = [
    ...shards.filter(isForced).map((shard) => ({ shard, isBefore: true })),
    ...shards.map((shard) => ({ shard, isBefore: false })),
  ];
  for (const { shard, isBefore } of parts) {
    if (!fresh) yield resumedLine(version, { force: false });
    for await (const line of linesOf(shard, isBefore)) {
      fresh = readHead(line)?.type === 'resumed';
      yield line;
      yield newline;
    }
  }

  /** Without the header; where the shard was forced, up to that and with it, or what comes after. */
  async function* linesOf(shard: ReadShard, isBefore: boolean): AsyncIterable<Buffer> {
    const { folder, history } = shard;
    const { forcedAt, length } = history;
    let offset = 0;
    for await (const line of fileLines(fileSystem, join(folder, journalName))) {
      const at = offset;
      offset += line.length + 1;
      if (at === 0 || offset > length) continue;
      if (isForced(shard) && at <= forcedAt !== isBefore) continue;
      yield restated(shard, line, isBefore);
    }
  }

  function restated(shard: ReadShard, line: Buffer, isBefore: boolean): Buffer {
    const head = readHead(line);
    if (head === undefined || !('key' in head)) return line;
    const key = records.renamed(shard, head.key);
    // What a forced session has done away with has no place in the whole.
    const counts = head.type === 'record' && !isBefore;
    return restatedLine(line, {
      ...(key !== undefined && { key }),
      ...(counts && { sequence: records.sequenceOf(indexOfLine(line)) }),
    });
  }
}

function isForced({ history }: ReadShard): boolean {
  return history.forcedAt > 0;
}
