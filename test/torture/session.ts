import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** One process of the built command. */
export interface Session {
  readonly pid: number;
  readonly stdin: NonNullable<ChildProcess['stdin']>;
  readonly stdout: NonNullable<ChildProcess['stdout']>;
  /** What it has said on stderr so far. */
  readonly said: () => string;
  /** Resolves when stderr says this; rejects when the process ends without. */
  says(pattern: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<SessionEnd>;
}

export interface SessionEnd {
  /** Null where a signal has ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds that it took, by a clock that nobody sets. */
  readonly wall: number;
}

export interface SessionOptions {
  /** The folder of the repository. */
  readonly root: string;
  readonly cwd: string;
  readonly env?: { readonly [name: string]: string };
  /** Arguments for Node itself. */
  readonly node?: readonly string[];
  /** Bytes that a file may grow to, in blocks of 512: the disk is full for whoever writes more. */
  readonly fileBlocks?: number;
  /** Milliseconds after which the process is given up and killed: it hangs. */
  readonly patience?: number;
}

/** Milliseconds that sessions took, all of them together; waits for their ends. */
export async function wallOf(sessions: readonly Session[]): Promise<number> {
  const ends = await Promise.all(sessions.map(({ ended }) => ended));
  return ends.reduce((sum, { wall }) => sum + wall, 0);
}

const usualPatience = 120_000;

/** What a session is given up by, told apart from the kills that a scenario makes. */
export const gaveUp: NodeJS.Signals = 'SIGQUIT';

export function startPipe(args: readonly string[], options: SessionOptions): Session {
  const { root, cwd, env, node = [], fileBlocks, patience = usualPatience } = options;
  const command = [process.execPath, ...node, join(root, 'dist/cli/pipe.js'), ...args];
  const limited =
    fileBlocks === undefined ? command : ['sh', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
  const [file = '', ...rest] = limited;
  const began = performance.now();
  const child = spawn(file, rest, { cwd, env: { PATH: process.env['PATH'], ...env } });
  const { pid = 0, stdin, stdout, stderr } = child;
  // A process that is killed does not take what is still to be written to it.
  stdin.on('error', () => {});
  let out = '';
  let said = '';
  const listeners = new Set<() => void>();
  stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    for (const listener of listeners) listener();
  });
  const givingUp = setTimeout(() => child.kill(gaveUp), patience);
  const ended = new Promise<SessionEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(givingUp);
      resolve({ code, signal, stdout: out, stderr: said, wall: performance.now() - began });
    });
  });

  return {
    pid,
    stdin,
    stdout,
    said: () => said,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const listen = () => {
          if (!pattern.test(said)) return;
          listeners.delete(listen);
          resolve();
        };
        listeners.add(listen);
        listen();
        const missed = () => reject(new Error(`stderr never said ${String(pattern)}:\n${said}`));
        void ended.then(missed, missed);
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
