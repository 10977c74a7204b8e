import { basename } from 'node:path';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';

/** The real disk, and the names of the files that are open. */
export function openFiles(): { readonly fileSystem: FileSystem; readonly names: () => readonly string[] } {
  const names: string[] = [];

  function watched<File extends { close(): Promise<void> }>(file: File, path: string): File {
    const name = basename(path);
    names.push(name);
    return {
      ...file,
      async close() {
        await file.close();
        names.splice(names.indexOf(name), 1);
      },
    };
  }

  return {
    fileSystem: {
      ...nodeFileSystem,
      create: async (path) => watched(await nodeFileSystem.create(path), path),
      openToRead: async (path) => watched(await nodeFileSystem.openToRead(path), path),
    },
    names: () => names.toSorted(),
  };
}
