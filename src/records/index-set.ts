/** Whole numbers from 0, each once; iterated in no order that means anything. */
export interface IndexSet extends Iterable<number> {
  /** Whether it was not there before. */
  add(index: number): boolean;
}

const fullest = 0.8;
const growth = 1.25;

/** Open addressing in a typed array: 8 bytes an index, never more than 12.5 with the free places (8 / 0.8 * 1.25). */
export function createIndexSet(): IndexSet {
  /** Each the index plus one; 0 marks a free place. */
  let cells = new Float64Array(16);
  let used = 0;

  function grow(): void {
    const smaller = cells;
    cells = new Float64Array(Math.ceil(smaller.length * growth));
    for (const cell of smaller) if (cell !== 0) cells[placeOf(cells, cell)] = cell;
  }

  return {
    add(index) {
      if (used + 1 > cells.length * fullest) grow();
      const place = placeOf(cells, index + 1);
      if (cells[place] !== 0) return false;
      cells[place] = index + 1;
      used += 1;
      return true;
    },
    *[Symbol.iterator]() {
      for (const cell of cells) if (cell !== 0) yield cell - 1;
    },
  };
}

/** Where a number stands, or the free place that it would take. */
function placeOf(cells: Float64Array, cell: number): number {
  // Fibonacci hashing over both halves: neighbours, of which failed records have many, come to stand apart.
  const mixed =
    Math.imul((cell % 2 ** 32) ^ Math.imul(Math.floor(cell / 2 ** 32), 0x85ebca6b), 0x9e3779b1) >>> 0;
  let place = Math.floor((mixed / 2 ** 32) * cells.length);
  while (cells[place] !== 0 && cells[place] !== cell) place = place + 1 === cells.length ? 0 : place + 1;
  return place;
}
