import { describe, expect, it } from 'vitest';
import { endedLines } from '../../../src/run/journal/each-ended.ts';
import type { JournalReader } from '../../../src/run/journal/reader.ts';
import { createRecordIndex, type Place } from '../../../src/run/journal/record-index.ts';

/** Records of which every third has failed, and whose lines have these sizes. */
function journalOf(sizes: readonly number[]) {
  const index = createRecordIndex();
  const lines = sizes.map((size, sequence) => `${String(sequence).padStart(size - 1, '.')}\n`);
  sizes.forEach((length, sequence) => {
    index.set(sequence, sequence % 3 === 2 ? 'failed' : 'succeeded', { offset: sequence, length });
  });
  let closed = 0;
  const lineAt = ({ offset }: Place) => Buffer.from(lines[offset] ?? '');
  const reader: JournalReader = {
    // Some lines are in memory, others have to be read.
    line: (place) => (place.offset % 2 === 0 ? lineAt(place) : Promise.resolve(lineAt(place))),
    checked: async () => undefined,
    close: async () => {
      closed += 1;
    },
  };
  return { index, lines, open: async () => reader, closed: () => closed };
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

describe('endedLines', () => {
  it('gives the lines of one outcome in input order, many in a piece', async () => {
    const { index, lines, open, closed } = journalOf(Array.from({ length: 40 }, (_, at) => 100 + at * 100));
    const pieces = await collect(endedLines(index, 'succeeded', open));
    expect(Buffer.concat(pieces).toString()).toBe(lines.filter((_, at) => at % 3 !== 2).join(''));
    expect(pieces.length).toBe(1);
    expect(closed()).toBe(1);
  });

  it('hands a piece on before it grows large', async () => {
    const { index, lines, open } = journalOf([50_000, 50_000, 1, 300_000, 10]);
    const pieces = await collect(endedLines(index, 'succeeded', open));
    expect(pieces.map(({ length }) => length)).toEqual([100_000, 300_000, 10]);
    expect(Buffer.concat(pieces).toString()).toBe([0, 1, 3, 4].map((at) => lines[at]).join(''));
  });

  it('gives nothing where no record ended so', async () => {
    const { index, open, closed } = journalOf([5]);
    expect(await collect(endedLines(index, 'failed', open))).toEqual([]);
    expect(closed()).toBe(1);
  });

  it('closes the journal where its reader has had enough', async () => {
    const { index, open, closed } = journalOf([70_000, 70_000]);
    for await (const piece of endedLines(index, 'succeeded', open)) {
      expect(piece.length).toBe(70_000);
      break;
    }
    expect(closed()).toBe(1);
  });
});
