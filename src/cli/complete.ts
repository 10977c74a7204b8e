import { Argument, Command } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { writeOut, type Terminal } from './terminal.ts';

/**
 * What the scripts of `pipe completion` call: the shell's name, then the words of the command line up to the one that is
 * completed, behind a `--`. A candidate a line on stdout, with a tab and its description where it has one.
 */
export function completeCommand(
  terminal: Terminal,
  done: (code: ExitCode) => void,
  program: Command,
): Command {
  return new Command('__complete')
    .addArgument(new Argument('<shell>'))
    .addArgument(new Argument('[words...]'))
    .helpOption(false)
    .action(async (shell: string, words: readonly string[]) => {
      const [{ complete }, { typedWords }] = await Promise.all([
        import('./completion/complete.ts'),
        import('./completion/words.ts'),
      ]);
      const candidates = await complete(program, typedWords(shell, words), terminal.cwd, terminal.env);
      // A name that holds a line break cannot be told from two, and one with a control character is nobody's to type.
      const lines = candidates.filter(({ value }) => !/\p{Cc}/u.test(value));
      await writeOut(
        terminal,
        lines
          .map(({ value, description }) =>
            description === undefined ? `${value}\n` : `${value}\t${description}\n`,
          )
          .join(''),
      );
      done(exit.success);
    });
}
