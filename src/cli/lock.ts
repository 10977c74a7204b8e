import { dirname, join, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { KnownRun } from '../lockfile/learn.ts';
import { failure, success, type Result } from '../result.ts';
import { exit, type ExitCode } from './exit.ts';
import { findRun } from './find-run.ts';
import { load } from './prepare.ts';
import { diagnosticOf } from './refuse.ts';
import { printDiagnostics, type Terminal } from './terminal.ts';
import { writeLock } from './write-lock.ts';

interface LockFlags {
  readonly from?: string;
}

export function lockCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('lock')
    .summary('Pin what was tested, for --locked')
    .description('Pin what was tested: files, models and prices, for --locked')
    .addArgument(new Argument('<file...>', 'pipeline files'))
    .option('--from <run>', 'take the models that answer from this run (default: the newest in runs/)')
    .addHelpText(
      'after',
      `
Examples:
  $ pipe lock translate.yaml                     writes translate.lock beside it
  $ pipe lock translate.yaml --from runs/night   the models that answered there
  $ pipe check translate.yaml --locked           tells what has changed since
  $ pipe run translate.yaml --input rows.jsonl --locked

A lock pins the bytes of the pipeline, its partials, schemas and tools; which
model answers under a name such as mistral-small-latest; and what it costs.
Commit it. With --locked, a run that would differ does not begin, and one that
another model answers stops. Variables, limits, budget, retry, fail and cache
are free.`,
    )
    .action(async (files: readonly string[], flags: LockFlags) => done(await lock(terminal, files, flags)));
}

async function lock(terminal: Terminal, files: readonly string[], { from }: LockFlags): Promise<ExitCode> {
  const chosen = from === undefined ? undefined : await chosenRun(terminal, from);
  if (chosen?.ok === false) {
    await printDiagnostics(terminal, [chosen.error]);
    return exit.usage;
  }
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const lock = await asLock(terminal, file);
    if (lock !== undefined) {
      diagnostics.push(lock);
      continue;
    }
    const { plan, diagnostics: found } = await load(terminal, file, {}, undefined);
    diagnostics.push(...found);
    if (plan === undefined) continue;
    const written = await writeLock(terminal, plan, chosen?.value);
    if (written.ok) {
      terminal.stderr.write(withoutCommands(`${written.value.map((line) => printable(line)).join('\n')}\n`));
    } else diagnostics.push(...written.error);
  }
  await printDiagnostics(terminal, diagnostics);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.some(({ code }) => code === 'output-unwritable')) return exit.local;
  return errors.length > 0 ? exit.usage : exit.success;
}

/** Who names the lock in place of its pipeline would be told what is wrong with it as a pipeline. */
async function asLock({ cwd }: Terminal, file: string): Promise<Diagnostic | undefined> {
  if (!file.endsWith('.lock')) return undefined;
  const [{ readTextFile }, { markedPipeline }] = await Promise.all([
    import('../pipeline/load.ts'),
    import('../lockfile/text.ts'),
  ]);
  const read = await readTextFile(resolve(cwd, file), file);
  const name = read.ok ? markedPipeline(read.value.text) : undefined;
  if (name === undefined) return undefined;
  const pipeline = join(dirname(file), name);
  const message = `\`${file}\` is the lock of \`${pipeline}\`, and no pipeline`;
  return { severity: 'error', code: 'not-a-pipeline', message, hint: `name \`${pipeline}\`` };
}

async function chosenRun(terminal: Terminal, from: string): Promise<Result<KnownRun, Diagnostic>> {
  const found = await findRun(terminal.cwd, from);
  if (!found.ok) return found;
  const { readRun } = await import('../run/read-summary.ts');
  const summary = await readRun(found.value);
  if (!summary.ok) return failure(diagnosticOf(summary.error, terminal.cwd));
  const { simulated, replay } = summary.value;
  if (simulated || replay !== null) {
    const how = simulated ? 'simulated' : 'replayed';
    const message = `the answers of \`${from}\` were ${how}`;
    const hint = 'name a run that a provider has answered';
    return failure({ severity: 'error', code: `${how}-run`, message, hint });
  }
  return success([found.value, summary.value]);
}
