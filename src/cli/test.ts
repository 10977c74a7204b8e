import { Argument, Command, Option } from 'commander';
import type { ExitCode } from './exit.ts';
import type { TestFlags } from './test-flags.ts';
import { refuseTestsFor } from './refuse-tests.ts';
import type { Terminal } from './terminal.ts';
import { watchConflict } from './watch-conflict.ts';

export function testCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('test')
    .summary('Test pipelines by their recorded answers')
    .description('Test pipelines, offline, from their recorded answers')
    .addArgument(new Argument('<file...>', 'pipelines, or their files of tests'))
    .option('--record', 'ask for the answers that the recording lacks, and drop those that no test uses')
    .option('--simulate [options]', 'with --record: answers made up by a local simulator, without a key')
    .option('--update', 'write what came in place of what `equals` expects, in the files themselves')
    .option('--watch', 'run again whenever a file of theirs changes, until Ctrl-C')
    .option('--grep <pattern>', 'only the tests whose names this regular expression matches')
    .addOption(
      new Option('--format <format>', 'text on stderr; json, JUnit XML or GitHub annotations on stdout')
        .choices(['text', 'json', 'junit', 'github'])
        .default('text'),
    )
    .option('--verbose', 'show prompts and answers whole, and every failure')
    .addHelpText(
      'after',
      `
Tests stand under \`tests\` of a pipeline, or in a file beside it:
translate.test.yaml for translate.yaml. The answers are those of
translate.recording.jsonl: no key, no network.

Examples:
  $ pipe test pipelines/*.yaml
  $ pipe test translate.yaml --record              with a key: ask what is new
  $ pipe test translate.yaml --record --simulate   without one: made-up answers
  $ pipe test translate.yaml --grep 'order|billing' --watch
  $ pipe test pipelines/*.yaml --format junit > tests.xml

Exit codes: 0 all passed, 1 something is not as expected or not recorded, 2 an
invalid file, or no test. While recording, 3, 4 and 5 as of \`pipe run\`.`,
    )
    .action(async (files: readonly string[], flags: TestFlags) => done(await test(terminal, files, flags)));
}

async function test(terminal: Terminal, files: readonly string[], flags: TestFlags): Promise<ExitCode> {
  const conflict = conflictOf(flags);
  if (conflict !== undefined) return refuseTestsFor(terminal, flags, conflict);
  const pattern = flags.grep === undefined ? undefined : patternOf(flags.grep);
  if (typeof pattern === 'string') {
    return refuseTestsFor(terminal, flags, `\`--grep\` is not a regular expression: ${pattern}`);
  }
  const { createTestSession } = await import('./test-session.ts');
  const session = await createTestSession(terminal, files, { ...flags, ...(pattern && { pattern }) });
  if (flags.watch !== true) return (await session.run()).code;
  const { watchRounds } = await import('./watch.ts');
  return watchRounds(terminal, async () => (await session.run()).files);
}

function conflictOf(flags: TestFlags): string | undefined {
  const { record, simulate, watch, update } = flags;
  if (simulate !== undefined && record !== true) {
    return '--simulate is for --record: tests are answered by what is recorded';
  }
  if (watch !== true) return undefined;
  if (record === true) return '--watch runs offline: record once, without it';
  if (update === true) return '--watch and --update would write and run in turn: give one of them';
  return watchConflict(flags);
}

/** The pattern, or why it is none. */
function patternOf(text: string): RegExp | string {
  try {
    return new RegExp(text, 'iu');
  } catch (error) {
    return (error as Error).message.replace(/^.*\/iu: /su, '');
  }
}
