import type { Fingerprint } from '../fingerprint.ts';
import type { RecordedAnswer, RecordedEntry, RecordedTool } from './lines.ts';
import { createNearest } from './nearest.ts';
import type { Question } from './question.ts';

/** What was recorded, by what was asked. */
export interface Recordings {
  /** The files that were read, absolute, in their order. */
  readonly files: readonly string[];
  /** Of all of them, in the order of the files and their lines, each question once. */
  readonly entries: readonly RecordedEntry[];
  readonly size: number;
  /** The answer to a model's question. It is looked up only: `use` says that it was of use. */
  answer(fingerprint: Fingerprint): RecordedAnswer | undefined;
  /** What came of a tool call. */
  tool(fingerprint: Fingerprint): RecordedTool | undefined;
  /** The entry no longer counts as unused. */
  use(fingerprint: Fingerprint): void;
  /** What nothing has used so far. */
  unused(): readonly RecordedEntry[];
  /** Of the questions of a step, the one with the most of what tells this one from others; undefined where it has none. */
  nearest(step: string, question: Question): RecordedAnswer | undefined;
}

/** `entries` has each question once. */
export function createRecordings(files: readonly string[], entries: readonly RecordedEntry[]): Recordings {
  const byFingerprint = new Map(entries.map((entry) => [entry.fingerprint, entry]));
  const used = new Set<Fingerprint>();
  const nearest = createNearest(entries);
  return {
    files,
    entries,
    size: entries.length,
    answer(fingerprint) {
      const found = byFingerprint.get(fingerprint);
      return found?.type === 'answer' ? found : undefined;
    },
    tool(fingerprint) {
      const found = byFingerprint.get(fingerprint);
      return found?.type === 'tool' ? found : undefined;
    },
    use: (fingerprint) => void used.add(fingerprint),
    unused: () => entries.filter(({ fingerprint }) => !used.has(fingerprint)),
    nearest,
  };
}
