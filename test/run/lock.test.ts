import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lockRun, type LockServices } from '../../src/run/lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Abstract sockets, and what a Mac has in their stead, which Linux can do too. */
const platforms = ['linux', 'darwin'] as const;

const scripts = mkdtempSync(join(tmpdir(), 'pipe-lock-'));
const script = join(scripts, 'locker.mjs');

beforeAll(async () => {
  const lock = fileURLToPath(new URL('../../src/run/lock.ts', import.meta.url));
  // A line on stdin is an order, and each is answered by a line.
  const contents = `
    import { createInterface } from 'node:readline';
    import { lockRun } from ${JSON.stringify(lock)};
    const [path, platform] = process.argv.slice(2);
    const say = (words) => process.stdout.write(JSON.stringify(words) + '\\n');
    const orders = createInterface({ input: process.stdin });
    let locked;
    orders.on('line', async (order) => {
      if (order === 'lock') say((locked = await lockRun(path, { pid: process.pid, platform })));
      if (order === 'release') say((await locked.value.release()) ?? 'released');
    });
    say('ready');
  `;
  const source = join(scripts, 'locker.ts');
  writeFileSync(source, contents);
  await build({ input: source, platform: 'node', output: { file: script } });
});

afterAll(() => rmSync(scripts, { recursive: true, force: true }));

/** Where a Mac listens for the lock of a folder, which a process that was killed leaves there. */
function socketFile(path: string): string {
  const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
  return join(tmpdir(), `pipe-run-${[dev, ino, birthtimeNs].map((part) => part.toString(36)).join('-')}`);
}

async function runFolder(): Promise<string> {
  const path = temporaryFolder();
  const file = socketFile(path);
  rmSync(file, { force: true });
  onTestFinished(() => rmSync(file, { force: true }));
  return path;
}

interface Locker {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Gives an order. */
  say(order: string): void;
  /** Gives none any more, so that nothing but the lock could keep it alive. */
  dismiss(): void;
  /** The next thing that it says. */
  heard(): Promise<unknown>;
  /** Orders the lock, and gives what came of it. */
  lock(): Promise<unknown>;
}

/** A process of its own that can be told to lock a folder, gone after the test. */
async function locker(path: string, platform: NodeJS.Platform): Promise<Locker> {
  const child = spawn(process.execPath, [script, path, platform], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async () => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the process has ended');
    return JSON.parse(line.value) as unknown;
  };
  expect(await heard()).toBe('ready');
  const say = (order: string) => child.stdin.write(`${order}\n`);
  const { pid } = child;
  if (pid === undefined) throw new Error('the process has not begun');
  const lock = () => {
    say('lock');
    return heard();
  };
  return { child, pid, say, dismiss: () => child.stdin.end(), heard, lock };
}

/** The lock of this process, given back after the test at the latest. */
async function lockHere(path: string, services: Partial<LockServices> = {}) {
  const locked = await lockRun(path, { pid: process.pid, ...services });
  if (locked.ok) onTestFinished(() => locked.value.release());
  return locked;
}

const taken = { ok: true };

function refused(path: string, pid: number | undefined) {
  const holder = pid === undefined ? 'another process' : `another process (pid ${pid})`;
  const message = `${holder} is at work on this run (${path}); wait until it has ended, or stop it`;
  return { ok: false, error: { kind: 'input', code: 'run_locked', message } };
}

