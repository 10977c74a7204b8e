import { PassThrough } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.ts';
import { inFolder } from './in-folder.ts';
import { typed } from './in-process.ts';

export interface Questioned {
  readonly exitCode: number;
  readonly stdout: string;
  /** What stands on the screen in the end, but for what moves the cursor. */
  readonly screen: string;
}

/** What a terminal sends for Ctrl-C and Ctrl-D. */
export const [controlC, controlD] = ['\u0003', '\u0004'];

/**
 * A command as it is typed on a terminal, in this folder. Each question, which ends with what is proposed in brackets, is
 * answered by the next of these keys.
 */
export async function typedOnTerminal(
  cwd: string,
  args: readonly string[],
  answers: readonly string[],
): Promise<Questioned> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const left = [...answers];
  let written = '';
  let answered = 0;
  stderr.on('data', (text: Buffer) => {
    written += text.toString();
    const { length } = shown(written);
    if (!shown(written).endsWith(']: ') || length <= answered) return;
    answered = length;
    // A question too many is broken off, so that the test fails by what it has seen.
    stdin.write(left.shift() ?? controlC);
  });
  const others = { stdin, stderr } as unknown as Partial<Terminal>;
  const { exitCode, stdout } = await inFolder(cwd, () => typed(cwd, args, others));
  return { exitCode, stdout, screen: shown(written).replaceAll(cwd, '<cwd>').replaceAll('\r\n', '\n') };
}

function shown(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001B\[[\d;]*[A-Za-z]/g, '');
}
