import type { JsonObject } from '../../json/json.ts';
import { isSealed, lineStart } from '../checked-line.ts';
import { entryMembers, readEntry, type Entry } from '../entry.ts';
import type { ReadableFile } from '../file-system.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { Place } from '../journal/record-index.ts';
import { hashOfHex, type Hash } from '../key-table.ts';

/**
 * The lines of a segment, each a checked line (checked-line.ts):
 * - `type`: "answer"; a reader leaves out any other
 * - `created`: when it was put, in milliseconds since the epoch; put again because it was used, it has a new time
 * - then the members of the entry (entry.ts)
 */
export function answerMembers(entry: Entry, created: number): string {
  return `${opening}${created},${entryMembers(entry)}`;
}

/** Characters of the longest answer that is kept. */
export const longestAnswer = 2 ** 23;
/** Bytes of the longest line that is read: more than such an answer can take. */
export const longestLine = 2 ** 25;

const opening = '"type":"answer","created":';
const head = new RegExp(`^${opening}(\\d{1,16}),"fingerprint":"([0-9a-f]{32})",`);
const longestHead = 128;

/** A line that was found whole, without the entry in it. */
export interface AnswerLine extends Place {
  /** With its newline; good until the next lines are asked for. */
  readonly bytes: Buffer;
  readonly hash: Hash;
  readonly created: number;
}

const blockSize = 2 ** 20;
const newline = 0x0a;
/** An index counts bytes in 32 bits, and no segment comes near it. */
const farthest = 2 ** 32 - 1;

/**
 * The sound lines of a segment from this offset on, a block at a time. What is damaged is left out; so is what stands
 * behind the last newline, which is torn or still being written. Rejects with the file system's error.
 */
export async function* readAnswers(file: ReadableFile, from = 0): AsyncIterable<readonly AnswerLine[]> {
  let block = Buffer.allocUnsafeSlow(blockSize);
  let begin = from;
  let filled = 0;
  for (;;) {
    const added = await file.read(block.subarray(filled), begin + filled);
    filled += added;
    if (added === 0 || begin + filled > farthest) return;
    const used = block.lastIndexOf(newline, filled - 1) + 1;
    if (used > 0) yield linesOf(block.subarray(0, used), begin);
    else if (filled > longestLine) return;
    const rest = block.subarray(used, filled);
    if (rest.length === block.length) {
      block = Buffer.allocUnsafeSlow(block.length * 2);
      block.set(rest);
    } else block.copyWithin(0, used, filled);
    begin += used;
    filled -= used;
  }
}

/** `begin` is where the block stands in its segment; it ends with a newline. */
function linesOf(block: Buffer, begin: number): readonly AnswerLine[] {
  const lines: AnswerLine[] = [];
  for (let at = 0; at < block.length;) {
    const end = block.indexOf(newline, at);
    const line = block.subarray(at, end);
    const match = head.exec(line.toString('latin1', lineStart.length, lineStart.length + longestHead));
    if (match !== null && isSealed(line)) {
      lines.push({
        offset: begin + at,
        length: line.length,
        bytes: block.subarray(at, end + 1),
        hash: hashOfHex(match[2] ?? ''),
        created: Number(match[1]),
      });
    }
    at = end + 1;
  }
  return lines;
}

export interface KeptAnswer {
  readonly entry: Entry;
  readonly created: number;
}

/** The answer in a line, if it is sound and one to this question. */
export function readAnswer(line: Buffer, fingerprint: Fingerprint): KeptAnswer | undefined {
  if (!isSealed(line)) return undefined;
  const value = parsed(line);
  const entry = value?.['type'] === 'answer' ? readEntry(value) : undefined;
  const created = value?.['created'];
  if (entry?.fingerprint !== fingerprint || typeof created !== 'number') return undefined;
  return { entry, created };
}

/** A checked line begins as an object does: what can be parsed of it is one. */
function parsed(line: Buffer): JsonObject | undefined {
  try {
    return JSON.parse(line.toString()) as JsonObject;
  } catch {
    return undefined;
  }
}
