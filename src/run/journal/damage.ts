import type { StopReason } from '../events.ts';
import { errorCode, inWords } from '../file-system.ts';
import type { ScannedLine } from './scan-lines.ts';

/** Why a journal of earlier sessions cannot be gone on with. */

const remedy = 'restore the file from a copy, or begin a new run';

/** `what` is wrong with the line, as a part of a sentence. */
export function damagedJournal(path: string, { number, offset }: ScannedLine, what: string): StopReason {
  const message = `the journal ${path} is damaged: line ${number}, at byte ${offset}, ${what}; ${remedy}`;
  return { kind: 'input', code: 'journal_damaged', message };
}

/** A run begins with the header on disk (folder.ts): what was there has been lost, however little it may have been. */
export function headlessJournal(path: string): StopReason {
  const message = `the journal ${path} is damaged: the header that it begins with is gone; ${remedy}`;
  return { kind: 'input', code: 'journal_damaged', message };
}

/** What run.json tells of its journal. */
export interface ToldOfJournal {
  readonly id?: string;
  readonly journal_bytes: number | null;
}

/**
 * Why a journal is not the one, or not all of the one, that its run.json tells of: what was paid for and is not there is not
 * known any more.
 */
export function lossOf(
  path: string,
  { length, run }: { readonly length: number; readonly run: string | undefined },
  { id, journal_bytes: written }: ToldOfJournal,
): StopReason | undefined {
  const what =
    run !== undefined && id !== undefined && run !== id
      ? 'it is that of another run'
      : written !== null && length < written
        ? `it ends at byte ${length}, and its last session ended at byte ${written}`
        : undefined;
  if (what === undefined) return undefined;
  const hint = 'restore the file from a copy; `pipe resume <run> --force` asks again what is lost';
  return { kind: 'input', code: 'journal_damaged', message: `the journal ${path} is damaged: ${what}`, hint };
}

export function newerJournal(path: string, format: number): StopReason {
  const message = `the journal ${path} is of format ${format}, which a newer pipe has written; go on with that version, or begin a new run`;
  return { kind: 'input', code: 'journal_newer', message };
}

export function unreadJournal(path: string, error: unknown): StopReason {
  if (errorCode(error) === 'ENOENT') {
    return { kind: 'input', code: 'journal_damaged', message: `the journal ${path} is gone; ${remedy}` };
  }
  const message = `the journal ${path} could not be read: ${inWords(error)}`;
  return { kind: 'local', code: 'run_folder_failed', message };
}
