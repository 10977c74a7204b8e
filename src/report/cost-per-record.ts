/** What records cost that a model was asked for, and what the rest of them would. US dollars. */
export interface CostPerRecord {
  /** A call of the record has ended; null: nobody knows what it cost. */
  add(index: number, cost: number | null): void;
  /** The record is through. */
  end(index: number): void;
  /** What the whole comes to with so many more records like those so far; null where there is too little to go by. */
  project(spent: number | null, records: number): number | null;
}

/** Records that are enough to go by. */
const enough = 5;

export function createCostPerRecord(): CostPerRecord {
  /** By record in flight. */
  const open = new Map<number, number>();
  let through = 0;
  let cost = 0;
  return {
    add(index, more) {
      // From then on the sum of all is unknown, and with it what it comes to.
      open.set(index, (open.get(index) ?? 0) + (more ?? 0));
    },
    end(index) {
      const own = open.get(index);
      if (own === undefined) return;
      open.delete(index);
      through += 1;
      cost += own;
    },
    project(spent, records) {
      if (spent === null || through < enough || records === 0) return null;
      // What those in flight have cost so far is part of what they will.
      const begun = [...open.values()].reduce((sum, own) => sum + own, 0);
      return Math.max(spent, spent - begun + (cost / through) * records);
    },
  };
}
