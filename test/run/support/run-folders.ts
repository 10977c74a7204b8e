import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../../src/plan.ts';
import { createRunFolder, type FolderServices, type RunFolder } from '../../../src/run/folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { plan as planOf, step } from './plans.ts';

export async function newRunFolder(
  services: FolderServices = {},
  plan: Plan = planOf([step('one')]),
): Promise<RunFolder> {
  const dir = join(temporaryFolder(), 'run');
  const folder = await createRunFolder(
    dir,
    { plan, input: { path: null, sha256: null }, simulated: false },
    services,
  );
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

/** The lines of a file of JSON lines, read; fails where one is torn. */
export async function jsonLines(path: string): Promise<readonly unknown[]> {
  const text = await readFile(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path} ends within a line`);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}
