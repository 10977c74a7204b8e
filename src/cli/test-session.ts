import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { listText } from '../pipeline/words.ts';
import type { PlannedTest, TestSuite } from '../testing/suite.ts';
import type { SuiteResult } from '../testing/result.ts';
import { failure, success, type Result } from '../result.ts';
import { exit, exitCodeOfReason, type ExitCode } from './exit.ts';
import { listenForInterrupts, type Interrupts } from './signals.ts';
import type { TestFlags } from './test-flags.ts';
import { printMistakes, refuseTests } from './refuse-tests.ts';
import { printTests } from './test-report.ts';
import { runSuite, type SuiteRun } from './test-suite.ts';
import type { Terminal } from './terminal.ts';

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
      if (diagnostics.some(({ severity }) => severity === 'error')) {
        return { code: await refuseTests(terminal, flags, diagnostics), files: paths };
      }
      const selected = select(suites, files, flags);
      if (!selected.ok) {
        const told = [...diagnostics, selected.error];
        return { code: await refuseTests(terminal, flags, told), files: paths };
      }
      await printMistakes(terminal, flags, diagnostics);
      const interrupts = listenForInterrupts();
      try {
        const code = await runAll(terminal, selected.value, flags, { diagnostics, interrupts });
        terminal.stderr.write(untestedNote(terminal, suites));
        return { code, files: paths };
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

/** The tests that are asked for; where there are none, why. */
function select(
  suites: readonly TestSuite[],
  files: readonly string[],
  { pattern, grep }: TestFlags,
): Result<readonly Selected[], Diagnostic> {
  const all = suites.flatMap(({ tests }) => tests);
  const selected = suites.map((suite) => ({
    suite,
    tests: suite.tests.filter(({ name }) => pattern?.test(name) !== false),
  }));
  if (all.length === 0) {
    const [first = ''] = files;
    const hint = `write \`tests\` in it, or a file beside it: ${first.replace(/\.(ya?ml|json)$/iu, '.test.$1')}`;
    const what = files.length === 1 ? `\`${first}\` has no tests` : 'none of the files has tests';
    return failure({ severity: 'error', code: 'no-tests', message: what, hint });
  }
  if (selected.every(({ tests }) => tests.length === 0)) {
    const names = all.slice(0, 5).map(({ name }) => JSON.stringify(name));
    const hint = `there are ${names.join(', ')}${all.length > names.length ? ', …' : ''}`;
    const message = `no test's name matches ${JSON.stringify(grep)}`;
    return failure({ severity: 'error', code: 'no-tests', message, hint });
  }
  return success(selected.filter(({ tests }) => tests.length > 0));
}

/** Beside the tests of others, a pipeline without any would look tested. */
function untestedNote({ cwd }: Terminal, suites: readonly TestSuite[]): string {
  const names = suites.filter(({ tests }) => tests.length === 0).map(({ path }) => shownPath(path, cwd));
  if (names.length === 0) return '';
  const note = `${listText(names)} ${names.length === 1 ? 'has' : 'have'} no tests`;
  return withoutCommands(`${printable(note)}\n`);
}

async function runAll(
  terminal: Terminal,
  selected: readonly Selected[],
  flags: TestFlags,
  {
    diagnostics,
    interrupts,
  }: { readonly diagnostics: readonly Diagnostic[]; readonly interrupts: Interrupts },
): Promise<ExitCode> {
  const runs: SuiteRun[] = [];
  const refused: Diagnostic[] = [];
  const codes: ExitCode[] = [];
  for (const { suite, tests } of selected) {
    const run = await runSuite(terminal, suite, tests, flags, interrupts);
    if (run.ok) {
      runs.push(run.value);
      if (run.value.result.reason !== undefined) break;
      continue;
    }
    // What is wrong with one pipeline's recording takes nothing from the report on the others.
    refused.push(...run.error.diagnostics);
    codes.push(run.error.code);
    // A disk that fails would fail the others.
    if (run.error.code === exit.local) break;
  }
  const [refusal] = codes;
  if (runs.length === 0 && refusal !== undefined) return refuseTests(terminal, flags, refused, refusal);
  await printMistakes(terminal, flags, refused);
  const results = runs.map(({ result }) => result);
  const code = refusal ?? codeOf(results);
  await printTests(terminal, results, flags, { diagnostics: [...diagnostics, ...refused], exitCode: code });
  for (const { notes } of runs) {
    for (const note of notes) terminal.stderr.write(`${note}\n`);
  }
  return code;
}

function codeOf(results: readonly SuiteResult[]): ExitCode {
  const [reason] = results.flatMap(({ reason }) => reason ?? []);
  if (reason !== undefined) return exitCodeOfReason(reason);
  const isBad = results.some(({ tests }) => tests.some(({ status }) => status !== 'passed'));
  return isBad ? exit.failures : exit.success;
}
