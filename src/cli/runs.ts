import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { printableJson, withoutCommands } from '../diagnostic/printable.ts';
import type { ListedRun } from '../run/list-runs.ts';
import { exit, type ExitCode } from './exit.ts';
import { runsFolder } from './find-run.ts';
import { collect, positiveInteger } from './options.ts';
import { shownPaths } from './shown-paths.ts';
import { refuseCommandUse } from './refuse.ts';
import { printDiagnostics, wantsColor, writeOut, type Terminal } from './terminal.ts';

interface RunsFlags {
  readonly limit: number;
  readonly state?: readonly string[];
  readonly format: 'text' | 'json';
}

const states = ['running', 'completed', 'interrupted', 'stopped', 'killed', 'broken'] as const;

export function runsCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('runs')
    .summary('List runs: state, records, cost, age')
    .description('List runs, the newest first: how each ended, its records, cost and age')
    .addArgument(new Argument('[folder...]', 'folders of runs, or of one run').default(['runs']))
    .option('--limit <n>', 'the newest n', positiveInteger, 20)
    .addOption(
      new Option('--state <state>', 'only these; may be given several times')
        .choices(states)
        .argParser(collect),
    )
    .addOption(
      new Option('--format <format>', 'a table, or a JSON array').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
States: running, a process is at work on it; completed; interrupted, by Ctrl-C
or a signal; stopped, by the provider, the budget or a failure; killed, its
process is gone; broken, its folder cannot be read. \`pipe resume\` goes on with a
run whose process has ended. A cost with + is a lower bound: some calls never
told what they used, were in flight at a kill, or are now.

Examples:
  $ pipe runs
  $ pipe runs --state killed --state stopped
  $ pipe runs --format json --limit 1`,
    )
    .action(async (folders: readonly string[], flags: RunsFlags) =>
      done(await runs(terminal, folders, flags)),
    );
}

async function runs(
  terminal: Terminal,
  folders: readonly string[],
  { limit, state, format }: RunsFlags,
): Promise<ExitCode> {
  const { cwd } = terminal;
  const known: readonly string[] = states;
  const odd = state?.find((name) => !known.includes(name));
  if (odd !== undefined) {
    const hint = `choose among ${states.join(', ')}`;
    return refuseCommandUse(terminal, { format }, `there is no state \`${odd}\``, hint);
  }
  const paths = folders.map((folder) => resolve(cwd, folder));
  for (const [at, path] of paths.entries()) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) continue;
    if (found === undefined && path === resolve(cwd, runsFolder)) continue;
    const what = found === undefined ? 'does not exist' : 'is no folder';
    const hint = 'name a folder of runs, such as `runs`';
    return refuseCommandUse(terminal, { format }, `\`${folders[at]}\` ${what}`, hint);
  }
  const { listRuns } = await import('../run/list-runs.ts');
  const listed = await listRuns(paths);
  const wanted = listed.filter((run) => state === undefined || state.includes(stateOf(run)));
  const shown = wanted.slice(0, limit);
  if (format === 'json') {
    const { runsAsJson } = await import('../report/runs-json.ts');
    await writeOut(terminal, printableJson(runsAsJson(shown)));
    return exit.success;
  }
  await printTable(terminal, shown);
  const more = wanted.length - shown.length;
  if (more > 0) tell(terminal, `and ${more} more: --limit ${wanted.length} lists all`);
  if (listed.length === 0) tell(terminal, 'no run is kept here yet: `pipe run` keeps each in runs/');
  else if (wanted.length === 0) {
    const none = listed.length === 1 ? 'the one run is not' : `none of ${listed.length} runs is`;
    tell(terminal, `${none} ${(state ?? []).join(' or ')}`);
  }
  return exit.success;
}

function stateOf(run: ListedRun): string {
  return run.kind === 'broken' ? 'broken' : run.state;
}

async function printTable(terminal: Terminal, listed: readonly ListedRun[]): Promise<void> {
  const { cwd, stdout } = terminal;
  const sound = listed.flatMap((run) => (run.kind === 'run' ? [run] : []));
  if (sound.length > 0) {
    const { runsTable } = await import('../report/runs-table.ts');
    const table = runsTable(sound, {
      // `columns` is undefined off a terminal, whatever Node's types say.
      columns: stdout.isTTY ? stdout.columns : 80,
      color: wantsColor(terminal, stdout),
      now: Date.now(),
      nameOf: (path) => (dirname(path) === resolve(cwd, runsFolder) ? basename(path) : shownPath(path, cwd)),
    });
    await writeOut(terminal, withoutCommands(table));
  }
  const broken = listed.flatMap((run): readonly Diagnostic[] => {
    if (run.kind === 'run') return [];
    const { code, message, hint } = run.reason;
    const told = { code: code.replaceAll('_', '-'), message: shownPaths(message, cwd) };
    return [{ severity: 'warning', ...told, ...(hint !== undefined && { hint: shownPaths(hint, cwd) }) }];
  });
  await printDiagnostics(terminal, broken);
}

function tell(terminal: Terminal, sentence: string): void {
  terminal.stderr.write(`${sentence}\n`);
}
