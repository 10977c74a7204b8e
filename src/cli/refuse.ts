import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { StopReason } from '../run/events.ts';
import { exit, type ExitCode } from './exit.ts';
import { isGithub, repositoryRoot } from './github.ts';
import { shownPaths } from './shown-paths.ts';
import { printDiagnostics, writeOut, type Terminal } from './terminal.ts';

/** How a run is told; `json` is an object on stdout whatever comes of the run. */
export interface ToldAs {
  readonly format: 'text' | 'json';
}

/**
 * Says why a run does not begin: every mistake on stderr, annotated where GitHub reads that, and as the run's JSON object
 * where that is asked for.
 */
export async function refuse(
  terminal: Terminal,
  { format }: ToldAs,
  diagnostics: readonly Diagnostic[],
  reason: StopReason = reasonOf(diagnostics),
  code: ExitCode = exit.usage,
): Promise<ExitCode> {
  await printDiagnostics(terminal, diagnostics);
  const { diagnosticsJson, formatDiagnostics } = await import('../diagnostic/format.ts');
  if (isGithub(terminal)) {
    const options = { color: false, cwd: terminal.cwd, root: repositoryRoot(terminal) };
    terminal.stderr.write(formatDiagnostics(diagnostics, { ...options, format: 'github' }));
  }
  if (format === 'json') {
    const { formatRefusal } = await import('../report/json.ts');
    const told = diagnosticsJson(diagnostics, terminal.cwd);
    await writeOut(terminal, formatRefusal({ reason, exitCode: code, diagnostics: told }));
  }
  return code;
}

/** As `refuse`, for what is known as a reason to stop. */
export function refuseFor(
  terminal: Terminal,
  told: ToldAs,
  reason: StopReason,
  code?: ExitCode,
): Promise<ExitCode> {
  const shown = (text: string) => shownPaths(text, terminal.cwd);
  const { hint } = reason;
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: reason.code.replaceAll('_', '-'),
    message: shown(reason.message),
    ...(hint !== undefined && { hint: shown(hint) }),
  };
  return refuse(terminal, told, [diagnostic], reason, code);
}

/** As `refuse`, for a mistake in how the command was used. */
export function refuseUse(
  terminal: Terminal,
  told: ToldAs,
  message: string,
  hint?: string,
): Promise<ExitCode> {
  return refuse(terminal, told, [
    { severity: 'error', code: 'usage', message, ...(hint !== undefined && { hint }) },
  ]);
}

/** The first mistake stands for all: they are told beside it. */
function reasonOf(diagnostics: readonly Diagnostic[]): StopReason {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (first === undefined) throw new Error('a run is refused, and nothing is wrong');
  const { code, message, hint } = first;
  return {
    kind: 'input',
    code: code.replaceAll('-', '_'),
    message,
    ...(hint !== undefined && { hint }),
  };
}
