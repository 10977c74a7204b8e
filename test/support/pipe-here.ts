import { PassThrough } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.ts';
import { inFolder } from './in-folder.ts';
import { typed, type Ended } from './in-process.ts';
import { root } from './pipe.ts';

interface HereOptions {
  /** Default: the repository's root. */
  readonly cwd?: string;
  readonly env?: Terminal['env'];
  /** What standard input holds; default: nothing. */
  readonly input?: string | Uint8Array;
}

/**
 * A command as a user starts it, off a terminal and with no key but what a test gives, in this process: a tenth of the time
 * that a process takes. One at a time, since a process is in one folder. What is about the process itself (signals, streams
 * that break, what is bundled) is for `pipe`.
 */
export async function pipeHere(args: readonly string[], options: HereOptions = {}): Promise<Ended> {
  const { cwd = root, env = {}, input = '' } = options;
  const stdin = new PassThrough();
  stdin.end(input);
  const others = { stdin, env: { PATH: process.env['PATH'], ...env } } as unknown as Partial<Terminal>;
  return inFolder(cwd, () => typed(cwd, args, others));
}
