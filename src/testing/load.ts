import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import { isObject } from '../json/json.ts';
import { openFiles, type PipelineFiles } from '../pipeline/files.ts';
import { loadPipeline } from '../pipeline/pipeline.ts';
import { createReport, type Report } from '../pipeline/report.ts';
import { validateTestFile, validateTests, type SoundTest } from '../pipeline/validate-tests.ts';
import { testFilesOf, withoutPipeline, withTwin, type TestFiles } from './files.ts';
import { createPlanner } from './planner.ts';
import type { TestSuite } from './suite.ts';

export interface LoadedTests {
  /** There is one if, and only if, none of the diagnostics is an error. Without a test where the files hold none. */
  readonly suite?: TestSuite;
  /** Of the pipeline, too. */
  readonly diagnostics: readonly Diagnostic[];
  /** What could be told of the files, absolute: for who waits until they are mended. */
  readonly files: readonly string[];
}

/**
 * Reads and checks the tests of a pipeline, which is named by itself or by its file of tests: those under `tests`, then those
 * of the file beside it. Nothing is run, and nothing throws for a mistake in them.
 */
export async function loadTests(path: string, { cwd = '' }: { cwd?: string } = {}): Promise<LoadedTests> {
  const found = await testFilesOf(path, cwd);
  const shown = shownPath(found.pipeline, cwd);
  const loaded = await loadPipeline(shown, { cwd });
  const { plan, source: pipeline } = loaded;
  const files = openFiles();
  const sources: {
    readonly source: Source;
    readonly report: Report;
    readonly tests: readonly SoundTest[];
  }[] = [];
  const lone = await withoutPipeline(path, found, cwd);
  const diagnostics: Diagnostic[] = lone === undefined ? [...loaded.diagnostics] : [lone];
  if (pipeline !== undefined) {
    // What is wrong with their form has been told with the pipeline.
    const tests = isObject(pipeline.value) ? pipeline.value['tests'] : undefined;
    const report = createReport(pipeline, []);
    sources.push({ source: pipeline, report, tests: validateTests(tests, pipeline, report) });
  }
  if (found.tests !== undefined) {
    const read = await readTests(found.tests, shownPath(found.tests, cwd), files);
    diagnostics.push(...read.diagnostics);
    if (read.source !== undefined) {
      const report = createReport(read.source, []);
      const tests = validateTestFile(read.source.value, read.source, report);
      sources.push({ source: read.source, report, tests });
    }
  }
  const twin = sources.some(({ tests }) => tests.length > 0) ? await withTwin(found, cwd) : undefined;
  if (twin !== undefined) diagnostics.push(twin);
  const known = filesOf(found, loaded.files);
  if (plan === undefined || pipeline === undefined) {
    return {
      diagnostics: [...diagnostics, ...sources.flatMap(({ report }) => report.all())],
      files: known,
    };
  }
  const planner = createPlanner(plan, pipeline);
  for (const { source, report, tests } of sources) {
    await planner.add(tests, { path: source.path, source, files, report });
    diagnostics.push(...report.all());
  }
  const { pipeline: absolute, recording } = found;
  const touched = [...new Set([...known, ...files.touched()])];
  const suite = { path: absolute, plan, recording, files: touched, ...planner.planned() };
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  return { diagnostics, files: suite.files, ...(!failed && { suite }) };
}

async function readTests(
  path: string,
  shown: string,
  files: PipelineFiles,
): Promise<{ readonly source?: Source; readonly diagnostics: readonly Diagnostic[] }> {
  const read = await files.read(path, shown);
  if (!read.ok) return { diagnostics: [read.error] };
  const { source, diagnostics } = parseYaml(path, read.value.text);
  return diagnostics.length > 0 ? { diagnostics } : { source, diagnostics };
}

function filesOf({ pipeline, tests, recording }: TestFiles, files: readonly string[]): readonly string[] {
  const own = [pipeline, ...(tests === undefined ? [] : [tests]), recording];
  return [...new Set([...own, ...files])];
}
