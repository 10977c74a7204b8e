import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { exit, type ExitCode } from './exit.ts';
import { repositoryRoot } from './github.ts';
import type { TestFlags } from './test-flags.ts';
import { printDiagnostics, writeOut, type Terminal } from './terminal.ts';

/** Says why no test is run: to people on stderr, and on stdout in the format that was asked for. */
export async function refuseTests(
  terminal: Terminal,
  { format }: Pick<TestFlags, 'format'>,
  diagnostics: readonly Diagnostic[],
  code: ExitCode = exit.usage,
): Promise<ExitCode> {
  await printMistakes(terminal, { format }, diagnostics);
  const { cwd } = terminal;
  if (format === 'json') {
    const { refusedTestJson } = await import('../report/test-json.ts');
    await writeOut(terminal, refusedTestJson(diagnostics, { cwd, exitCode: code }));
  }
  if (format === 'junit') {
    const { refusedTestJunit } = await import('../report/test-junit.ts');
    await writeOut(terminal, refusedTestJunit(diagnostics, cwd));
  }
  return code;
}

/** As `refuseTests`, for what is in no file. */
export function refuseTestsFor(
  terminal: Terminal,
  flags: Pick<TestFlags, 'format'>,
  message: string,
  hint?: string,
  code = 'usage',
): Promise<ExitCode> {
  const mistake = { severity: 'error', code, message } as const;
  return refuseTests(terminal, flags, [hint === undefined ? mistake : { ...mistake, hint }]);
}

/** On the lines of a pull request, where that was asked for. */
export async function printMistakes(
  terminal: Terminal,
  { format }: Pick<TestFlags, 'format'>,
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  if (format !== 'github') return printDiagnostics(terminal, diagnostics);
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  const options = { format, color: false, cwd: terminal.cwd, root: repositoryRoot(terminal) };
  await writeOut(terminal, formatDiagnostics(diagnostics, options));
}
