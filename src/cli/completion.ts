import { realpathSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { writeOut, type Terminal } from './terminal.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export function completionCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('completion')
    .summary("Print a script for the shell's Tab key")
    .description('Print a script by which a shell completes commands, flags, files, steps and runs')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Set it up once, and begin a new shell:
  $ pipe completion bash > ~/.local/share/bash-completion/completions/pipe
  $ pipe completion zsh > ~/.zfunc/_pipe
  $ pipe completion fish > ~/.config/fish/completions/pipe.fish

For zsh, fpath+=~/.zfunc has to stand before compinit in ~/.zshrc.
The script asks this installation of pipe, wherever it is called: print it anew
when that has moved. It completes the word \`pipe\`: in a repository, alias
pipe='npx pipe'.`,
    )
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScript } = await import('./completion/scripts.ts');
      const [node, script = ''] = [process.execPath, process.argv[1]];
      await writeOut(terminal, completionScript(shell, [node, script === '' ? '' : realpathSync(script)]));
      done(exit.success);
    });
}
