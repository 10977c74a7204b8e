import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { failure, success, type Result } from '../result.ts';
import type { StopReason } from './events.ts';
import { version } from '../version.ts';
import { errorCode, type FileSystem } from './file-system.ts';
import { journalName } from './journal/journal.ts';
import { headerLine } from './journal/lines.ts';
import { folderInUse, folderIsFile } from './reasons.ts';

/** Tells a run apart from all others, wherever they are. */
export function newRunId(): string {
  return randomBytes(8).toString('hex');
}

/** Tells folders of one second apart. */
export function randomSuffix(): string {
  return randomBytes(2).toString('hex');
}

const mostTries = 10;
const longestName = 80;

/**
 * A new folder below `runsDir` called `<name>-<UTC time>-<suffix>`, so that a listing by name is one by time; its
 * absolute path. Rejects with the file system's error.
 */
export async function makeNamedFolder(
  fileSystem: FileSystem,
  runsDir: string,
  name: string,
  time: number,
  suffix: () => string,
): Promise<string> {
  const stamp = new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let tries = 1; ; tries++) {
    const path = resolve(runsDir, `${safeName(name)}-${stamp}-${suffix()}`);
    try {
      await fileSystem.makeFolder(path);
      return path;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST' || tries === mostTries) throw error;
    }
  }
}

const stampAndSuffix = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{4}$/;

/** The second at which a folder was made that is called as `makeNamedFolder` does, as `2026-01-31T23:59:58`. */
export function begunAt(folder: string): string | undefined {
  const [, year, month, day, hour, minute, second] = stampAndSuffix.exec(folder) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}

/** Whether a folder is called as `makeNamedFolder` calls those of this name. */
export function isNamedAfter(folder: string, name: string): boolean {
  const safe = safeName(name);
  return folder.startsWith(safe) && folder.slice(safe.length).search(stampAndSuffix) === 0;
}

/** A name that is one part of a path everywhere, and neither hidden nor taken for an option. */
function safeName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  return safe.slice(0, longestName) || 'run';
}

/** The user's folder, made where it does not exist, refused where anything else is in it. Rejects with the system's error. */
export async function makeChosenFolder(
  fileSystem: FileSystem,
  path: string,
): Promise<Result<string, StopReason>> {
  try {
    await fileSystem.makeFolder(path);
    return success(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  try {
    const held = await heldIn(fileSystem, path);
    return held === undefined ? success(path) : failure(folderInUse(path, held));
  } catch (error) {
    if (errorCode(error) !== 'ENOTDIR') throw error;
    return failure(folderIsFile(path));
  }
}

/**
 * What a folder holds that a run must not overwrite. Undefined where it has no more than a run leaves that is killed before
 * it has begun: a journal that tells nothing.
 */
export async function heldIn(fileSystem: FileSystem, path: string): Promise<'run' | 'other' | undefined> {
  const names = await fileSystem.list(path);
  if (names.includes('run.json')) return 'run';
  if (names.some((name) => name !== 'run.json.tmp' && name !== journalName)) return 'other';
  if (!names.includes(journalName)) return undefined;
  const { kind, bytes } = await fileSystem.look(join(path, journalName));
  const isEmpty = kind === 'file' && bytes <= headerLine(version, { run: newRunId(), reserves: true }).length;
  return isEmpty ? undefined : 'other';
}
