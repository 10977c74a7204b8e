import { mkdtempSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLateChanges } from '../../src/cli/late-changes.ts';

function file() {
  const path = join(mkdtempSync(join(tmpdir(), 'pipe-late-')), 'a.yaml');
  writeFileSync(path, 'one');
  return path;
}

it('sees what has changed since, and nothing where no file is', async () => {
  const path = file();
  const late = createLateChanges();
  const { ctimeMs } = statSync(path);
  expect(await late([path, `${path}.absent`], ctimeMs)).toBe(false);
  expect(await late([path, `${path}.absent`], ctimeMs - 1)).toBe(true);
});

it('takes a file for unchanged whose time of writing is yet to come', async () => {
  const path = file();
  utimesSync(path, new Date('2100-01-01'), new Date('2100-01-01'));
  expect(await createLateChanges()([path], statSync(path).ctimeMs)).toBe(false);
});

it('tells a change once, also where the clock of the files is ahead', async () => {
  const path = file();
  const late = createLateChanges();
  const since = statSync(path).ctimeMs - 1000;
  expect(await late([path], since)).toBe(true);
  expect(await late([path], since)).toBe(false);
  const before = statSync(path).ctimeMs;
  // The file system's clock ticks every few milliseconds.
  while (statSync(path).ctimeMs === before) writeFileSync(path, 'two');
  expect(await late([path], since)).toBe(true);
});
