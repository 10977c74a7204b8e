/** Numbers by their index from 0, in typed arrays; 0 where none was set. */
export interface Column {
  get(index: number): number;
  set(index: number, value: number): void;
}

const chunkSize = 16_384;

/** In chunks, so that nothing is ever copied to grow. One in which nothing was set takes no memory. */
function createColumn(newChunk: (length: number) => Float64Array | Uint32Array | Uint16Array): Column {
  const chunks: ReturnType<typeof newChunk>[] = [];
  return {
    get: (index) => chunks[Math.floor(index / chunkSize)]?.[index % chunkSize] ?? 0,
    set(index, value) {
      const at = Math.floor(index / chunkSize);
      const chunk = (chunks[at] ??= newChunk(chunkSize));
      chunk[index % chunkSize] = value;
    },
  };
}

/** Whole numbers to 2^53, such as offsets: 32 bits end at 4 GB. */
export const wideColumn = (): Column => createColumn((length) => new Float64Array(length));

/** Whole numbers to 2^32. */
export const column = (): Column => createColumn((length) => new Uint32Array(length));

/** Whole numbers to 65,535. */
export const narrowColumn = (): Column => createColumn((length) => new Uint16Array(length));
