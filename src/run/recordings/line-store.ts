import type { Position } from './order.ts';

/** Where the new lines of a recording are kept until the file is written. */
export interface LineStore {
  /** `line`: as it is to stand in the file; of an entry that the file has already, only that it was of use. */
  keep(position: Position, line: string): StoredLine;
  used(position: Position, fingerprint: string): void;
  /** Resolves when what was kept so far outlives this process; false where that failed. */
  committed(): Promise<boolean>;
}

export interface StoredLine {
  read(): Promise<string>;
}

/** For runs that keep no folder: what was recorded is lost with the process. */
export function memoryStore(): LineStore {
  return {
    keep: (_position, line) => ({ read: () => Promise.resolve(line) }),
    used: () => undefined,
    committed: () => Promise.resolve(true),
  };
}
