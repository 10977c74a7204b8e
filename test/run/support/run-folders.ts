import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Plan } from '../../../src/plan.ts';
import { createRunFolder, type FolderServices, type RunFolder } from '../../../src/run/folder.ts';
import { plan as planOf, step } from './plans.ts';

/** A folder for one test, gone after it. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pipe-run-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function newRunFolder(
  services: FolderServices = {},
  plan: Plan = planOf([step('one')]),
): Promise<RunFolder> {
  const dir = join(await temporaryFolder(), 'run');
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
