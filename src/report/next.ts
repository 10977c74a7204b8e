import { printable } from '../diagnostic/printable.ts';
import type { RunFinished } from '../run/events.ts';
import { errorsPathOf } from './paths.ts';

/** A command that makes sense after a run, ready to be copied. */
export interface NextCommand {
  /** More than one where the shell has to read on in the next. */
  readonly lines: readonly string[];
  readonly effect: string;
}

/** What to do next: try what failed again. */
export function nextCommands(
  { counts }: RunFinished,
  folder: string | undefined,
  pipelinePath: string,
): readonly NextCommand[] {
  if (folder === undefined || counts.failed === 0) return [];
  return [
    {
      lines: [
        `pipe run ${shellWord(pipelinePath)} --input-format errors \\`,
        `  --input ${shellWord(errorsPathOf(folder))}`,
      ],
      effect: 'runs the failed records alone, with a changed pipeline',
    },
  ];
}

/** A path as a shell takes it for one word. */
function shellWord(path: string): string {
  const shown = printable(path);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
