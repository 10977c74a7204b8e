import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isObject, type JsonObject } from '../../json/json.ts';
import { runsFolder } from '../find-run.ts';
import type { Candidate } from './candidate.ts';

/** A pipeline of more bytes is not read at every press of Tab. */
const mostBytes = 1_000_000;

export async function stepIds(file: string | undefined, cwd: string): Promise<readonly Candidate[]> {
  const { steps } = await readPipeline(file, cwd);
  if (!isObject(steps)) return [];
  return Object.entries(steps).map(([value, step]) => {
    const type: unknown = isObject(step) ? step['type'] : undefined;
    return typeof type === 'string' ? { value, description: type.replaceAll(/\p{Cc}/gu, ' ') } : { value };
  });
}

/** `language=`, to be gone on with. */
export async function variableNames(file: string | undefined, cwd: string): Promise<readonly Candidate[]> {
  const { vars } = await readPipeline(file, cwd);
  return isObject(vars) ? Object.keys(vars).map((name) => ({ value: `${name}=` })) : [];
}

/** The newest first. */
export async function runNames(cwd: string): Promise<readonly Candidate[]> {
  const names = await readdir(join(cwd, runsFolder)).catch(() => []);
  const stamp = (name: string) => /\d{8}T\d{6}Z/.exec(name)?.[0] ?? '';
  return names
    .filter((name) => !name.startsWith('.'))
    .toSorted((one, other) => stamp(other).localeCompare(stamp(one)))
    .map((value) => ({ value }));
}

/** What it says, right or wrong; empty where that is no pipeline. */
async function readPipeline(file: string | undefined, cwd: string): Promise<JsonObject> {
  if (file === undefined) return {};
  try {
    const path = resolve(cwd, file);
    const found = await stat(path);
    if (!found.isFile() || found.size > mostBytes) return {};
    const { parseDocument } = await import('yaml');
    const value: unknown = parseDocument(await readFile(path, 'utf8'), { merge: true }).toJS({
      maxAliasCount: 100,
    });
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
