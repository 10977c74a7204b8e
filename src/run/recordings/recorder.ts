import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../../result.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { RecordingChange } from './change.ts';
import { createCollection, type Collection } from './collection.ts';
import { openRecordings } from './open.ts';
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
   * entries that nothing has used. May be called again when more was recorded. Fails with the disk's refusal.
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
}

/** A recorder, and warnings of what the file has already. */
export interface OpenedRecorder {
  readonly recorder: Recorder;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the file where it exists, and makes sure that it can be written: all before anything is paid for. */
export async function openRecorder(
  path: string,
  { cwd = '', refresh = false, simulated = false }: RecorderOptions = {},
): Promise<Result<OpenedRecorder, readonly Diagnostic[]>> {
  const absolute = resolve(cwd, path);
  const mistake = await unwritable(absolute, path);
  if (mistake !== undefined) return failure([mistake]);
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
      const result = collection.result(prune);
      const { added, replaced, kept, dropped } = result;
      const failed = result.unchanged ? undefined : await writeRecording(absolute, result.lines());
      return failed === undefined
        ? success({ path: absolute, added, replaced, kept, dropped })
        : failure(failed);
    },
  };
  return success({ recorder, diagnostics });
}

async function unwritable(path: string, shown: string): Promise<Diagnostic | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true)
    return refused(`the recording \`${shown}\` is a folder`, 'name a file in it');
  if (found !== undefined && !found.isFile()) {
    return refused(`the recording \`${shown}\` is not a file`, 'name one that is, or does not exist yet');
  }
  // The file is replaced by one beside it, so that its folder has to take that.
  const folder = dirname(path);
  if (!(await allows(folder))) {
    const what = (await stat(folder).catch(() => undefined))?.isDirectory() === true;
    return what
      ? refused(`the folder of the recording \`${shown}\` cannot be written to`)
      : refused(`the folder of the recording \`${shown}\` does not exist`, 'make it first');
  }
  if (found === undefined || (await allows(path))) return undefined;
  return refused(`the recording \`${shown}\` cannot be written to`);
}

async function allows(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
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
