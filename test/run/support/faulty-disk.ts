import {
  nodeFileSystem,
  type FileSystem,
  type ReadableFile,
  type WritableFile,
} from '../../../src/run/file-system.ts';

/** What is asked of the disk, as `append journal.jsonl`; the count of each begins at 1. */
export type DiskAct =
  | 'append'
  | 'sync'
  | 'create'
  | 'rename'
  | 'remove'
  | 'openToAppend'
  | 'openToRead'
  | 'truncate'
  | 'read'
  | 'list'
  | 'look'
  | 'makeFolder'
  | 'close';

export interface Fault {
  readonly act: DiskAct;
  /** The end of the path. */
  readonly file: string;
  /** Fails from the nth time on. */
  readonly from: number;
  readonly code: string;
}

/** The real disk, but for what the fault breaks. `acts` counts what was asked. */
export function faultyDisk(fault?: Fault): {
  readonly fileSystem: FileSystem;
  readonly acts: Map<string, number>;
} {
  const acts = new Map<string, number>();

  async function meet<Value>(act: DiskAct, path: string, perform: () => Promise<Value>): Promise<Value> {
    count(act, path);
    return perform();
  }

  /** Throws where the fault is met. */
  function count(act: DiskAct, path: string): void {
    const name = `${act} ${path.split('/').at(-1)}`;
    const nth = (acts.get(name) ?? 0) + 1;
    acts.set(name, nth);
    if (fault !== undefined && fault.act === act && path.endsWith(fault.file) && nth >= fault.from) {
      throw Object.assign(new Error(`${fault.code}: refused by the test`), { code: fault.code });
    }
  }

  function faultyFile(file: WritableFile, path: string): WritableFile {
    return {
      append: (bytes) => meet('append', path, () => file.append(bytes)),
      appendNow(bytes) {
        count('append', path);
        file.appendNow?.(bytes);
      },
      sync: () => meet('sync', path, () => file.sync()),
      async close() {
        await file.close();
        await meet('close', path, async () => {});
      },
    };
  }

  function faultyReader(file: ReadableFile, path: string): ReadableFile {
    return {
      read: (into, offset) => meet('read', path, () => file.read(into, offset)),
      close: () => file.close(),
    };
  }

  const fileSystem: FileSystem = {
    makeFolder: (path) => meet('makeFolder', path, () => nodeFileSystem.makeFolder(path)),
    list: (path) => meet('list', path, () => nodeFileSystem.list(path)),
    look: (path) => meet('look', path, () => nodeFileSystem.look(path)),
    create: (path) => meet('create', path, async () => faultyFile(await nodeFileSystem.create(path), path)),
    openToAppend: (path) =>
      meet('openToAppend', path, async () => faultyFile(await nodeFileSystem.openToAppend(path), path)),
    truncate: (path, length) => meet('truncate', path, () => nodeFileSystem.truncate(path, length)),
    openToRead: (path) =>
      meet('openToRead', path, async () => faultyReader(await nodeFileSystem.openToRead(path), path)),
    rename: (from, to) => meet('rename', to, () => nodeFileSystem.rename(from, to)),
    remove: (path) => meet('remove', path, () => nodeFileSystem.remove(path)),
    removeFolder: (path) => meet('remove', path, () => nodeFileSystem.removeFolder(path)),
    removeEmptyFolder: (path) => meet('remove', path, () => nodeFileSystem.removeEmptyFolder(path)),
  };
  return { fileSystem, acts };
}
