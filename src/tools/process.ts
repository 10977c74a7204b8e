import { spawn, type ChildProcess } from 'node:child_process';
import { platform } from 'node:os';
import { kill } from 'node:process';
import { onDeadline } from './deadline.ts';
import type { Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { tooLarge } from './result.ts';
import { keptToTell } from './said.ts';
import type { ToolError } from './tool.ts';

export interface ProcessOptions extends Limits {
  /** A name that is looked up in PATH, or an absolute path. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** Where it runs. Absolute. */
  readonly folder: string;
  /** All of its environment. */
  readonly env: Environment;
  /** What it finds on its stdin. */
  readonly input: string;
}

/** How a process ended. */
export type ProcessEnd =
  | { readonly kind: 'unstarted'; readonly cause: NodeJS.ErrnoException }
  /** It was not awaited any longer. */
  | { readonly kind: 'stopped'; readonly error: ToolError }
  | {
      readonly kind: 'exited';
      /** Null where a signal ended it. */
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly stdout: Buffer;
      /** The end of it. */
      readonly stderr: Buffer;
      /** Whether there was more before that. */
      readonly cut: boolean;
    };

/**
 * How long is waited for a process to obey SIGTERM, for one to be gone after SIGKILL, and for those that it has left
 * behind to close its pipes. In milliseconds.
 */
const patience = 500;

/** Windows has no process groups; there, what the process has started is left alone. */
const hasGroups = platform() !== 'win32';

/**
 * Runs a program without a shell, in a process group of its own. When its time is over, when the run is stopped or when
 * it writes too much, the whole group is ended; what it leaves behind is ended after it. Never rejects, and settles even if someone keeps the pipes open.
 */
export function runProcess(options: ProcessOptions, signal: AbortSignal): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(options.program, options.arguments, {
        cwd: options.folder,
        env: options.env,
        shell: false,
        windowsHide: true,
        detached: hasGroups,
        stdio: 'pipe',
      });
    } catch (error) {
      // Some reasons of the system are thrown rather than told by an event, such as arguments that are too long.
      resolve({ kind: 'unstarted', cause: error as NodeJS.ErrnoException });
      return;
    }
    const streams = [child.stdin, child.stdout, child.stderr];
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr: Buffer = Buffer.alloc(0);
    let cut = false;
    let exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | undefined;
    let stopped: ToolError | undefined;
    let waiting: NodeJS.Timeout | undefined;
    let settled = false;

    const settle = (end: ProcessEnd): void => {
      if (settled) return;
      settled = true;
      release();
      clearTimeout(waiting);
      for (const stream of streams) stream?.destroy();
      // Should it be one that nothing can end, it does not keep us.
      child.unref();
      resolve(end);
    };
    const finish = (): void => {
      if (settled) return;
      if (stopped !== undefined) {
        // The process may be gone, while those that it has started have not obeyed.
        endGroup(child, 'SIGKILL');
        settle({ kind: 'stopped', error: stopped });
      } else if (exit !== undefined) {
        // Nor does what it has started outlive a call that ended well.
        endGroup(child, 'SIGKILL');
        settle({ kind: 'exited', ...exit, stdout: Buffer.concat(stdout), stderr, cut });
      }
    };
    const stop = (error: ToolError): void => {
      if (stopped !== undefined) return;
      stopped = error;
      clearTimeout(waiting);
      for (const stream of streams) stream?.destroy();
      endGroup(child, 'SIGTERM');
      waiting = setTimeout(() => {
        endGroup(child, 'SIGKILL');
        waiting = setTimeout(finish, patience);
      }, patience);
    };
    const release = onDeadline(options.timeout, signal, stop);

    child.on('error', (cause) => {
      if (child.pid === undefined) settle({ kind: 'unstarted', cause });
    });
    child.on('exit', (code, signal) => {
      exit = { code, signal };
      if (stopped !== undefined) return;
      waiting = setTimeout(() => {
        // Someone whom it has left behind holds the pipes.
        endGroup(child, 'SIGKILL');
        // If our own process was busy all that time, what the tool wrote last is read only now, before the immediate.
        setImmediate(finish);
      }, patience);
    });
    child.on('close', finish);
    // Nobody has to read stdin, and what breaks a pipe ends the process too.
    for (const stream of streams) stream?.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > options.max_bytes) stop(tooLarge(options.max_bytes));
      else stdout.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      const whole = Buffer.concat([stderr, chunk]);
      cut ||= whole.length > keptToTell;
      stderr = whole.subarray(-keptToTell);
    });
    child.stdin?.end(options.input);
  });
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    kill(hasGroups ? -pid : pid, signal);
  } catch {
    // Nobody is left.
  }
}
