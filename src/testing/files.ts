import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';

/** The files of one pipeline that tests are about, absolute. */
export interface TestFiles {
  readonly pipeline: string;
  /** The file of tests beside it, where there is one. */
  readonly tests?: string;
  /** Need not be there. */
  readonly recording: string;
}

const extensions = ['.yaml', '.yml', '.json'] as const;

/** Whether a file holds tests, by its name: `translate.test.yaml`. */
export function isTestFile(path: string): boolean {
  return extensions.some((extension) => path.toLowerCase().endsWith(`.test${extension}`));
}

/** The pipeline whose tests are in this file, or that this file is, with what stands beside it. */
export async function testFilesOf(path: string, cwd: string): Promise<TestFiles> {
  const absolute = resolve(cwd, path);
  const stem = stemOf(absolute);
  const pipeline = isTestFile(absolute)
    ? ((await firstOf(extensions.map((extension) => `${stem}${extension}`))) ?? `${stem}.yaml`)
    : absolute;
  const tests = isTestFile(absolute) ? absolute : await firstOf(possibleTestFiles(absolute));
  return { pipeline, recording: `${stem}.recording.jsonl`, ...(tests !== undefined && { tests }) };
}

/** Where the tests of this pipeline would stand, were there any: absolute as it is. */
export function possibleTestFiles(pipeline: string): readonly string[] {
  return extensions.map((extension) => `${stemOf(pipeline)}.test${extension}`);
}

/** Says what a file of tests is without its pipeline; undefined where this is none, or the pipeline is there. */
export async function withoutPipeline(
  path: string,
  { pipeline, tests }: TestFiles,
  cwd: string,
): Promise<Diagnostic | undefined> {
  if (tests === undefined || !isTestFile(path)) return undefined;
  if ((await firstOf([tests])) === undefined || (await stat(pipeline).catch(() => undefined)))
    return undefined;
  const [shown, tested] = [shownPath(tests, cwd), shownPath(pipeline, cwd)];
  return {
    severity: 'error',
    code: 'missing-file',
    message: `\`${shown}\` tests \`${tested}\`, which is not there`,
    hint: 'a file of tests stands beside its pipeline and has its name: rename one of them, or write the pipeline',
  };
}

/**
 * Says that the pipeline has a twin: `x.yaml` and `x.yml` of one folder have one file of tests and one recording, so that each
 * would be tested by what is the other's, and recording one would drop the other's answers.
 */
export async function withTwin(
  { pipeline, recording }: TestFiles,
  cwd: string,
): Promise<Diagnostic | undefined> {
  const extension = extname(pipeline);
  if (!/^\.ya?ml$/i.test(extension)) return undefined;
  const stem = pipeline.slice(0, -extension.length);
  const others = ['.yaml', '.yml'].filter((other) => other !== extension.toLowerCase());
  const twin = await firstOf(others.map((other) => `${stem}${other}`));
  if (twin === undefined || (await firstOf([pipeline])) === undefined) return undefined;
  const [one, other] = [shownPath(pipeline, cwd), shownPath(twin, cwd)];
  return {
    severity: 'error',
    code: 'shared-tests',
    message: `\`${one}\` and \`${other}\` would share one file of tests and \`${shownPath(recording, cwd)}\``,
    hint: 'give one of the two another name',
    place: { path: pipeline, line: 1 },
  };
}

/** A path without its extension, nor the `.test` before it. */
function stemOf(path: string): string {
  const name = basename(path, extname(path));
  return join(dirname(path), isTestFile(path) ? name.slice(0, -'.test'.length) : name);
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) return path;
  }
  return undefined;
}
