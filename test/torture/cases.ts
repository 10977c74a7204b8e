import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../../src/run/run-summary.ts';
import { violations } from './invariants.ts';
import type { Behaviour } from './paid-server.ts';
import { endInWords, isThrough, key, playRound, settings, type Stage } from './round.ts';
import type { Kill, Scenario } from './scenario.ts';
import { startPipe, wallOf, type Session, type SessionEnd, type SessionOptions } from './session.ts';
import { keyVariable, plainRows, writeWorkload, type Workload, type WorkloadOptions } from './workload.ts';

/** What is not left to chance. Gives what is wrong, a sentence each; undefined where this machine cannot show it. */
export interface Case {
  readonly name: string;
  play(stage: Stage): Promise<readonly string[] | undefined>;
}

const concurrency = 8;
const rows = plainRows(150);
const slow: Behaviour = { latency: [5, 40] };

/** A workload, and what can be done with it. */
interface Played {
  readonly workload: Workload;
  /** `flags` come after those that every session has. */
  start(options?: Partial<SessionOptions>, flags?: readonly string[]): Session;
  /** Goes on until the run is through, and gives what is wrong with it. */
  finish(kills: number): Promise<readonly string[]>;
}

async function prepare(
  { root, folder, server }: Stage,
  options: Partial<WorkloadOptions> & { readonly behaviour?: Behaviour } = {},
): Promise<Played> {
  const { behaviour = slow, ...others } = options;
  const shared = { shape: 'chain', rows, url: server.url, settings, ...others } as const;
  const args = ['run', 'work.yaml', '--input', 'rows.jsonl', '--run-dir', 'run'];
  const startIn = (cwd: string, options: Partial<SessionOptions>, flags: readonly string[] = []) =>
    startPipe([...args, '--concurrency', String(concurrency), ...flags], {
      root,
      cwd,
      ...options,
      env: { [keyVariable]: key, ...options.env },
    });
  const calm = writeWorkload(join(folder, 'calm'), shared);
  await server.begin();
  await startIn(calm.folder, {}).ended;
  const workload = writeWorkload(join(folder, 'work'), shared);
  const sessions: Session[] = [];
  function start(options: Partial<SessionOptions> = {}, flags: readonly string[] = []): Session {
    const session = startIn(workload.folder, options, flags);
    sessions.push(session);
    return session;
  }
  await server.begin(behaviour);
  return {
    workload,
    start,
    async finish(kills) {
      const end = await start().ended;
      if (!isThrough(end)) return [`the last session ended with ${endInWords(end)}`];
      return violations({
        folder: join(workload.folder, 'run'),
        workload,
        undisturbed: join(calm.folder, 'run'),
        server: await server.stats(),
        kills,
        concurrency,
        wall: await wallOf(sessions),
        requestsPerCall: 8,
        key,
      });
    },
  };
}

/** What is wrong with a session that should have ended by a local failure, told in a sentence. */
function notLocal(end: SessionEnd): readonly string[] {
  return end.code === 5 && /written: .*(space|large|read-only)/.test(end.stderr)
    ? []
    : [`a disk that cannot be written ended the session with ${endInWords(end)}`];
}

/** Tokens of its budget that a run says are spent. */
function toldOf(folder: string): number {
  const { budget } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Pick<RunSummary, 'budget'>;
  return budget?.tokens?.spent ?? Number.NaN;
}

/** A disk of its own over a folder; undefined where only another user may have one. */
function mountDisk(folder: string, options: string): ((options: string) => void) | undefined {
  mkdirSync(folder, { recursive: true });
  const mount = (args: readonly string[]) => spawnSync('mount', args).status === 0;
  if (!mount(['-t', 'tmpfs', '-o', options, 'tmpfs', folder])) return undefined;
  return (changed) => void mount(['-o', `remount,${changed}`, folder]);
}

async function onDisk(
  stage: Stage,
  options: string,
  play: (played: Played, remount: (options: string) => void) => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  const played = await prepare(stage);
  const disk = join(played.workload.folder, 'run');
  const remount = mountDisk(disk, options);
  if (remount === undefined) return undefined;
  try {
    return await play(played, remount);
  } finally {
    spawnSync('umount', [disk]);
  }
}