async function killed({ child }: Locker): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe.each(platforms)('the lock of a folder, as on %s', (platform) => {
  it('is refused to a second process, which is told the pid of the first', async () => {
    const path = await runFolder();
    const first = await locker(path, platform);
    const second = await locker(path, platform);
    expect(await first.lock()).toMatchObject(taken);
    expect(await second.lock()).toEqual(refused(path, first.pid));
    expect(await second.lock()).toEqual(refused(path, first.pid));
  });

  it('is refused to a second who asks in the same process', async () => {
    const path = await runFolder();
    expect(await lockHere(path, { platform })).toMatchObject(taken);
    expect(await lockHere(path, { platform })).toEqual(refused(path, process.pid));
  });

  it('is free when it was released, once or twice', async () => {
    const path = await runFolder();
    const first = await lockHere(path, { platform });
    if (!first.ok) throw new Error(first.error.message);
    await first.value.release();
    const second = await locker(path, platform);
    expect(await second.lock()).toMatchObject(taken);
    await first.value.release();
    expect(await lockHere(path, { platform })).toEqual(refused(path, second.pid));
    second.say('release');
    expect(await second.heard()).toBe('released');
    expect(await lockHere(path, { platform })).toMatchObject(taken);
  });

  it('is free as soon as its holder was killed', async () => {
    const path = await runFolder();
    const holder = await locker(path, platform);
    expect(await holder.lock()).toMatchObject(taken);
    await killed(holder);
    expect(await lockHere(path, { platform })).toMatchObject(taken);
  });

  it('keeps no process alive', async () => {
    const path = await runFolder();
    const holder = await locker(path, platform);
    expect(await holder.lock()).toMatchObject(taken);
    const gone = once(holder.child, 'exit');
    holder.dismiss();
    expect(await gone).toEqual([0, null]);
    expect(await lockHere(path, { platform })).toMatchObject(taken);
  });

  it('is held by one who was stopped, and cannot tell his pid', async () => {
    const path = await runFolder();
    const holder = await locker(path, platform);
    expect(await holder.lock()).toMatchObject(taken);
    holder.child.kill('SIGSTOP');
    while (!/\) T /.test(readFileSync(`/proc/${holder.pid}/stat`, 'utf8'))) await wait(5);
    expect(await lockHere(path, { platform })).toEqual(refused(path, undefined));
    holder.child.kill('SIGCONT');
    expect(await lockHere(path, { platform })).toEqual(refused(path, holder.pid));
  });

  it('is one and the same by every path that leads to the folder', async () => {
    const path = await runFolder();
    mkdirSync(join(path, 'below'));
    const link = join(temporaryFolder(), 'link');
    symlinkSync(path, link);
    expect(await lockHere(path, { platform })).toMatchObject(taken);
    for (const other of [link, relative(process.cwd(), path), `${path}/`, `${path}/below/..`]) {
      expect(await lockHere(other, { platform })).toMatchObject({ ok: false, error: { code: 'run_locked' } });
    }
  });

  it('is not that of another folder, below it or beside it', async () => {
    const path = await runFolder();
    mkdirSync(join(path, 'below'));
    expect(await lockHere(path, { platform })).toMatchObject(taken);
    expect(await lockHere(join(path, 'below'), { platform })).toMatchObject(taken);
    expect(await lockHere(temporaryFolder(), { platform })).toMatchObject(taken);
  });

  it('goes to exactly one of many who want it at once', async () => {
    const path = await runFolder();
    const many = await Promise.all(Array.from({ length: 6 }, () => locker(path, platform)));
    const ends = (await Promise.all(many.map((one) => one.lock()))) as readonly { readonly ok: boolean }[];
    const winners = many.filter((_, at) => ends[at]?.ok === true);
    expect(winners).toHaveLength(1);
    const losers = ends.filter(({ ok }) => !ok);
    expect(losers).toEqual(Array.from({ length: 5 }, () => refused(path, winners[0]?.pid)));
  });

  it('is not given for a folder that is not there', async () => {
    const path = join(temporaryFolder(), 'gone');
    expect(await lockHere(path, { platform })).toEqual({
      ok: false,
      error: {
        kind: 'local',
        code: 'run_lock_failed',
        message: `the run folder ${path} could not be locked: it or a file in it is gone (ENOENT)`,
      },
    });
  });
});

describe('whatever holds the address of a lock', () => {
  /** A stranger who listens where the lock of a folder would, and does with callers what he likes. */
  async function stranger(path: string, answer: (caller: Socket) => void): Promise<void> {
    const server = createServer((caller) => {
      caller.on('error', () => undefined);
      answer(caller);
    });
    server.listen(`\0${basename(socketFile(path))}`);
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
  }

  it.each([
    ['speaks of something else', (caller: Socket) => caller.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['never stops speaking', (caller: Socket) => caller.write('7'.repeat(100_000))],
    ['hangs up', (caller: Socket) => caller.end()],
    ['hangs up in the middle of a number', (caller: Socket) => caller.end('12')],
    ['says nothing', () => undefined],
  ])('and %s, holds it by an unknown pid', async (_, answer) => {
    const path = await runFolder();
    await stranger(path, answer);
    expect(await lockHere(path, { platform: 'linux' })).toEqual(refused(path, undefined));
  });

  it('is replaced where it is a file that nobody listens at', async () => {
    const path = await runFolder();
    writeFileSync(socketFile(path), '');
    expect(await lockHere(path, { platform: 'darwin' })).toMatchObject(taken);
  });
});
