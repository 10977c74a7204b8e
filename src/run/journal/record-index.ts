/** How a record ended, as the index keeps it. */
export type Outcome = 'succeeded' | 'failed' | 'skipped';

/** Where a record's part of the journal stands, in bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** What a run keeps of every finished record: 13 bytes, by its sequence number. */
export interface RecordIndex {
  set(sequence: number, outcome: Outcome, place: Place): void;
  /** Undefined while the record has not finished. */
  outcome(sequence: number): Outcome | undefined;
  place(sequence: number): Place;
  /** The highest sequence number that was set, plus one. */
  readonly size: number;
}

const outcomes: readonly (Outcome | undefined)[] = [undefined, 'succeeded', 'failed', 'skipped'];
const chunkSize = 16_384;

/** In chunks, so that nothing is ever copied to grow. Offsets are doubles: exact to 2^53, where 32 bits end at 4 GB. */
export function createRecordIndex(): RecordIndex {
  const chunks: Chunk[] = [];
  let size = 0;

  return {
    set(sequence, outcome, { offset, length }) {
      const at = Math.floor(sequence / chunkSize);
      while (chunks.length <= at) chunks.push(newChunk());
      const chunk = chunks[at] ?? newChunk();
      chunk.offsets[sequence % chunkSize] = offset;
      chunk.lengths[sequence % chunkSize] = length;
      chunk.outcomes[sequence % chunkSize] = outcomes.indexOf(outcome);
      size = Math.max(size, sequence + 1);
    },
    outcome(sequence) {
      const code = chunks[Math.floor(sequence / chunkSize)]?.outcomes[sequence % chunkSize] ?? 0;
      return outcomes[code];
    },
    place(sequence) {
      const chunk = chunks[Math.floor(sequence / chunkSize)];
      return {
        offset: chunk?.offsets[sequence % chunkSize] ?? 0,
        length: chunk?.lengths[sequence % chunkSize] ?? 0,
      };
    },
    get size() {
      return size;
    },
  };
}

interface Chunk {
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  readonly outcomes: Uint8Array;
}

function newChunk(): Chunk {
  return {
    offsets: new Float64Array(chunkSize),
    lengths: new Uint32Array(chunkSize),
    outcomes: new Uint8Array(chunkSize),
  };
}
