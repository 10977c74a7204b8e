import { CommanderError } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { misplacedStart, upToUnknown } from './misplaced.ts';
import { buildProgram } from './program.ts';
import { printError, type Terminal } from './terminal.ts';

/** Does what the words after the command's own name say; `done` is told what to exit with. Rejects for a bug alone. */
export async function runCommandLine(
  terminal: Terminal,
  words: readonly string[],
  done: (code: ExitCode) => void,
): Promise<void> {
  const program = buildProgram(terminal, done);
  // What is to be completed is no command yet.
  const isCommand = words[0] !== '__complete';
  const apart = words.find((word, at) => words[at - 1] === '--simulate' && /^\w+=/.test(word));
  if (apart !== undefined && isCommand) {
    const message = '`--simulate` has its options right behind a `=`';
    await printError(terminal, message, `write --simulate=${apart}`);
    done(exit.usage);
    return;
  }
  const misplaced = await misplacedStart(program, words, terminal.cwd);
  if (misplaced !== undefined) {
    await printError(terminal, misplaced.message, misplaced.hint);
    done(exit.usage);
    return;
  }
  const told = upToUnknown(program, words) ?? words;
  try {
    await program.parseAsync(isCommand ? told.map(withItsValue) : told, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed it already: 0 is a help or a version that was asked for.
    done(error.exitCode === 0 ? exit.success : exit.usage);
  }
}

/** `--simulate file.yaml`: an option with a value of its own choice would take the next word for it. */
function withItsValue(word: string): string {
  return word === '--simulate' ? '--simulate=' : word;
}
