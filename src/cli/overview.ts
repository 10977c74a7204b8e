import type { Command } from 'commander';
import { wrap } from '../report/text.ts';

/** Longer lines are harder to read than longer pages. */
const widest = 100;

/**
 * The commands as `pipe --help` lists them: a line each, beside what they are for, so that all of it fits a screen. What
 * a command says of itself there is its summary; its own help has the description.
 */
export function commandLines(
  program: Command,
  columns: number,
  title: (text: string) => string,
): readonly string[] {
  const commands = program.createHelp().visibleCommands(program);
  const groupWidth = Math.max(...commands.map((command) => command.helpGroup().length)) + 2;
  const nameWidth = Math.max(...commands.map((command) => command.name().length)) + 2;
  const room = Math.min(widest, columns) - groupWidth - nameWidth;
  return groupsOf(commands).flatMap(([group, members]) =>
    members.flatMap((command, at) => {
      const shown = at === 0 ? title(group) + ' '.repeat(groupWidth - group.length) : ' '.repeat(groupWidth);
      const [first = '', ...others] = wrap(command.summary() || command.description(), Math.max(20, room));
      return [
        `${shown}${command.name().padEnd(nameWidth)}${first}`,
        ...others.map((line) => ' '.repeat(groupWidth + nameWidth) + line),
      ];
    }),
  );
}

/** In the order in which the groups were first named. */
function groupsOf(commands: readonly Command[]): readonly (readonly [string, readonly Command[]])[] {
  const names = [...new Set(commands.map((command) => command.helpGroup()))];
  return names.map((name) => [name, commands.filter((command) => command.helpGroup() === name)]);
}
