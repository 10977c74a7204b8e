import { column, wideColumn } from './column.ts';
import type { Place } from './record-index.ts';

/** Whose answer it is: the model's, or that of a tool, which may have failed. */
export type Answerer = 'model' | 'tool' | 'failed tool';

/** What a step failed by: the model's `answer`, its last in the step; or `tools` that failed after one and the same answer. */
export type Cause = 'answer' | 'tools';

/** Where the answers of records stand that may be of use again, in lists: 20 bytes an answer. */
export interface AnswerLists {
  /** Adds an answer to the list, which is 0 where it is empty; the list that it is now. `step`: its number. */
  add(list: number, step: number, from: Answerer, line: Place): number;
  /** The list without what this step failed by. */
  without(list: number, step: number, cause: Cause): number;
  /** Lets the list go: its room is used again. */
  drop(list: number): void;
  /** In the order in which they were added. */
  lines(list: number): readonly Place[];
}

export function createAnswerLists(): AnswerLists {
  const offsets = wideColumn();
  const lengths = column();
  /** The step, and who answered in it, in one number. */
  const tags = column();
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

  /** Goes back to the answer that led to it. What tools failed at after a last answer of no use goes with that answer. */
  function without(list: number, step: number, cause: Cause): number {
    const answer = tagOf(step, 'model');
    const failed = tagOf(step, 'failed tool');
    let rest = list;
    let after = 0;
    let isFound = false;
    for (let at = list; at !== 0;) {
      const tag = tags.get(at);
      const next = before.get(at);
      if (tag === failed || (tag === answer && cause === 'answer')) {
        isFound = true;
        before.set(at, free);
        free = at;
        if (after === 0) rest = next;
        else before.set(after, next);
      } else after = at;
      if (tag === answer && isFound) break;
      at = next;
    }
    return rest;
  }

  return {
    add(list, step, from, { offset, length }) {
      const added = take();
      offsets.set(added, offset);
      lengths.set(added, length);
      tags.set(added, tagOf(step, from));
      before.set(added, list);
      return added;
    },
    without,
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

const answerers: readonly Answerer[] = ['model', 'tool', 'failed tool'];

function tagOf(step: number, from: Answerer): number {
  return step * answerers.length + answerers.indexOf(from);
}
