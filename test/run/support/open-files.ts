import { basename } from 'node:path';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';

/** The disk, and the names of the files on it that are open. */
export function openFiles(disk: FileSystem = nodeFileSystem): {
  readonly fileSystem: FileSystem;
  readonly names: () => readonly string[];
} {
  const names: string[] = [];

  function watched<File extends { close(): Promise<void> }>(file: File, path: string): File {
    const name = basename(path);
    names.push(name);
    return {
      ...file,
      async close() {
        names.splice(names.indexOf(name), 1);
        await file.close();
      },
    };
  }

  return {
    fileSystem: {
      ...disk,
      create: async (path) => watched(await disk.create(path), path),
      openToAppend: async (path) => watched(await disk.openToAppend(path), path),
      openToRead: async (path) => watched(await disk.openToRead(path), path),
    },
    names: () => names.toSorted(),
  };
}
