import { lstatSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLateChanges } from '../../src/cli/late-changes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function file() {
  const path = join(temporaryFolder(), 'a.yaml');
  writeFileSync(path, 'one');
  return path;
}

it('sees what has changed since, and nothing where no file is', async () => {
  const path = file();
  const late = createLateChanges();
  const { ctimeMs } = statSync(path);
  expect(await late({ files: [path, `${path}.absent`], links: [] }, ctimeMs)).toBe(false);
  expect(await late({ files: [path, `${path}.absent`], links: [] }, ctimeMs - 1)).toBe(true);
});

it('takes a file for unchanged whose time of writing is yet to come', async () => {
  const path = file();
  utimesSync(path, new Date('2100-01-01'), new Date('2100-01-01'));
  expect(await createLateChanges()({ files: [path], links: [] }, statSync(path).ctimeMs)).toBe(false);
});

it('tells a change once, also where the clock of the files is ahead', async () => {
  const path = file();
  const late = createLateChanges();
  const since = statSync(path).ctimeMs - 1000;
  expect(await late({ files: [path], links: [] }, since)).toBe(true);
  expect(await late({ files: [path], links: [] }, since)).toBe(false);
  const before = statSync(path).ctimeMs;
  // The file system's clock ticks every few milliseconds.
  while (statSync(path).ctimeMs === before) writeFileSync(path, 'two');
  expect(await late({ files: [path], links: [] }, since)).toBe(true);
});

it('sees of a link when it was put there, and of what it leads to nothing', async () => {
  const path = file();
  const link = `${path}.link`;
  symlinkSync(path, link);
  const since = lstatSync(link).ctimeMs - 1;
  utimesSync(path, new Date(), new Date());
  const late = createLateChanges();
  expect(await late({ files: [], links: [link] }, since)).toBe(true);
  expect(await late({ files: [], links: [link] }, since)).toBe(false);
});
