import { column, wideColumn } from './column.ts';
import type { Place } from './record-index.ts';

/** Where the answers of records stand that may be of use again, in lists: 20 bytes an answer. */
export interface AnswerLists {
  /** Adds an answer to the list, which is 0 where it is empty; the list that it is now. */
  add(list: number, step: number, line: Place): number;
  /** The list without the last answer of this step, if it has any. */
  withoutLast(list: number, step: number): number;
  /** Lets the list go: its room is used again. */
  drop(list: number): void;
  /** In the order in which they were added. */
  lines(list: number): readonly Place[];
}

export function createAnswerLists(): AnswerLists {
  const offsets = wideColumn();
  const lengths = column();
  const steps = column();
  /** A list is the number of its last answer; here stands that of the one before, 0 where there is none. */
  const before = column();
  /** Answers that were let go, as a list. */
  let free = 0;
  let used = 0;

  function take(): number {
    if (free === 0) return (used += 1);
    const taken = free;
    free = before.get(taken);
    return taken;
  }

  return {
    add(list, step, { offset, length }) {
      const added = take();
      offsets.set(added, offset);
      lengths.set(added, length);
      steps.set(added, step);
      before.set(added, list);
      return added;
    },
    withoutLast(list, step) {
      let after = 0;
      let found = list;
      while (found !== 0 && steps.get(found) !== step) {
        after = found;
        found = before.get(found);
      }
      if (found === 0) return list;
      const rest = before.get(found);
      before.set(found, free);
      free = found;
      if (after === 0) return rest;
      before.set(after, rest);
      return list;
    },
    drop(list) {
      for (let answer = list; answer !== 0;) {
        const next = before.get(answer);
        before.set(answer, free);
        free = answer;
        answer = next;
      }
    },
    lines(list) {
      const places: Place[] = [];
      for (let answer = list; answer !== 0; answer = before.get(answer)) {
        places.push({ offset: offsets.get(answer), length: lengths.get(answer) });
      }
      return places.reverse();
    },
  };
}
