import { constants } from 'node:fs';
import { lstat, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { missingFile } from '../diagnostic/missing-file.ts';
import { bounded } from '../diagnostic/printable.ts';
import { failure, success, type Result } from '../result.ts';
import { errorCode, inWords } from './file-system.ts';
import { imageType, longestSignature } from './image-type.ts';

/** Bytes of the largest image that is sent: Mistral takes none above 10 MB. */
export const largestImage = 10 * 1024 * 1024;

const longestName = 200;

/**
 * The image that a record names, as a data URL; with `check`, only of its first bytes, which cost nothing to read. The
 * name is a record's, which nobody has vouched for: the file's real path, with every link followed, must be inside the
 * folder, and its first bytes must be those of an image. A failure is a sentence that says what is wrong and what to do.
 */
export async function readImage(
  name: string,
  folder: string,
  how: 'embed' | 'check',
): Promise<Result<string, string>> {
  const refused = refusedName(name, folder);
  if (refused !== undefined) return failure(refused);
  try {
    const located = await locate(name, folder);
    return located.ok ? await readLocated(name, located.value, how) : located;
  } catch (error) {
    return failure(`${quoted(name)} cannot be read: ${bounded(inWords(error), longestName)}`);
  }
}

/** What can be said of a path without looking at the disk. */
function refusedName(name: string, folder: string): string | undefined {
  if (name.includes('\0')) return `${quoted(name.replaceAll('\0', '\u2400'))} holds a NUL, and no path does`;
  if (/^file:/i.test(name))
    return `${quoted(name)} is the URL of a file: write its path, relative to ${place(folder)}`;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(name))
    return `${quoted(name)} is no address of an image: give an http(s) URL, a data URL, or the path of a file`;
  if (isAbsolute(name) || /^(?:[a-z]:|\\)\\?/i.test(name))
    return `${quoted(name)} is an absolute path: write it relative to ${place(folder)}, or name another folder by \`--files DIR\``;
  return isInside(resolve(folder), resolve(folder, name)) ? undefined : leadsOut(name, folder);
}

/** The file's real path, where that is inside the folder. */
async function locate(name: string, folder: string): Promise<Result<string, string>> {
  const path = resolve(folder, name);
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) return failure(`${place(folder)}, where ${quoted(name)} would be, does not exist`);
  try {
    const real = await realpath(path);
    return isInside(root, real) ? success(real) : failure(leadsOut(name, folder));
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    return failure(await missing(name, path, root, folder));
  }
}

async function missing(name: string, path: string, root: string, folder: string): Promise<string> {
  // What stands beside it is told only where that may be known: not behind a link out of the folder.
  if (!isInside(root, await nearestReal(dirname(path)))) return leadsOut(name, folder);
  if (await isLink(path)) return `${quoted(name)} is a link that leads nowhere`;
  const { message, hint = '' } = await missingFile(path, bounded(name, longestName));
  return `${message}; ${hint.startsWith('did you mean') ? hint : `paths are relative to ${place(folder)}, and \`--files DIR\` names another folder`}`;
}

/** The real path of the nearest folder above that there is. */
async function nearestReal(path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  return real ?? nearestReal(dirname(path));
}

async function isLink(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSymbolicLink() === true;
}

async function readLocated(
  name: string,
  path: string,
  how: 'embed' | 'check',
): Promise<Result<string, string>> {
  // Asked before it is opened: to open a device may set it to work.
  const kind = refusedKind(name, await stat(path));
  if (kind !== undefined) return failure(kind);
  // Nothing that takes the file's place now is waited for or followed.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const found = await file.stat();
    const refused = refusedKind(name, found) ?? refusedSize(name, found.size);
    if (refused !== undefined) return failure(refused);
    const bytes = await readStart(file, how === 'embed' ? found.size : longestSignature);
    const type = imageType(bytes);
    if (type === undefined)
      return failure(
        `${quoted(name)} is no PNG, JPEG, GIF or WebP image by what it holds, whatever its name says: convert it to one`,
      );
    return success(`data:image/${type};base64,${bytes.toString('base64')}`);
  } finally {
    await file.close();
  }
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
}

function refusedKind(name: string, found: Kind): string | undefined {
  if (found.isFile()) return undefined;
  return found.isDirectory()
    ? `${quoted(name)} is a folder: name a file in it`
    : `${quoted(name)} is no file but a pipe, a socket or a device`;
}

function refusedSize(name: string, size: number): string | undefined {
  if (size === 0) return `${quoted(name)} is empty`;
  if (size <= largestImage) return undefined;
  const [has, may] = [size, largestImage].map((bytes) => bytes.toLocaleString('en-US'));
  return `${quoted(name)} has ${has} bytes, and an image may have ${may} (10 MB) at most: make it smaller`;
}

async function readStart(file: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function leadsOut(name: string, folder: string): string {
  return `${quoted(name)} leads out of ${place(folder)}, and only files in it are sent: put the image there, or name its folder by \`--files DIR\``;
}

function place(folder: string): string {
  return folder === '.' ? 'the working directory' : `the folder \`${folder}\``;
}

function quoted(name: string): string {
  return `\`${bounded(name, longestName)}\``;
}
