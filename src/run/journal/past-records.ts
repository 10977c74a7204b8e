import { hash as digest } from 'node:crypto';
import { createKeyTable, hashOfHex, type Hash } from '../key-table.ts';
import type { CountedIn } from '../usage-ledger.ts';
import { createAnswerLists, type Answerer, type Cause } from './answer-lists.ts';
import { column } from './column.ts';
import { createCountedSets } from './counted-sets.ts';
import type { Place } from './record-index.ts';

/**
 * The records of earlier sessions, as their lines tell of them one after the other. One that is through takes 4 bytes, by
 * its sequence; one that is to be run again is found by its key, and takes some 22, and 20 for each of its answers.
 */
export interface PastRecords {
  /** A call of the record has finished. Gives back which rows of the usage counted the record before; not to be changed. */
  called(key: string, step: string, model: string): CountedIn;
  /** The line at this place has an answer of the model in this step, or of a tool. */
  answered(key: string, step: string, from: Answerer, line: Place): void;
  /** The record is through: its answers are let go. */
  ended(key: string, sequence: number): void;
  /** The record is to be run again; what it failed by in a step is not to be used again. */
  failed(key: string, at?: { readonly step: string; readonly cause: Cause }): void;
  /** No record is on its way any more. */
  sessionEnded(): void;
  /** Whether the record of this key is through at this sequence, and not since to be run again at it. */
  isAt(sequence: number, key: string): boolean;
  /** Of a record that is to be run again; undefined where it never came to a call. */
  unfinished(key: string): UnfinishedRecord | undefined;
}

export interface UnfinishedRecord {
  /** Where its answers stand, in their order. */
  readonly answers: readonly Place[];
  /** Not to be changed. */
  readonly countedIn: CountedIn;
}

interface RunningRecord {
  readonly hash: Hash;
  readonly slot: number;
}

export function createPastRecords(): PastRecords {
  /** Of a record that is through, half of its key's hash, by its sequence: whoever asks knows where it has to be. */
  const through = column();
  /** Of a record that is to be run again, its slot; of one that was to be, and is through since, `noSlot`. */
  const known = createKeyTable();
  /** Records on their way, which most lines are of: those are found without another hash. */
  const running = new Map<string, RunningRecord>();
  const lists = createAnswerLists();
  const sets = createCountedSets();
  /** Numbers from 1. */
  const steps = new Map<string, number>();
  /** By slot, from 1: a list of answers, and the number of a set. */
  const listOf = column();
  const setOf = column();
  const freeSlots: number[] = [];
  let slots = 0;

  function stepNumber(step: string): number {
    const number = steps.get(step) ?? steps.size + 1;
    steps.set(step, number);
    return number;
  }

  function newSlot(): number {
    const slot = freeSlots.pop() ?? (slots += 1);
    listOf.set(slot, 0);
    setOf.set(slot, 0);
    return slot;
  }

  function unfinishedSlot(hash: Hash): number | undefined {
    const slot = known.get(hash);
    return slot === 0 || slot === noSlot ? undefined : slot;
  }

  function runningSlot(key: string): number {
    const known = running.get(key);
    if (known !== undefined) return known.slot;
    const hash = hashOf(key);
    const slot = unfinishedSlot(hash) ?? newSlot();
    running.set(key, { hash, slot });
    return slot;
  }

  /** The record is no longer on its way. */
  function stopped(key: string): { readonly hash: Hash; readonly slot: number | undefined } {
    const known = running.get(key);
    running.delete(key);
    if (known !== undefined) return known;
    const hash = hashOf(key);
    return { hash, slot: unfinishedSlot(hash) };
  }

  return {
    called(key, step, model) {
      const slot = runningSlot(key);
      const before = setOf.get(slot);
      setOf.set(slot, sets.with(before, step, model));
      return sets.get(before);
    },
    answered(key, step, from, line) {
      const slot = runningSlot(key);
      listOf.set(slot, lists.add(listOf.get(slot), stepNumber(step), from, line));
    },
    ended(key, sequence) {
      const { hash, slot } = stopped(key);
      if (slot !== undefined) {
        lists.drop(listOf.get(slot));
        freeSlots.push(slot);
      }
      if (known.get(hash) !== 0) known.set(hash, noSlot);
      through.set(sequence, markOf(hash));
    },
    failed(key, at) {
      const { hash, slot } = stopped(key);
      // Without a slot it never came to a call.
      if (slot === undefined) return;
      if (at !== undefined) {
        listOf.set(slot, lists.without(listOf.get(slot), stepNumber(at.step), at.cause));
      }
      known.set(hash, slot);
    },
    sessionEnded() {
      for (const { hash, slot } of running.values()) known.set(hash, slot);
      running.clear();
    },
    isAt: (sequence, key) => through.get(sequence) === markOf(hashOf(key)),
    unfinished(key) {
      const slot = unfinishedSlot(hashOf(key));
      if (slot === undefined) return undefined;
      return { answers: lists.lines(listOf.get(slot)), countedIn: sets.get(setOf.get(slot)) };
    },
  };
}

/** Of the values of a table, that which no slot has. */
const noSlot = 2 ** 32 - 1;

/** Never 0, which stands where no record is through. */
function markOf({ low }: Hash): number {
  return low === 0 ? 1 : low;
}

/** That two of a million keys share one has a probability of 3 in 100 million (keys.ts). */
function hashOf(key: string): Hash {
  return hashOfHex(digest('sha256', key, 'hex'));
}
