import { readdir } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean, isSlip } from './suggest.ts';

/** Says that there is no file at `path`, and which one was likely meant. Messages name it as `shown`. */
export async function missingFile(path: string, shown = path): Promise<Diagnostic> {
  const folder = dirname(path);
  const names = await namesIn(folder);
  if (names !== undefined) {
    const meant = likelyFile(basename(path), names);
    return missing(
      `there is no file \`${shown}\``,
      meant === undefined ? undefined : `\`${renamed(shown, meant)}\``,
    );
  }
  const meant = await folderBeside(folder, dirname(shown));
  return missing(
    `there is no file \`${shown}\`: its folder does not exist`,
    meant === undefined ? undefined : `the folder \`${meant}\``,
  );
}

/** The folder beside `path` that was likely meant, as it would be written where that is `shown`. */
export async function folderBeside(path: string, shown: string): Promise<string | undefined> {
  const meant = didYouMean(basename(path), (await namesIn(dirname(path))) ?? []);
  return meant === undefined ? undefined : renamed(shown, meant);
}

/**
 * The file that was likely meant: of the same name but for its extension, or of the same extension and nearly the name.
 * An extension is no likeness: `apple.webp` was not meant by `nope.webp`.
 */
export function likelyFile(name: string, names: readonly string[]): string | undefined {
  const extension = extname(name).toLowerCase();
  const others = names.filter((other) => other !== name);
  const fitting = others.filter((other) => {
    const its = extname(other).toLowerCase();
    return extension === '' || its === extension || isSlip(its, extension);
  });
  const sameStem = (other: string) => stemOf(other).toLowerCase() === stemOf(name).toLowerCase();
  const meant = didYouMean(stemOf(name), fitting.map(stemOf));
  return fitting.find(sameStem) ?? others.find(sameStem) ?? fitting.find((other) => stemOf(other) === meant);
}

function stemOf(name: string): string {
  return basename(name, extname(name));
}

/** A path with another last name, its folders as they were written. */
function renamed(shown: string, name: string): string {
  return `${shown.slice(0, shown.lastIndexOf(basename(shown)))}${name}`;
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
