import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printableJson, withoutCommands } from '../diagnostic/printable.ts';
import type { JsonValue } from '../json/json.ts';
import type { RowBefore } from '../report/trial/end.ts';
import type { LastAnswers } from '../report/trial/last-answers.ts';
import type { Trial, TrialListener } from '../trial/trial.ts';
import type { ExitCode } from './exit.ts';
import type { OneRecord } from './one-record.ts';
import { isInCi, outputOf } from './reporters.ts';
import { printDiagnostics, writeOut, type Terminal } from './terminal.ts';

/** A trial that is over. */
export interface EndedTrial {
  readonly trial: Trial;
  readonly record: OneRecord;
  /** What stdout is for: the row, or what the chosen step has given. Undefined where there is none. */
  readonly row: JsonValue | undefined;
  /** Warnings that were told before it began. */
  readonly warnings: readonly Diagnostic[];
  readonly mistakes: readonly Diagnostic[];
  readonly code: ExitCode;
}

/** Tells a trial on stderr while it goes on, beginning with the record: `tickets.csv:2  t1`, as `pipe render` names it. */
export async function viewTrial(
  terminal: Terminal,
  { place, key }: OneRecord,
  before: LastAnswers,
): Promise<(trial: Trial) => TrialListener> {
  const [{ clip }, { paintFor }, { createTrialView }] = await Promise.all([
    import('../report/text.ts'),
    import('../report/output.ts'),
    import('../report/trial/view.ts'),
  ]);
  const output = outputOf(terminal, terminal.stderr);
  const title =
    place === undefined ? 'the record' : `${clip(`${place.path}:${place.line}`, 200)}  ${clip(key, 60)}`;
  output.write(`${paintFor(output)('dim', withoutCommands(title))}\n`);
  const inLog = !output.isTerminal || isInCi(terminal);
  return (trial) => createTrialView(trial, { output, inLog, before });
}

/** The row goes to stdout, unless that is the terminal that all the rest is told on. */
export async function printTrial(
  terminal: Terminal,
  { trial, row, mistakes }: EndedTrial,
  before: RowBefore | undefined,
): Promise<void> {
  const { missedRecordings, rowChanges, trialRow, trialTotal, unreachedSteps } =
    await import('../report/trial/end.ts');
  const output = outputOf(terminal, terminal.stderr);
  output.write(unreachedSteps(trial, output));
  if (row !== undefined && !terminal.stdout.isTTY) {
    await writeOut(terminal, `${printableJson(JSON.stringify(row))}\n`);
  } else if (row !== undefined) {
    output.write(before === undefined ? trialRow(row, output) : rowChanges(row, before, trial, output));
  }
  if (mistakes.length > 0) output.write('\n');
  await printDiagnostics(terminal, mistakes);
  output.write(missedRecordings(trial, output, terminal.cwd));
  output.write(trialTotal(trial, output));
}

export async function printTrialJson(
  terminal: Terminal,
  { trial, record, row, warnings, mistakes, code }: EndedTrial,
): Promise<void> {
  const [{ trialJson }, { diagnosticsJson }] = await Promise.all([
    import('../report/trial/json.ts'),
    import('../diagnostic/format.ts'),
  ]);
  const { item, key, place } = record;
  await printDiagnostics(terminal, mistakes);
  const diagnostics = diagnosticsJson([...warnings, ...mistakes], terminal.cwd);
  const told = { trial, item, key, fromFile: place !== undefined, output: row ?? null };
  await writeOut(terminal, trialJson({ ...told, exitCode: code, diagnostics }));
}
