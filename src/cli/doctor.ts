import { Argument, Command, Option } from 'commander';
import { printableJson } from '../diagnostic/printable.ts';
import type { Finding } from './doctor/finding.ts';
import { exit, type ExitCode } from './exit.ts';
import { load } from './prepare.ts';
import { wantsColor, writeOut, type Terminal } from './terminal.ts';

interface DoctorFlags {
  readonly offline?: boolean;
  readonly format: 'text' | 'json';
}

export function doctorCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .summary('Tell what a run on this machine would lack')
    .description('Tell what a run on this machine would lack: keys, models, folders, and what to do about it')
    .addArgument(new Argument('[file]', 'the pipeline whose models and tools to look at'))
    .option('--offline', 'ask no server')
    .addOption(
      new Option('--format <format>', 'lines for people, or one JSON object')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Each server is asked once for its list of models, which costs nothing. Keys and
proxies are named, their values never shown. Without a file, it looks at
Mistral's API and mistral-small-latest.
Exit codes: 0 a run can begin, 2 it lacks something here, 3 the provider would
not answer it.

Examples:
  $ pipe doctor
  $ pipe doctor translate.yaml --offline`,
    )
    .action(async (file: string | undefined, flags: DoctorFlags) =>
      done(await doctor(terminal, file, flags)),
    );
}

async function doctor(terminal: Terminal, file: string | undefined, flags: DoctorFlags): Promise<ExitCode> {
  const findings = await look(terminal, file, flags.offline === true);
  const code = codeOf(findings);
  if (flags.format === 'json') {
    const told = { ready: code === exit.success, exit_code: code, findings };
    await writeOut(terminal, `${printableJson(JSON.stringify(told, null, 2))}\n`);
    return code;
  }
  const { formatFindings } = await import('./doctor/format.ts');
  const { stdout } = terminal;
  const columns = stdout.isTTY ? stdout.columns : 80;
  await writeOut(terminal, formatFindings(findings, { columns, color: wantsColor(terminal, stdout) }));
  return code;
}

async function look(
  terminal: Terminal,
  file: string | undefined,
  offline: boolean,
): Promise<readonly Finding[]> {
  const { cwd, env } = terminal;
  const [machine, folders, pipeline] = await Promise.all([
    import('./doctor/machine.ts'),
    import('./doctor/folders.ts'),
    import('./doctor/pipeline.ts'),
  ]);
  const { findings, models } = await pipeline.lookAtPipeline(terminal, file, (path) =>
    load(terminal, path, {}, undefined),
  );
  const { checkServers } = await import('./doctor/servers.ts');
  return [
    machine.checkNode(process.versions.node),
    machine.checkVersion(),
    ...findings,
    ...(await checkServers(models, terminal, offline)),
    ...machine.checkProxy(env),
    await folders.checkCache(cwd),
    await folders.checkRuns(cwd),
    ...(await machine.checkDisk(cwd)),
    await folders.checkGit(cwd),
  ];
}

/** What is missing here comes first: a provider can be asked again once it is there. */
function codeOf(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ status }) => status === 'missing')) return exit.usage;
  return findings.some(({ status }) => status === 'rejected') ? exit.provider : exit.success;
}
