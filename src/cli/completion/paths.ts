import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Candidate } from './candidate.ts';

interface Place {
  /** What is typed of a path. */
  readonly typed: string;
  readonly cwd: string;
  /** What `~` stands for. */
  readonly home: string | undefined;
}

export function pipelines(place: Place): Promise<readonly Candidate[]> {
  return pathsIn(place, (name) => /\.ya?ml$/i.test(name));
}

export function dataFiles(place: Place): Promise<readonly Candidate[]> {
  return pathsIn(place, (name) => /\.(?:jsonl|ndjson|csv|tsv|json)(?:\.gz)?$/i.test(name));
}

export function files(place: Place): Promise<readonly Candidate[]> {
  return pathsIn(place, () => true);
}

export function folders(place: Place): Promise<readonly Candidate[]> {
  return pathsIn(place, () => false);
}

/** Files of a kind in the folder that is typed, and its folders, each with a slash; hidden ones where that is asked for. */
async function pathsIn(
  { typed, cwd, home }: Place,
  wanted: (name: string) => boolean,
): Promise<readonly Candidate[]> {
  const slash = typed.lastIndexOf('/') + 1;
  const [folder, begun] = [typed.slice(0, slash), typed.slice(slash)];
  const real =
    folder.startsWith('~/') && home !== undefined ? join(home, folder.slice(2)) : resolve(cwd, folder);
  const entries = await readdir(real, { withFileTypes: true }).catch(() => []);
  const shown = entries.filter(
    ({ name }) => name.startsWith(begun) && (begun.startsWith('.') || !name.startsWith('.')),
  );
  const candidates = await Promise.all(
    shown.map(async (entry): Promise<Candidate | undefined> => {
      const found = entry.isSymbolicLink()
        ? await stat(join(real, entry.name)).catch(() => undefined)
        : entry;
      if (found?.isDirectory() === true)
        return entry.name === 'node_modules' && begun === ''
          ? undefined
          : { value: `${folder}${entry.name}/` };
      return wanted(entry.name) ? { value: folder + entry.name } : undefined;
    }),
  );
  return candidates
    .filter((one) => one !== undefined)
    .toSorted((one, other) => (one.value < other.value ? -1 : 1));
}
