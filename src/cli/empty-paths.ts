import type { Command } from 'commander';

/** What a flag's value is called in the help where it is a path, or the name of a run. */
const paths: ReadonlySet<string> = new Set(['rows', 'file', 'dir', 'path', 'run']);

const why = 'its text is empty; is it of a variable that is not set?';

/** An empty path would be read as that of the current folder, and a run's files written there. */
export function refuseEmptyPaths(command: Command): void {
  for (const option of command.options) {
    const name = /<(\w+)>/.exec(option.flags)?.[1];
    if (name === undefined || !paths.has(name)) continue;
    command.on(`option:${option.name()}`, (value: string | null) => {
      if (value === '') command.error(`error: option '${option.long}' names nothing: ${why}`);
    });
  }
  // Of what is to be completed, a word may be none yet.
  if (command.name().startsWith('__')) return;
  command.hook('preAction', (_, called) => {
    const at = called === command ? called.args.indexOf('') : -1;
    if (at < 0) return;
    // The last argument takes all that follow.
    const argument = command.registeredArguments[at] ?? command.registeredArguments.at(-1);
    command.error(`error: argument '${argument?.name()}' names nothing: ${why}`);
  });
}
