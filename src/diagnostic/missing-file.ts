import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './suggest.ts';

/** Says that there is no file at `path`, and which name beside it was likely meant. Messages name it as `shown`. */
export async function missingFile(path: string, shown = path): Promise<Diagnostic> {
  const folder = dirname(path);
  const names = await namesIn(folder);
  if (names !== undefined) {
    const meant = didYouMean(basename(path), names);
    return missing(`there is no file \`${shown}\``, meant === undefined ? undefined : `\`${meant}\``);
  }
  const meant = await nameBeside(folder);
  return missing(
    `there is no file \`${shown}\`: its folder does not exist`,
    meant === undefined ? undefined : `the folder \`${meant}\``,
  );
}

/** The name in the same folder that was likely meant by the last one of `path`. */
export async function nameBeside(path: string): Promise<string | undefined> {
  return didYouMean(basename(path), (await namesIn(dirname(path))) ?? []);
}

/** Undefined where there is no folder, or none that may be read: there is then nothing to suggest. */
async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch {
    return undefined;
  }
}

function missing(message: string, meant: string | undefined): Diagnostic {
  const hint = meant === undefined ? 'check the path' : `did you mean ${meant}?`;
  return { severity: 'error', code: 'missing-file', message, hint };
}
