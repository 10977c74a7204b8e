import { partOf, spoolName } from '../records/spool.ts';
import { journalName } from './journal/journal.ts';

/** The names of the files that a run keeps in its folder: what else lies there is the user's. */
export const ownFiles: ReadonlySet<string> = new Set([
  'run.json',
  journalName,
  'results.jsonl',
  'errors.jsonl',
  'usage.json',
  'recording.jsonl',
  spoolName,
  partOf(spoolName),
]);
