/** A clock that goes from one event to the next. */
export interface Timeline {
  /** Milliseconds since its begin. */
  readonly now: number;
  /** Has something happen at a time that is not past. */
  at(time: number, happen: () => void): void;
  /** Lets everything happen, in order; gives the time of the last. */
  run(): number;
}

interface Event {
  readonly time: number;
  /** What was planned first happens first. */
  readonly nth: number;
  readonly happen: () => void;
}

/** Events stand in a binary heap, the earliest at its root. */
export function createTimeline(): Timeline {
  const heap: Event[] = [];
  let now = 0;
  let planned = 0;

  function isBefore(one: number, other: number): boolean {
    const [first, second] = [heap[one], heap[other]];
    if (first === undefined || second === undefined) return first !== undefined;
    return first.time === second.time ? first.nth < second.nth : first.time < second.time;
  }

  function swap(one: number, other: number): void {
    const [first, second] = [heap[one], heap[other]];
    if (first === undefined || second === undefined) return;
    heap[one] = second;
    heap[other] = first;
  }

  function rise(from: number): void {
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1;
      if (!isBefore(at, above)) return;
      swap(at, above);
      at = above;
    }
  }

  function sink(): void {
    for (let at = 0; ;) {
      const below = 2 * at + 1;
      const least = below + 1 < heap.length && isBefore(below + 1, below) ? below + 1 : below;
      if (least >= heap.length || !isBefore(least, at)) return;
      swap(at, least);
      at = least;
    }
  }

  function takeFirst(): Event | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (last !== undefined && last !== first) {
      heap[0] = last;
      sink();
    }
    return first;
  }

  return {
    get now() {
      return now;
    },
    at(time, happen) {
      heap.push({ time, nth: (planned += 1), happen });
      rise(heap.length - 1);
    },
    run() {
      for (let event = takeFirst(); event !== undefined; event = takeFirst()) {
        now = event.time;
        event.happen();
      }
      return now;
    },
  };
}
