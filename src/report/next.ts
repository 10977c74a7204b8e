import { printable } from '../diagnostic/printable.ts';
import type { Failures } from './failures.ts';
import { errorsPathOf } from './paths.ts';

/** A command that makes sense after a run, ready to be copied. */
export interface NextCommand {
  /** More than one where the shell has to read on in the next. */
  readonly lines: readonly string[];
  readonly effect: string;
}

export interface NextInput {
  readonly failures: Failures;
  readonly folder: string | undefined;
  readonly pipelinePath: string;
  /** Those of the run that say how it is done, such as `--model`: without them, the command would be another run. */
  readonly flags?: readonly string[];
}

/** Tries what failed again; undefined where that would fail in the same way, because it was the rows' fault. */
export function nextCommand({
  failures,
  folder,
  pipelinePath,
  flags = [],
}: NextInput): NextCommand | undefined {
  const inSteps = failures.groups().some(({ example }) => example.step !== null);
  if (folder === undefined || !inSteps) return undefined;
  const parts = [
    `pipe run ${shellWord(pipelinePath)}`,
    ...flags.map(shellWord),
    '--input-format errors',
    `--input ${shellWord(errorsPathOf(folder))}`,
  ];
  return { lines: continuedLines(parts), effect: 'runs the failed records again, by themselves' };
}

const lineWidth = 74;

/** A command over several lines, each but the last ended so that a shell reads on. */
function continuedLines([first = '', ...parts]: readonly string[]): readonly string[] {
  const lines = [first];
  for (const part of parts) {
    const longer = `${lines.at(-1) ?? ''} ${part}`;
    if (longer.length <= lineWidth) lines[lines.length - 1] = longer;
    else lines.push(`  ${part}`);
  }
  return lines.map((line, at) => (at === lines.length - 1 ? line : `${line} \\`));
}

/** A text as a shell takes it for one word. */
function shellWord(text: string): string {
  const shown = printable(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
