import { basename, join } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import type { StopReason } from './events.ts';
import type { Counts } from './totals.ts';
import { errorCode, inWords, nodeFileSystem } from './file-system.ts';
import { readHistory } from './journal/history.ts';
import { journalName } from './journal/journal.ts';
import { runHolder } from './lock.ts';
import { readRun } from './read-summary.ts';
import type { RunSummary } from './run-summary.ts';

/** `killed`: its run.json says that it runs, and no process is at work on it. */
export type RunState = RunSummary['state'] | 'killed';

/** What a folder tells of its run. */
export type ListedRun = SoundRun | BrokenRun;

export interface SoundRun {
  readonly kind: 'run';
  /** Absolute. */
  readonly path: string;
  readonly state: RunState;
  /** The process at work on it; null where there is none, or it does not say. */
  readonly pid: number | null;
  readonly summary: RunSummary;
  /**
   * Of a run that has not ended, as its journal tells them: `total` and `pending` are not known then. Null where the
   * journal tells nothing.
   */
  readonly counts: (Omit<Counts, 'total' | 'pending'> & Partial<Counts>) | null;
  /** US dollars; null where it is not known. */
  readonly cost_usd: number | null;
  /** As in usage.json; null where it is not known. Where one of the two is not 0, the cost is a lower bound. */
  readonly unmetered_requests: number | null;
  readonly crashed_sessions: number | null;
}

/** What a journal tells, too. */
type Told = Pick<SoundRun, 'counts' | 'cost_usd' | 'unmetered_requests' | 'crashed_sessions'>;

/** A folder that should have a run and has none that can be read. */
export interface BrokenRun {
  readonly kind: 'broken';
  readonly path: string;
  readonly reason: StopReason;
}

/** A journal of more bytes is not read for the counts of one line: that would take seconds. */
const mostJournal = 256 * 1024 * 1024;

/** Folders that are looked at, and runs that are read, at one time: a process may have only so many files open. */
const atOnce = 16;

/**
 * The runs of these folders (absolute), each a run's own or one that holds runs: the newest first, and last what is
 * broken. What has neither a run.json nor a journal is no run and is not told.
 */
export async function listRuns(folders: readonly string[]): Promise<readonly ListedRun[]> {
  const limit = pLimit(atOnce);
  const found = await Promise.all(folders.map((folder) => runsIn(folder, limit)));
  const listed = await limit.map(new Set(found.flat()), readListed);
  const begun = (run: ListedRun) => (run.kind === 'run' ? run.summary.started : '');
  return listed.toSorted(
    (one, other) =>
      byCodeUnit(begun(other), begun(one)) || byCodeUnit(basename(one.path), basename(other.path)),
  );
}

/** On every machine the same, whatever its locale. */
function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

async function runsIn(folder: string, limit: LimitFunction): Promise<readonly string[]> {
  const names = await limit(namesIn, folder);
  if (isRun(names)) return [folder];
  // A name with a dot before it is of what is in the making, such as the folder of a merge that was killed.
  const paths = names.flatMap((name) => (name.startsWith('.') ? [] : [join(folder, name)]));
  const held = await limit.map(paths, namesIn);
  return paths.filter((_, at) => isRun(held[at] ?? []));
}

function isRun(names: readonly string[]): boolean {
  return names.includes('run.json') || names.includes(journalName);
}

/** None where it is no folder, or none that can be read. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await nodeFileSystem.list(folder);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

async function readListed(path: string): Promise<ListedRun> {
  try {
    const read = await readRun(path);
    if (!read.ok) return { kind: 'broken', path, reason: read.error };
    if (read.value.state !== 'running') return ended(path, read.value);
    const holder = await runHolder(path);
    // It may have ended since run.json was read.
    const again = holder === undefined ? await readRun(path) : read;
    if (again.ok && again.value.state !== 'running') return ended(path, again.value);
    return {
      kind: 'run',
      path,
      state: holder === undefined ? 'killed' : 'running',
      pid: holder?.pid ?? null,
      summary: read.value,
      ...(await journalTells(path, { goesOn: holder !== undefined })),
    };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return broken(path, `${path} cannot be read: ${inWords(error)}`);
  }
}

function ended(path: string, summary: RunSummary): SoundRun {
  const { state, counts, cost_usd, usage, crashed_sessions = 0 } = summary;
  return {
    kind: 'run',
    path,
    state,
    pid: null,
    summary,
    counts,
    cost_usd,
    unmetered_requests: usage && usage.unmetered_requests,
    crashed_sessions: usage && crashed_sessions,
  };
}

function broken(path: string, message: string): BrokenRun {
  return { kind: 'broken', path, reason: reasonOf(message) };
}

function reasonOf(message: string): StopReason {
  return { kind: 'input', code: 'not_a_run', message };
}

async function journalTells(path: string, { goesOn }: { readonly goesOn: boolean }): Promise<Told> {
  const journal = join(path, journalName);
  const nothing = { counts: null, cost_usd: null, unmetered_requests: null, crashed_sessions: null };
  const { kind, bytes } = await nodeFileSystem.look(journal);
  if (kind !== 'file' || bytes > mostJournal) return nothing;
  const history = await readHistory(nodeFileSystem, journal, { goesOn });
  if (!history.ok) return nothing;
  const { outcomes, usage } = history.value;
  const { cost_usd, unmetered_requests } = usage.total;
  return { counts: outcomes, cost_usd, unmetered_requests, crashed_sessions: usage.crashed_sessions };
}