/** Ends a run at one moment after the other, from its first to its last. */
function moments(signal: Kill['signal'], twice: boolean): Case {
  const kills = Array.from({ length: 16 }, (_, at) => ({ signal, twice, after: { milliseconds: at * 40 } }));
  return {
    name: `${signal}${twice ? ' twice' : ''} at every moment of a run`,
    async play(stage) {
      const scenario: Scenario = {
        seed: twice ? 1 : 2,
        shape: 'chain',
        rows,
        concurrency,
        behaviour: slow,
        kills,
        cache: false,
        workers: 1,
        clock: false,
      };
      return (await playRound(stage, scenario)).violations;
    },
  };
}

export const cases: readonly Case[] = [
  moments('SIGKILL', false),
  moments('SIGINT', false),
  moments('SIGTERM', true),
  {
    name: 'a disk that is full, and has room later',
    play: (stage) =>
      onDisk(stage, 'size=64k', async (played, remount) => {
        const full = await played.start().ended;
        remount('size=64m');
        return [...notLocal(full), ...(await played.finish(1))];
      }),
  },
  {
    name: 'a disk that can be read only, and is mended later',
    play: (stage) =>
      onDisk(stage, 'size=64m,ro', async (played, remount) => {
        const refused = await played.start().ended;
        const { received } = await stage.server.stats();
        remount('rw');
        const paid = received === 0 ? [] : [`${received} requests were sent, and nothing could be kept`];
        return [...notLocal(refused), ...paid, ...(await played.finish(0))];
      }),
  },
  {
    name: 'files that may not grow, by one limit after the other',
    async play(stage) {
      const played = await prepare(stage);
      const found: string[] = [];
      const limits = [1, 2, 4, 8, 20, 50, 120, 200];
      for (const fileBlocks of limits) {
        const end = await played.start({ fileBlocks }).ended;
        if (!isThrough(end)) found.push(...notLocal(end));
      }
      return [...found, ...(await played.finish(limits.length))];
    },
  },
  {
    name: 'four processes at one run, killed in turn',
    async play(stage) {
      const played = await prepare(stage);
      const found: string[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        const sessions = [played.start(), played.start(), played.start(), played.start()];
        setTimeout(() => sessions[turn]?.kill('SIGKILL'), 150 * turn);
        const ends = await Promise.all(sessions.map(({ ended }) => ended));
        for (const end of ends) {
          if (!isThrough(end) && end.code !== 2 && end.signal !== 'SIGKILL')
            found.push(`one of four processes ended with ${endInWords(end)}`);
        }
      }
      return [...found, ...(await played.finish(4))];
    },
  },
  {
    name: 'a budget, killed again and again',
    async play(stage) {
      const limit = 40_000;
      const drawn = { seed: 5, share: 0.1, kinds: ['reset_inside', 'cut', 's500', 'limited_now'], most: 2 };
      const bounded = `${settings}budget: {tokens: ${limit}}\n`;
      const played = await prepare(stage, { settings: bounded, behaviour: { ...slow, drawn } });
      const codes: (number | null)[] = [];
      for (let turn = 1; turn <= 6; turn += 1) {
        const session = played.start();
        setTimeout(() => session.kill('SIGKILL'), 400 + 50 * turn);
        codes.push((await session.ended).code);
      }
      codes.push((await played.start().ended).code);
      const { billed } = await stage.server.stats();
      const spent = billed.input_tokens + billed.output_tokens;
      const told = toldOf(join(played.workload.folder, 'run'));
      return [
        ...(codes.at(-1) === 4
          ? []
          : [`the sessions ended with ${codes.join()}, the last not for its budget`]),
        ...(spent <= limit ? [] : [`${spent} tokens were paid for, where ${limit} were to be the most`]),
        ...(told <= limit ? [] : [`${told} tokens are told as spent, where ${limit} were to be the most`]),
      ];
    },
  },
  {
    name: 'a reader of the rows who goes',
    async play(stage) {
      const played = await prepare(stage);
      const session = played.start({}, ['--output', '-']);
      session.stdout.once('data', () => session.stdout.destroy());
      const end = await session.ended;
      const wrong = end.code === 130 ? [] : [`a reader who goes ended the session with ${endInWords(end)}`];
      return [...wrong, ...(await played.finish(0))];
    },
  },
];
