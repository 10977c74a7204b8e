import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options, type ResultPromise } from 'execa';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const command = join(root, 'dist/cli/pipe.js');

/** The built command as a user starts it, without a terminal and with no key but what a test gives. */
export function pipe(args: readonly string[], options: Options = {}): ResultPromise {
  const { env, ...rest } = options;
  return execa(process.execPath, [command, ...args], {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], ...env },
    ...rest,
  });
}
