import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { isObject } from '../json/json.ts';
import type { TestFiles } from '../testing/files.ts';
import type { Terminal } from './terminal.ts';

export interface CheckedTests {
  readonly checked: number;
  readonly bad: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Those that the tests are made of, absolute. */
  readonly files: readonly string[];
}

/** Whether a pipeline has tests, in itself or in a file beside it. */
export function hasTests(pipeline: Source | undefined, { tests }: TestFiles): boolean {
  if (tests !== undefined) return true;
  return pipeline !== undefined && isObject(pipeline.value) && pipeline.value['tests'] !== undefined;
}

/** What is wrong with the tests of a pipeline as its file has it, whatever flags change for a run. */
export async function checkTests({ cwd }: Terminal, file: string): Promise<CheckedTests> {
  const { loadTests } = await import('../testing/load.ts');
  const { suite, diagnostics, files } = await loadTests(file, { cwd });
  return { checked: suite?.tests.length ?? 0, bad: suite === undefined, diagnostics, files };
}
