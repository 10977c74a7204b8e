import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem, type FileSystem } from '../../src/run/file-system.ts';
import { newestRuns } from '../../src/run/newest-runs.ts';
import { newRunFolder } from './support/run-folders.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with runs of these names that were begun at these times; null: its run.json is damaged. */
async function folderWith(
  runs: readonly (readonly [name: string, started: string | null])[],
): Promise<string> {
  const folder = temporaryFolder();
  const one = await newRunFolder();
  await one.release();
  const summary = JSON.parse(readFileSync(join(one.path, 'run.json'), 'utf8')) as object;
  for (const [name, started] of runs) {
    const path = join(folder, name);
    cpSync(one.path, path, { recursive: true });
    const text = started === null ? '{"torn' : JSON.stringify({ ...summary, started });
    writeFileSync(join(path, 'run.json'), text);
  }
  mkdirSync(join(folder, 'notes'));
  writeFileSync(join(folder, 'list.txt'), 'x');
  return folder;
}

async function namesOf(runs: AsyncIterable<{ readonly path: string }>, most = Infinity): Promise<string[]> {
  const names: string[] = [];
  for await (const { path } of runs) {
    names.push(basename(path));
    if (names.length === most) break;
  }
  return names;
}

const runs = [
  ['p-20260131T120000Z-0000', '2026-01-31T12:00:00.900Z'],
  ['p-20260131T120000Z-ffff', '2026-01-31T12:00:00.100Z'],
  ['q-20260201T080000Z-0000', '2026-02-01T08:00:00.000Z'],
  ['night', '2026-01-31T12:00:00.500Z'],
  ['first', '2025-12-24T18:00:00.000Z'],
  ['last', '2026-03-01T00:00:00.000Z'],
  ['.merging', '2026-04-01T00:00:00.000Z'],
] as const;

describe('the runs that a folder keeps', () => {
  it('come by when they were begun, whatever they are called', async () => {
    expect(await namesOf(newestRuns(await folderWith(runs), nodeFileSystem))).toEqual([
      'last',
      'q-20260201T080000Z-0000',
      'p-20260131T120000Z-0000',
      'night',
      'p-20260131T120000Z-ffff',
      'first',
    ]);
  });

  it('may be those of one pipeline, and all that have names of their own', async () => {
    const some = newestRuns(await folderWith(runs), nodeFileSystem, (name) => name.startsWith('q-'));
    expect(await namesOf(some)).toEqual(['last', 'q-20260201T080000Z-0000', 'night', 'first']);
  });

  it('are not passed over where they are damaged, if their names tell that they are runs', async () => {
    const folder = await folderWith([
      ['p-20260131T120000Z-0000', null],
      ['named', null],
      ['early', '2026-01-31T11:00:00.000Z'],
    ]);
    expect(await namesOf(newestRuns(folder, nodeFileSystem))).toEqual(['p-20260131T120000Z-0000', 'early']);
  });

  it('are read no further back than is asked for', async () => {
    const folder = await folderWith([...runs, ['r-20260401T080000Z-0000', '2026-04-01T08:00:00.000Z']]);
    const read: string[] = [];
    const watched: FileSystem = {
      ...nodeFileSystem,
      openToRead: (path: string) => {
        read.push(basename(join(path, '..')));
        return nodeFileSystem.openToRead(path);
      },
    };
    expect(await namesOf(newestRuns(folder, watched), 1)).toEqual(['r-20260401T080000Z-0000']);
    expect(read.filter((name) => /^[pqr]-/.test(name))).toEqual(['r-20260401T080000Z-0000']);
  });

  it('are none where there is no folder', async () => {
    expect(await namesOf(newestRuns('/nowhere/at/all', nodeFileSystem))).toEqual([]);
  });
});
