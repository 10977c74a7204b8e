import { stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { platform as hostPlatform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { failure, success, type Result } from '../result.ts';
import type { StopReason } from './events.ts';
import { errorCode, inWords } from './file-system.ts';

/** The right of one process to work on a run's folder. */
export interface RunLock {
  /** Gives the folder back. A process that ends, however it ends, need not ask for it. */
  release(): Promise<void>;
}

export interface LockServices {
  /** Of this process: told to those who are refused; undefined where it is not known. */
  readonly pid?: number | undefined;
  /** Default: that of the system. */
  readonly platform?: NodeJS.Platform;
}

/** Times that a lock is asked for which nobody seems to hold, and yet cannot be had. */
const mostTries = 20;

/** Milliseconds between those. */
const pauseBetween = 25;

/** Milliseconds that a holder has to tell its pid. One that is stopped never does, and holds the lock all the same. */
const patience = 1000;

/**
 * Takes the lock of a run's folder, or says who has it. The folder itself is locked, by whatever path it is reached. The
 * lock is an address on which its holder listens, so it is gone at the instant at which the holder is: on Linux an
 * abstract socket and on Windows a named pipe, which leave nothing behind; on other systems a socket file in the user's
 * folder for temporary files, which the next who comes removes. Processes that share a folder and not a network
 * namespace (containers), not a machine (network drives), or, where it is a file, not a TMPDIR, don't see each other.
 */
export async function lockRun(
  path: string,
  { pid, platform = hostPlatform() }: LockServices,
): Promise<Result<RunLock, StopReason>> {
  try {
    const taken = await take(await addressOf(path, platform, 'run'), pid);
    return 'release' in taken ? success(taken) : failure(runLocked(path, taken.pid));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return failure(notLocked(path, error));
  }
}

/** Milliseconds for which a turn is waited for: to write the largest of files takes less. */
const longestTurn = 60_000;

/**
 * Waits for the turn to read and write shared files of a folder, which may be the folder of a run too: of those who take
 * turns one is on at a time. Fails, with the reason as a part of a sentence, where that cannot be had.
 */
export async function takeTurn(
  folder: string,
  { pid, platform = hostPlatform() }: LockServices,
): Promise<Result<RunLock, string>> {
  try {
    const address = await addressOf(folder, platform, 'turn');
    const end = performance.now() + longestTurn;
    for (;;) {
      const taken = await take(address, pid);
      if ('release' in taken) return success(taken);
      if (performance.now() > end)
        return failure(`${inHolderWords(taken.pid)} is at work on the same folder`);
      await wait(pauseBetween);
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return failure(inWords(error));
  }
}

/** Takes the lock, or tells who has it. Rejects with the system's error. */
async function take(
  address: Address,
  pid: number | undefined,
): Promise<RunLock | { readonly pid: number | undefined }> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const server = await listen(address.path, pid);
    if (server !== undefined) return { release: () => close(server) };
    const holder = await askHolder(address.path);
    if (holder !== 'gone') return holder;
    // The first time, the holder may be one that has its address and does not listen yet.
    if (address.isFile && tries > 1) await removeStale(address.path);
    await wait(pauseBetween);
  }
  return { pid: undefined };
}

/** Who works on a run's folder; undefined where nobody does. Rejects with the system's error. */
export async function runHolder(
  path: string,
  platform: NodeJS.Platform = hostPlatform(),
): Promise<{ readonly pid: number | undefined } | undefined> {
  const address = await addressOf(path, platform, 'run');
  const holder = await askHolder(address.path);
  return holder === 'gone' ? undefined : holder;
}

/** Whether a process is at work on the run of this folder, as far as that can be seen from here. */
export async function isHeld(path: string): Promise<boolean> {
  try {
    return (await runHolder(path)) !== undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

interface Address {
  readonly path: string;
  /** Whether it is a file, which a holder that was killed leaves behind. */
  readonly isFile: boolean;
}

/**
 * Device and inode are the folder, whatever leads to it; the time of its birth, where that is known, tells it from a folder
 * that is gone and whose inode it got. As bigints, since those of Windows are beyond a number.
 */
async function addressOf(path: string, platform: NodeJS.Platform, kind: 'run' | 'turn'): Promise<Address> {
  const { dev, ino, birthtimeNs } = await stat(path, { bigint: true });
  // A socket's path may have about 100 bytes, of which a Mac's TMPDIR takes half.
  const name = `pipe-${kind}-${[dev, ino, birthtimeNs].map((part) => part.toString(36)).join('-')}`;
  if (platform === 'linux' || platform === 'android') return { path: `\0${name}`, isFile: false };
  if (platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, isFile: false };
  return { path: join(tmpdir(), name), isFile: true };
}

/** Undefined where somebody has the address. Rejects with the system's error. */
function listen(address: string, pid: number | undefined): Promise<Server | undefined> {
  const server = createServer((caller) => {
    // Who hangs up before he has heard is no concern of the run's.
    caller.on('error', () => undefined);
    caller.write(`${pid ?? ''}\n`);
    caller.destroySoon();
  });
  return new Promise((listening, refused) => {
    // Heard as long as the server is there: a caller that cannot be answered does not end the lock.
    server.on('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') listening(undefined);
      else refused(error);
    });
    server.listen(address, () => {
      server.unref();
      listening(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((closed) => {
    // It also calls back where it was closed before.
    server.close(() => closed());
  });
}

/** Who has the lock. Whatever takes the call and tells no number is a holder whose pid is not known. */
type Holder = { readonly pid: number | undefined } | 'gone';

function askHolder(address: string): Promise<Holder> {
  return new Promise((answered) => {
    let words = '';
    const caller = connect(address).setEncoding('latin1');
    const settle = (holder: Holder) => {
      clearTimeout(timer);
      caller.destroy();
      answered(holder);
    };
    const timer = setTimeout(() => settle({ pid: undefined }), patience);
    caller.on('data', (piece: string) => {
      words += piece;
      if (/^\d{1,15}\n/.test(words)) settle({ pid: Number.parseInt(words, 10) });
      else if (words.includes('\n') || words.length > 15) settle({ pid: undefined });
    });
    caller.on('close', () => settle('gone'));
    // Such as EAGAIN, of a stopped holder whom hundreds call, or EACCES, of another user's file.
    caller.on('error', (error) => settle(isOfTheDead(error) ? 'gone' : { pid: undefined }));
  });
}

function isOfTheDead(error: unknown): boolean {
  return ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE'].includes(errorCode(error) ?? '');
}

/**
 * Two who find the same stale file at the same instant may both remove it, the second that of the first, and both hold
 * the lock: to remove what one has looked at, and nothing else, is more than a file system offers.
 */
async function removeStale(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function runLocked(path: string, pid: number | undefined): StopReason {
  const message = `${inHolderWords(pid)} is at work on this run (${resolve(path)}); wait until it has ended, or stop it`;
  return { kind: 'input', code: 'run_locked', message };
}

function inHolderWords(pid: number | undefined): string {
  return pid === undefined ? 'another process' : `another process (pid ${pid})`;
}

function notLocked(path: string, error: unknown): StopReason {
  const message = `the run folder ${resolve(path)} could not be locked: ${inWords(error)}`;
  return { kind: 'local', code: 'run_lock_failed', message };
}
