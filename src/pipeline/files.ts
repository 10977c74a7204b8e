import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { PlanFile } from '../plan.ts';
import type { Result } from '../result.ts';
import { readTextFile, type TextFile } from './load.ts';

/** Reads the files that a pipeline is made of, each once, and keeps what their bytes were. */
export interface PipelineFiles {
  /** A file by its absolute path; messages name it as `shown`. */
  read(path: string, shown: string): Promise<Result<TextFile, Diagnostic>>;
  /** Those of these files that have been read, in their order here. */
  listed(paths: Iterable<string>): readonly PlanFile[];
}

export function openFiles(): PipelineFiles {
  const files = new Map<string, Promise<Result<TextFile, Diagnostic>>>();
  const hashes = new Map<string, string>();
  const load = async (path: string, shown: string) => {
    const file = await readTextFile(path, shown);
    if (file.ok) hashes.set(path, file.value.sha256);
    return file;
  };
  return {
    read(path, shown) {
      const file = files.get(path) ?? load(path, shown);
      files.set(path, file);
      return file;
    },
    listed: (paths) =>
      [...new Set(paths)].flatMap((path) => {
        const sha256 = hashes.get(path);
        return sha256 === undefined ? [] : [{ path, sha256 }];
      }),
  };
}
