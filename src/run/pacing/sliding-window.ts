/** What has passed in the last so many milliseconds. */
export interface SlidingWindow {
  /** Counts so much at a time; what is older than the window is forgotten. */
  add(amount: number, time: number): void;
  sum(time: number): number;
  /** What of it has passed since then, as exactly as it is counted. */
  sumSince(start: number, time: number): number;
  /** Milliseconds until no more than so much is left in the window. */
  until(amount: number, time: number): number;
}

/**
 * Counted by parts of the window, so memory does not grow with what passes. One counts until the whole of it has left the
 * window: never too little is counted, and what is counted too long is no more than a part.
 */
export function createSlidingWindow(length: number, parts = 500): SlidingWindow {
  const part = length / parts;
  const amounts = new Float64Array(parts + 1);
  let newest = 0;
  let total = 0;

  function at(index: number): number {
    return index % amounts.length;
  }

  function moveTo(time: number): void {
    const index = Math.floor(time / part);
    const first = Math.max(newest + 1, index - parts);
    for (let passing = first; passing <= index; passing++) {
      total -= amounts[at(passing)] ?? 0;
      amounts[at(passing)] = 0;
    }
    newest = Math.max(newest, index);
  }

  return {
    add(amount, time) {
      const index = Math.floor(time / part);
      if (index > newest) moveTo(time);
      if (index < newest - parts) return;
      amounts[at(index)] = (amounts[at(index)] ?? 0) + amount;
      total += amount;
    },
    sum(time) {
      moveTo(time);
      return total;
    },
    sumSince(start, time) {
      moveTo(time);
      let sum = 0;
      const first = Math.max(0, newest - parts, Math.floor(start / part));
      for (let index = first; index <= newest; index++) sum += amounts[at(index)] ?? 0;
      return sum;
    },
    until(amount, time) {
      moveTo(time);
      let left = total;
      if (left <= amount) return 0;
      for (let index = newest - parts; index <= newest; index++) {
        if (index < 0) continue;
        left -= amounts[at(index)] ?? 0;
        if (left <= amount) return (index + parts + 1) * part - time;
      }
      return length;
    },
  };
}
