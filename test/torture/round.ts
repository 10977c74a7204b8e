import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from './invariants.ts';
import type { PaidServer } from './paid-server.ts';
import { mostFaults, type Kill, type Scenario } from './scenario.ts';
import { gaveUp, startPipe, type Session, type SessionEnd } from './session.ts';
import { keyVariable, writeWorkload, type Workload } from './workload.ts';

export interface Stage {
  /** The folder of the repository. */
  readonly root: string;
  /** A folder that is this round's own. */
  readonly folder: string;
  readonly server: PaidServer;
}

export interface RoundEnd {
  /** What is wrong, a sentence each. */
  readonly violations: readonly string[];
  /** Processes that the run took. */
  readonly sessions: number;
  /** Of these, those that were ended by a kill before they were through. */
  readonly kills: number;
  readonly requests: number;
  /** How often each was met. */
  readonly faults: { readonly [kind: string]: number };
  /** What the sessions said on stderr, for whoever looks into a failure. */
  readonly said: string;
}

/** Enough to outlive whatever befalls one question: its faults, and connections that a restart cuts. */
export const settings = 'retry: {attempts: 8, max_delay: 150ms}\n';
export const key = 'torture-key-5d1f0c9a7e';
const env = { [keyVariable]: key };

/** Plays a scenario: the run undisturbed, the run disturbed until it is through, then what is wrong with it. */
export async function playRound(stage: Stage, scenario: Scenario): Promise<RoundEnd> {
  const { server, folder } = stage;
  const { shape, rows, concurrency } = scenario;
  const workload = (name: string) =>
    writeWorkload(join(folder, name), { shape, rows, url: server.url, settings });
  const [undisturbed, disturbed] = [workload('undisturbed'), workload('disturbed')];

  await server.begin();
  const calm = await startRun(stage, undisturbed, scenario, { calm: true }).ended;
  const calmRun = join(undisturbed.folder, 'run');
  const before = isThrough(calm) ? [] : [`the undisturbed run ended with ${endInWords(calm)}`];

  await server.begin(scenario.behaviour);
  const played = await untilThrough(stage, disturbed, scenario);
  const stats = await server.stats();
  const found =
    played.stuck === undefined && before.length === 0
      ? violations({
          folder: join(disturbed.folder, 'run'),
          workload: disturbed,
          undisturbed: calmRun,
          server: stats,
          kills: played.kills,
          concurrency,
          wall: played.wall,
          requestsPerCall: 1 + mostFaults + stats.restarts + (stats.faults['limited_second'] ?? 0),
          key,
        })
      : [...before, ...(played.stuck === undefined ? [] : [played.stuck])];
  return {
    violations: found,
    sessions: played.said.length,
    kills: played.kills,
    requests: stats.received,
    faults: stats.faults,
    said: [calm.stderr, ...played.said].join('\n---\n'),
  };
}

interface Played {
  readonly kills: number;
  /** Milliseconds that its sessions took. */
  readonly wall: number;
  readonly said: readonly string[];
  /** Why the run never came through. */
  readonly stuck?: string;
}

async function untilThrough(stage: Stage, workload: Workload, scenario: Scenario): Promise<Played> {
  const said: string[] = [];
  let kills = 0;
  let wall = 0;
  for (const kill of [...scenario.kills, undefined]) {
    const session = startRun(stage, workload, scenario, { nth: said.length });
    if (kill !== undefined) void endBy(kill, session, stage.server);
    const end = await session.ended;
    said.push(end.stderr);
    wall += end.wall;
    if (end.signal !== null && end.signal !== gaveUp) {
      kills += 1;
      continue;
    }
    if (isThrough(end)) return { kills, wall, said };
    if (end.code !== 130) return { kills, wall, said, stuck: `a session ended with ${endInWords(end)}` };
    // Calls that were in flight longer than the grace are cut off as by a kill.
    kills += 1;
  }
  return { kills, wall, said, stuck: 'the last session, which nobody ended, did not come through' };
}

interface RunVariation {
  readonly calm?: boolean;
  readonly nth?: number;
}

/** A session of the run: its first, or one that goes on where the others were ended. */
function startRun(
  { root }: Stage,
  { folder }: Workload,
  { seed, concurrency, cache, workers, clock }: Scenario,
  { calm = false, nth = 0 }: RunVariation,
): Session {
  const jumping = clock && !calm;
  const afresh = ['run', 'work.yaml', '--input', 'rows.jsonl', '--run-dir', 'run'];
  // Both ways to go on, in turn; before there is a run to go on with, only one is.
  const resumable = existsSync(join(folder, 'run', 'run.json'));
  const resumed = resumable && (seed + nth) % 2 === 0 ? ['resume', 'run'] : afresh;
  const flags = [
    '--concurrency',
    String(concurrency),
    ...(cache ? [] : ['--no-cache']),
    ...(workers > 1 ? ['--workers', String(workers)] : []),
  ];
  return startPipe([...resumed, ...flags], {
    root,
    cwd: folder,
    env: { ...env, ...(jumping && { TORTURE_CLOCK: String(seed + nth) }) },
    ...(jumping && { node: ['--import', join(root, 'test/torture/clock.mjs')] }),
  });
}

async function endBy({ signal, twice, after }: Kill, session: Session, server: PaidServer): Promise<void> {
  const end = () => {
    session.kill(signal);
    if (twice) session.kill(signal);
  };
  if ('milliseconds' in after) {
    const timer = setTimeout(end, after.milliseconds);
    await session.ended;
    clearTimeout(timer);
    return;
  }
  const { received } = await server.stats();
  // Where the run is through before so many requests have come, there is nobody left to end.
  const nobody = () => undefined;
  void server.reached('received', received + after.requests).then(end, nobody);
}

export function isThrough({ code }: SessionEnd): boolean {
  return code === 0 || code === 1;
}

export function endInWords({ code, signal, stderr }: SessionEnd): string {
  if (signal === gaveUp) return `no end in sight, and was given up:\n${stderr}`;
  return `${signal ?? `exit code ${code}`}:\n${stderr}`;
}
