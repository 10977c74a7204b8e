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
 * therefore comes first, and forced lines after it, so that they do away with that and nothing else.
 */
export async function* mergedJournal(
  shards: readonly ReadShard[],
  records: MergedRecords,
  fileSystem: FileSystem,
): AsyncIterable<Uint8Array> {
  const parts = [
    ...shards.filter(isForced).map((shard) => ({ shard, isBefore: true })),
    ...shards.map((shard) => ({ shard, isBefore: false })),
  ];
  for (const [at, part] of parts.entries()) yield* linesOf(part, parts[at - 1]);

  /** What the shard has before its forced session, or all of it from there on, where it has one. */
  async function* linesOf({ shard, isBefore }: Part, before: Part | undefined): AsyncIterable<Uint8Array> {
    const { folder, history } = shard;
    const { forcedAt, length } = history;
    const [begin, end] = isBefore ? [0, forcedAt] : [forcedAt, length];
    let offset = 0;
    for await (const line of fileLines(fileSystem, join(folder, journalName))) {
      const at = offset;
      offset += line.length + 1;
      if (at === begin) yield firstLine(line, before);
      else if (at > begin && offset <= end) {
        yield restated(shard, line, isBefore);
        yield newline;
      }
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

/** Sessions of a shard that follow each other in the whole, too. */
interface Part {
  readonly shard: ReadShard;
  readonly isBefore: boolean;
}

/** The line that stands for the first of a part, and says of its session what that does. */
function firstLine(line: Buffer, before: Part | undefined): Buffer {
  const head = readHead(line);
  const reserves = head !== undefined && 'reserves' in head && head.reserves;
  return before === undefined
    ? headerLine(version, { reserves })
    : resumedLine(version, { force: before.isBefore, reserves });
}

function isForced({ history }: ReadShard): boolean {
  return history.forcedAt > 0;
}
