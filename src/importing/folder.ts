import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { hideSecrets, type Hidden } from '../diagnostic/hide-secrets.ts';
import { readTextFile } from '../pipeline/load.ts';
import { failure, success, type Result } from '../result.ts';
import type { Notes } from './notes.ts';
import { textPlace } from './notes.ts';
import { matchesWildcard } from './wildcard.ts';

/** The folder of a file that is imported: what it names is read here, by its real path, and nowhere else. */
export interface SourceFolder {
  /** The text of a file, with no key in it. `named` is what the source says, relative to `from` (default: the source). */
  read(named: string, from?: string): Promise<Result<NamedFile, Diagnostic>>;
  /** The real path of a file within the folder, for whoever streams it, and hides what is in it. */
  find(named: string): Promise<Result<string, Diagnostic>>;
  /** The files whose names a pattern with `*` in its last part stands for, in the order of their names. */
  list(pattern: string): Promise<Result<readonly string[], Diagnostic>>;
  hide(text: string): Hidden;
}

export interface NamedFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Of one import: a flow has some dozens. */
const mostFiles = 500;
const mostCharacters = 20_000_000;

/** `keys`: those of this machine, which no file is to bring along. */
export function openFolder(source: string, notes: Notes, keys: readonly string[]): SourceFolder {
  const hide = (text: string) => hideSecrets(text, keys);
  const root = dirname(source);
  const read = new Map<string, NamedFile>();
  let characters = 0;
  /** Said of the first file that is too much, and of all others in its place. */
  let full: Diagnostic | undefined;

  async function find(named: string, from = source): Promise<Result<string, Diagnostic>> {
    const path = resolve(dirname(from), named);
    if (!isWithin(root, path)) return failure(outside(named));
    const [realRoot, real] = await Promise.all([realOf(root), realOf(path)]);
    // What is not there is told by whoever reads it.
    if (real === undefined || realRoot === undefined) return success(path);
    return isWithin(realRoot, real) ? success(path) : failure(outside(named));
  }

  return {
    find,
    hide,
    async list(pattern) {
      const within = dirname(pattern);
      const found = await find(within);
      if (!found.ok) return found;
      const entries = await readdir(found.value, { withFileTypes: true }).catch(() => []);
      const names = entries
        .filter((entry) => !entry.isDirectory() && matchesWildcard(entry.name, basename(pattern)))
        .map(({ name }) => name)
        // A name that has a star itself would be a pattern again.
        .filter((name) => !name.includes('*'));
      if (names.length > mostFiles) return failure(tooMuch(pattern));
      return success(names.sort().map((name) => join(within, name)));
    },
    async read(named, from) {
      const found = await find(named, from);
      if (!found.ok) return found;
      const known = read.get(found.value);
      if (known !== undefined) return success(known);
      if (full !== undefined) return failure(full);
      const file = await readTextFile(found.value, named);
      if (!file.ok) return file;
      characters += file.value.text.length;
      if (read.size >= mostFiles || characters > mostCharacters) {
        full = tooMuch(named);
        return failure(full);
      }
      const hidden = hide(file.value.text);
      tellSecrets(found.value, hidden.text, hidden.found, notes);
      const text = { path: found.value, text: hidden.text };
      read.set(found.value, text);
      return success(text);
    },
  };
}

/** Says where keys stood. */
export function tellSecrets(path: string, text: string, found: Hidden['found'], notes: Notes): void {
  if (found.length === 0) return;
  const { source } = textPlace(path, text);
  for (const span of found)
    notes.tell(
      { source, pointer: [], span },
      'what looks like a key stands here; it is not written anywhere',
      'set the environment variable that the provider reads (`MISTRAL_API_KEY`, `OPENAI_API_KEY`, …) or that `model.api_key_env` names, and take the key out of this file',
      'secret',
    );
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function realOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

function outside(named: string): Diagnostic {
  return {
    severity: 'error',
    code: 'outside-folder',
    message: `\`${named}\` is not in the folder of the file that names it, and is not read`,
    hint: 'copy it into that folder, and name it there',
  };
}

function tooMuch(named: string): Diagnostic {
  return {
    severity: 'error',
    code: 'file-too-large',
    message: `\`${named}\` is not read: the file names too many files, or too large ones`,
    hint: `${mostFiles} files of ${mostCharacters / 1_000_000} million characters are read at most`,
  };
}
