import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/json/json.ts';
import { pipeHere } from '../support/pipe-here.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const gallery = fileURLToPath(new URL('../../pipelines/', import.meta.url));
export const read = (path: string) => readFileSync(path, 'utf8');
export const specOf = (pipeline: string) => parse(read(`${gallery}${pipeline}`)) as JsonObject;

/** The objects of a JSONL text. */
export function linesOf(text: string): readonly JsonObject[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
}

export interface Simulated {
  readonly results: readonly JsonObject[];
  readonly summary: string;
  /** Every line of the run's journal. */
  readonly journal: readonly JsonObject[];
}

/** Runs a pipeline of the gallery over its rows, without a key. Every record has to succeed. */
export async function simulate(
  pipeline: string,
  rows: string,
  ...flags: readonly string[]
): Promise<Simulated> {
  const folder = join(temporaryFolder(), 'run');
  const words = `run pipelines/${pipeline} --input pipelines/data/${rows} --simulate --output -`;
  const run = await pipeHere([...words.split(' '), '--run-dir', folder, ...flags], { cwd: root });
  expect(run.exitCode, run.stderr).toBe(0);
  return {
    results: linesOf(run.stdout),
    summary: run.stderr,
    journal: linesOf(read(join(folder, 'journal.jsonl'))),
  };
}
