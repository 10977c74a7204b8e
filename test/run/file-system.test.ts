import { mkdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inWords, makeFolders } from '../../src/run/file-system.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('makeFolders', () => {
  it('makes a folder with those above it, and leaves what is there', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'c');
    await makeFolders(path);
    await makeFolders(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it('tells why the first that is not there cannot be made', async () => {
    const root = temporaryFolder();
    const made: string[] = [];
    const readOnly = async (path: string) => {
      made.push(path);
      if (dirname(path) === root)
        throw Object.assign(new Error(`EROFS: read-only file system`), { code: 'EROFS' });
      await mkdir(path);
    };
    const refused: unknown = await makeFolders(join(root, 'a', 'b'), readOnly).catch((error) => error);
    expect(inWords(refused)).toBe('the file system is read-only (EROFS)');
    expect(made).toEqual([join(root, 'a', 'b'), join(root, 'a')]);
  });

  it('gives up where a link leads nowhere', async () => {
    const link = join(temporaryFolder(), 'link');
    await symlink('nowhere', link);
    await expect(makeFolders(join(link, 'a'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
