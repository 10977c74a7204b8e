import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { PlannedTest, TestSuite } from '../testing/suite.ts';
import type { SuiteResult } from '../testing/result.ts';
import { exit, exitCodeOfReason, type ExitCode } from './exit.ts';
import { repositoryRoot } from './github.ts';
import { listenForInterrupts, type Interrupts } from './signals.ts';
import type { TestFlags } from './test-flags.ts';
import { printTests } from './test-report.ts';
import { runSuite, type SuiteRun } from './test-suite.ts';
import { printDiagnostics, printError, type Terminal } from './terminal.ts';

/** The tests of some files, which can be run again and again. */
export interface TestSession {
  run(): Promise<TestRun>;
}

export interface TestRun {
  readonly code: ExitCode;
  /** Those that the tests are made of, as far as they could be told, absolute. */
  readonly files: readonly string[];
}

/** Tests that are ready to be run. */
interface Selected {
  readonly suite: TestSuite;
  readonly tests: readonly PlannedTest[];
}

export async function createTestSession(
  terminal: Terminal,
  files: readonly string[],
  flags: TestFlags,
): Promise<TestSession> {
  return {
    async run() {
      const loaded = await loadAll(terminal, files);
      const { diagnostics, suites, paths } = loaded;
      await printMistakes(terminal, diagnostics, flags);
      if (diagnostics.some(({ severity }) => severity === 'error')) return { code: exit.usage, files: paths };
      const selected = await select(terminal, suites, files, flags);
      if (selected === undefined) return { code: exit.usage, files: paths };
      const interrupts = listenForInterrupts();
      try {
        return { code: await runAll(terminal, selected, flags, interrupts), files: paths };
      } finally {
        interrupts.release();
      }
    },
  };
}

interface Loaded {
  readonly suites: readonly TestSuite[];
  readonly diagnostics: readonly Diagnostic[];
  readonly paths: readonly string[];
}

/** Each pipeline once, whether it is named by itself, by its tests, or by both. */
async function loadAll(terminal: Terminal, files: readonly string[]): Promise<Loaded> {
  const { loadTests } = await import('../testing/load.ts');
  const { testFilesOf } = await import('../testing/files.ts');
  const named = new Map<string, string>();
  for (const file of files) {
    const { pipeline } = await testFilesOf(file, terminal.cwd);
    if (!named.has(pipeline)) named.set(pipeline, file);
  }
  const loaded = [];
  for (const file of named.values()) loaded.push(await loadTests(file, { cwd: terminal.cwd }));
  return {
    suites: loaded.flatMap(({ suite }) => suite ?? []),
    diagnostics: loaded.flatMap(({ diagnostics }) => diagnostics),
    paths: [...new Set(loaded.flatMap((one) => one.files))],
  };
}

/** On the lines of a pull request, where that was asked for; they are no part of any other report. */
async function printMistakes(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  { format }: TestFlags,
): Promise<void> {
  if (format !== 'github') return printDiagnostics(terminal, diagnostics);
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  const options = { format, color: false, cwd: terminal.cwd, root: repositoryRoot(terminal) };
  const { writeOut } = await import('./terminal.ts');
  await writeOut(terminal, formatDiagnostics(diagnostics, options));
}

/** The tests that are asked for. Undefined where there are none, which is told. */
async function select(
  terminal: Terminal,
  suites: readonly TestSuite[],
  files: readonly string[],
  { pattern, grep }: TestFlags,
): Promise<readonly Selected[] | undefined> {
  const all = suites.flatMap(({ tests }) => tests);
  const selected = suites.map((suite) => ({
    suite,
    tests: suite.tests.filter(({ name }) => pattern?.test(name) !== false),
  }));
  if (all.length === 0) {
    const [first = ''] = files;
    const hint = `write \`tests\` in it, or a file beside it: ${first.replace(/\.(ya?ml|json)$/iu, '.test.$1')}`;
    const what = files.length === 1 ? `\`${first}\` has no tests` : 'none of the files has tests';
    await printError(terminal, what, hint, 'no-tests');
    return undefined;
  }
  if (selected.every(({ tests }) => tests.length === 0)) {
    const names = all.slice(0, 5).map(({ name }) => JSON.stringify(name));
    const hint = `there are ${names.join(', ')}${all.length > names.length ? ', …' : ''}`;
    await printError(terminal, `no test's name matches ${JSON.stringify(grep)}`, hint, 'no-tests');
    return undefined;
  }
  return selected.filter(({ tests }) => tests.length > 0);
}

async function runAll(
  terminal: Terminal,
  selected: readonly Selected[],
  flags: TestFlags,
  interrupts: Interrupts,
): Promise<ExitCode> {
  const runs: SuiteRun[] = [];
  for (const { suite, tests } of selected) {
    const run = await runSuite(terminal, suite, tests, flags, interrupts);
    if (!run.ok) {
      await printDiagnostics(terminal, run.error.diagnostics);
      return run.error.code;
    }
    runs.push(run.value);
    if (run.value.result.reason !== undefined) break;
  }
  const results = runs.map(({ result }) => result);
  await printTests(terminal, results, flags);
  for (const { notes } of runs) {
    for (const note of notes) terminal.stderr.write(`${note}\n`);
  }
  return codeOf(results);
}

function codeOf(results: readonly SuiteResult[]): ExitCode {
  const [reason] = results.flatMap(({ reason }) => reason ?? []);
  if (reason !== undefined) return exitCodeOfReason(reason);
  const isBad = results.some(({ tests }) => tests.some(({ status }) => status !== 'passed'));
  return isBad ? exit.failures : exit.success;
}
