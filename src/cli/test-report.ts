import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { SuiteResult } from '../testing/result.ts';
import type { TestFlags } from './test-flags.ts';
import type { ExitCode } from './exit.ts';
import { repositoryRoot } from './github.ts';
import { commandOf } from './reporters.ts';
import { wantsColor, writeOut, type Terminal } from './terminal.ts';

/** What is told beside the results. */
export interface TestEnd {
  /** What was told beside the tests: warnings, and why a pipeline could not be tested. */
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: ExitCode;
}

/** Tells what came of the tests: to people on stderr, to programs on stdout, and where GitHub asks for it beside the job. */
export async function printTests(
  terminal: Terminal,
  results: readonly SuiteResult[],
  flags: TestFlags,
  end: TestEnd,
): Promise<void> {
  await printAs(terminal, results, flags, end);
  const { appendStepSummary, wantsStepSummary } = await import('./step-summary.ts');
  if (!wantsStepSummary(terminal)) return;
  const { testMarkdown } = await import('../report/test-markdown.ts');
  await appendStepSummary(
    terminal,
    testMarkdown(results, { cwd: terminal.cwd, command: commandOf(terminal) }),
  );
}

async function printAs(
  terminal: Terminal,
  results: readonly SuiteResult[],
  { format, verbose = false }: TestFlags,
  { diagnostics, exitCode }: TestEnd,
): Promise<void> {
  const { cwd } = terminal;
  switch (format) {
    case 'text': {
      const { testText } = await import('../report/test-text.ts');
      const color = wantsColor(terminal, terminal.stderr);
      terminal.stderr.write(testText(results, { color, cwd, verbose, command: commandOf(terminal) }));
      return;
    }
    case 'json': {
      const { testJson } = await import('../report/test-json.ts');
      return writeOut(terminal, testJson(results, { cwd, diagnostics, exitCode }));
    }
    case 'junit': {
      const { testJunit } = await import('../report/test-junit.ts');
      return writeOut(terminal, testJunit(results, cwd, diagnostics));
    }
    case 'github': {
      const { testDiagnostics } = await import('../report/test-github.ts');
      const { formatDiagnostics } = await import('../diagnostic/format.ts');
      const options = { format, color: false, cwd, root: repositoryRoot(terminal) };
      return writeOut(terminal, formatDiagnostics(testDiagnostics(results), options));
    }
  }
}
