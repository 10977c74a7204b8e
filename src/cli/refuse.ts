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

/**
 * As `refuse`, for a command that begins no run: its object has what there is to say of a refusal. `format` may be one that
 * has no place for it; then it stands on stderr alone.
 */
export async function refuseCommand(
  terminal: Terminal,
  { format }: { readonly format: string },
  diagnostics: readonly Diagnostic[],
  code: ExitCode = exit.usage,
): Promise<ExitCode> {
  await printDiagnostics(terminal, diagnostics);
  if (format !== 'json') return code;
  const [{ diagnosticsJson }, { formatRefused }] = await Promise.all([
    import('../diagnostic/format.ts'),
    import('../report/refused-json.ts'),
  ]);
  await writeOut(terminal, formatRefused(code, diagnosticsJson(diagnostics, terminal.cwd)));
  return code;
}

/** As `refuseCommand`, for a mistake in how the command was used. */
export function refuseCommandUse(
  terminal: Terminal,
  told: { readonly format: string },
  message: string,
  hint?: string,
): Promise<ExitCode> {
  return refuseCommand(terminal, told, [
    { severity: 'error', code: 'usage', message, ...(hint !== undefined && { hint }) },
  ]);
}

/** As `refuse`, for what is known as a reason to stop. */
export function refuseFor(
  terminal: Terminal,
  told: ToldAs,
  reason: StopReason,
  code?: ExitCode,
): Promise<ExitCode> {
  return refuse(terminal, told, [diagnosticOf(reason, terminal.cwd)], reason, code);
}

/** A reason to stop as what is printed of it. */
export function diagnosticOf(reason: StopReason, cwd: string): Diagnostic {
  const shown = (text: string) => shownPaths(text, cwd);
  const { hint } = reason;
  return {
    severity: 'error',
    code: reason.code.replaceAll('_', '-'),
    message: shown(reason.message),
    ...(hint !== undefined && { hint: shown(hint) }),
  };
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
