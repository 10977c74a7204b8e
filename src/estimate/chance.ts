import { hash } from 'node:crypto';

/** Digits that a double holds exactly. */
const digits = 13;

/** Numbers from 0 to 1, the same for a seed each time: an estimate does not change by being asked for again. */
export function createChance(seed: number): () => number {
  let nth = 0;
  return () => {
    nth += 1;
    const drawn = hash('sha256', `${seed} ${nth}`, 'hex').slice(0, digits);
    return Number.parseInt(drawn, 16) / 16 ** digits;
  };
}
