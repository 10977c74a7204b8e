import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { PlanFile } from '../plan.ts';
import type { Result } from '../result.ts';
import { hashFile, readTextFile, type TextFile } from './load.ts';

/** Reads the files that a pipeline is made of, each once, and keeps what their bytes were. */
export interface PipelineFiles {
  /** A file by its absolute path; messages name it as `shown`. */
  read(path: string, shown: string): Promise<Result<TextFile, Diagnostic>>;
  /** Whether there is a file at this path, text or not: the mistake where there is none. */
  find(path: string, shown: string): Promise<Diagnostic | undefined>;
  /** Keeps in mind that what is at this path makes a difference, such as a folder that has been listed. */
  note(path: string): void;
  /** Those of these files that have been read or found, in their order here. */
  listed(paths: Iterable<string>): readonly PlanFile[];
  /** Every path that was read, looked for or noted, whether or not there is something: for who waits for a change. */
  touched(): readonly string[];
}

export function openFiles(): PipelineFiles {
  const files = new Map<string, Promise<Result<TextFile, Diagnostic>>>();
  const hashes = new Map<string, string>();
  const touched = new Set<string>();
  const load = async (path: string, shown: string) => {
    const file = await readTextFile(path, shown);
    if (file.ok) hashes.set(path, file.value.sha256);
    return file;
  };
  return {
    read(path, shown) {
      touched.add(path);
      const file = files.get(path) ?? load(path, shown);
      files.set(path, file);
      return file;
    },
    async find(path, shown) {
      touched.add(path);
      if (hashes.has(path)) return undefined;
      const hash = await hashFile(path, shown);
      if (!hash.ok) return hash.error;
      hashes.set(path, hash.value);
      return undefined;
    },
    note: (path) => void touched.add(path),
    touched: () => [...touched],
    listed: (paths) =>
      [...new Set(paths)].flatMap((path) => {
        const sha256 = hashes.get(path);
        return sha256 === undefined ? [] : [{ path, sha256 }];
      }),
  };
}
