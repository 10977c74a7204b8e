import { constants } from 'node:fs';
import { access, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../../result.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { RecordingChange } from './change.ts';
import { takeTurn } from '../lock.ts';
import { createCollection, type Collection } from './collection.ts';
import { openRecordings } from './open.ts';
import type { Recordings } from './recordings.ts';
import { writeRecording } from './write.ts';

/** Records what one run, or several one after another or side by side, ask and are answered, into one file. */
export interface Recorder {
  /** The file, absolute. */
  readonly path: string;
  /** Whether answers are made up: their lines say so. */
  readonly simulated: boolean;
  /**
   * Whether a call went unanswered, by a fault that may pass. What its record would have asked further is not known then,
   * so that entries which were not used may be of use yet.
   */
  readonly incomplete: boolean;
  /**
   * Writes the file whole and puts it in its place: not at all where that changes nothing. With `prune`, without the
   * entries that nothing has used. What another process has recorded there meanwhile stays; where both have an answer to
   * one question, the last to write has its own. May be called again when more was recorded. Fails with the disk's refusal.
   */
  finish(options: { readonly prune: boolean }): Promise<Result<RecordingChange, Diagnostic>>;
  /** What runs record with. */
  readonly collection: Collection;
  /** Does the work when no other work on the same question is under way. */
  alone<Value>(fingerprint: Fingerprint, work: () => Promise<Value>): Promise<Value>;
  /** A call went unanswered. */
  unanswered(): void;
}

export interface RecorderOptions {
  /** What the path is relative to; default: the working directory. */
  readonly cwd?: string;
  /** Every question is asked anew: the answers in the file are not used, and replaced. */
  readonly refresh?: boolean;
  /** The answers come from the simulator. */
  readonly simulated?: boolean;
  /** Of this process: told to others who wait for their turn to write. */
  readonly pid?: number;
}

/** A recorder, and warnings of what the file has already. */
export interface OpenedRecorder {
  readonly recorder: Recorder;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the file where it exists, and makes sure that it can be written: all before anything is paid for. */
export async function openRecorder(
  path: string,
  { cwd = '', refresh = false, simulated = false, pid }: RecorderOptions = {},
): Promise<Result<OpenedRecorder, readonly Diagnostic[]>> {
  const absolute = resolve(cwd, path);
  const mistake = await unwritable(absolute, path);
  if (mistake !== undefined) return failure([mistake]);
  const identity = await identityOf(absolute);
  const opened = await openRecordings([absolute], { absent: 'empty' });
  if (!opened.ok) return opened;
  const { recordings, diagnostics } = opened.value;
  const collection = createCollection(recordings, { refresh, simulated });
  let incomplete = false;
  const recorder: Recorder = {
    path: absolute,
    simulated,
    collection,
    get incomplete() {
      return incomplete;
    },
    unanswered() {
      incomplete = true;
    },
    alone: createAlone(),
    async finish({ prune }) {
      const turn = await takeTurn(dirname(absolute), { pid });
      if (!turn.ok) return failure(refused(`the recording \`${path}\` cannot be written: ${turn.error}`));
      try {
        const now = await changedSince(absolute, identity);
        if (now?.ok === false) return failure(brokenMeanwhile(path, now.error));
        const result = await collection.result(prune, now?.value);
        const { added, replaced, kept, dropped } = result;
        const failed = result.unchanged ? undefined : await writeRecording(absolute, result.lines());
        return failed === undefined
          ? success({ path: absolute, added, replaced, kept, dropped })
          : failure(failed);
      } finally {
        await turn.value.release();
      }
    },
  };
  return success({ recorder, diagnostics });
}

/** Of the file as it is now: it is replaced whole, so that another is behind its name when it has changed. */
async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && [found.dev, found.ino, found.size, found.mtimeNs].join(' ');
}

/** What the file has now, where that is no longer what it had. */
async function changedSince(
  path: string,
  identity: string | undefined,
): Promise<Result<Recordings, readonly Diagnostic[]> | undefined> {
  if ((await identityOf(path)) === identity) return undefined;
  const opened = await openRecordings([path], { absent: 'empty' });
  return opened.ok ? success(opened.value.recordings) : opened;
}

function brokenMeanwhile(shown: string, [first]: readonly Diagnostic[]): Diagnostic {
  const { message, hint, place } = first ?? { message: 'it cannot be read' };
  const line = place !== undefined && 'line' in place ? `, line ${place.line}` : '';
  const what = `the recording \`${shown}\` was changed while it was recorded, and is broken now${line}: ${message}`;
  return refused(what, hint);
}

async function unwritable(path: string, shown: string): Promise<Diagnostic | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true)
    return refused(`the recording \`${shown}\` is a folder`, 'name a file in it');
  if (found !== undefined && !found.isFile()) {
    return refused(`the recording \`${shown}\` is not a file`, 'name one that is, or does not exist yet');
  }
  // The file is replaced by one beside it, so that its folder has to take that. Of a link, it is where that leads.
  const target = await targetOf(path);
  if (target === undefined)
    return refused(
      `the recording \`${shown}\` is a link that leads in a circle`,
      'remove it, or name another',
    );
  const folder = dirname(target);
  const isThere = (await stat(folder).catch(() => undefined))?.isDirectory() === true;
  if (!isThere) return refused(`the folder of the recording \`${shown}\` does not exist`, 'make it first');
  if (!(await allows(folder, constants.W_OK | constants.X_OK)))
    return refused(`the folder of the recording \`${shown}\` cannot be written to`);
  if (found === undefined || (await allows(path))) return undefined;
  return refused(`the recording \`${shown}\` cannot be written to`);
}

/** Where a path leads, also where nothing is there yet; undefined where it leads back to itself. */
async function targetOf(path: string): Promise<string | undefined> {
  const seen = new Set<string>();
  for (let at = path; !seen.has(at);) {
    seen.add(at);
    const next = await readlink(at).catch(() => undefined);
    if (next === undefined) return at;
    at = resolve(dirname(at), next);
  }
  return undefined;
}

async function allows(path: string, mode: number = constants.W_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

function refused(message: string, hint?: string): Diagnostic {
  return { severity: 'error', code: 'recording-unwritable', message, ...(hint !== undefined && { hint }) };
}

/** Works on one question wait for each other: two answers to it could not both be recorded, and replay as they came. */
function createAlone(): Recorder['alone'] {
  const last = new Map<Fingerprint, Promise<void>>();
  return async (fingerprint, work) => {
    const before = last.get(fingerprint);
    let release = () => {};
    const mine = new Promise<void>((done) => {
      release = done;
    });
    last.set(fingerprint, mine);
    try {
      await before;
      return await work();
    } finally {
      release();
      if (last.get(fingerprint) === mine) last.delete(fingerprint);
    }
  };
}
