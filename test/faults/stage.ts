import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { violations } from '../torture/invariants.ts';
import { startPaidServer, type Behaviour, type PaidServer } from '../torture/paid-server.ts';
import { startPipe, wallOf, type Session, type SessionOptions } from '../torture/session.ts';
import {
  keyVariable,
  plainRows,
  writeWorkload,
  type Row,
  type Shape,
  type Workload,
} from '../torture/workload.ts';

const key = 'fault-key-2c8e51d7';

export interface StageOptions {
  readonly shape?: Shape;
  readonly rows?: readonly Row[];
  readonly concurrency?: number;
  readonly behaviour?: Behaviour;
  /** Further lines of the pipeline file. */
  readonly settings?: string;
  /** Further parameters of the model. */
  readonly model?: string;
  /** Whether the results are compared with those of a run that nothing has befallen; usually they are. */
  readonly compared?: boolean;
}

/** A server in a process of its own, and a folder with a pipeline that speaks to it. */
export interface Stage {
  readonly server: PaidServer;
  readonly workload: Workload;
  /** The run's folder. */
  readonly run: string;
  /** `pipe run` of the workload, or another command in its folder. */
  start(args?: readonly string[], options?: Partial<SessionOptions>): Session;
  /** What is wrong with the run, a sentence each. */
  violations(kills?: number): Promise<readonly string[]>;
}

const patient = 'retry: {attempts: 8, max_delay: 50ms}\n';

/** Runs that nothing befell, by what they ran: made once for a file of tests. */
const calmRuns = new Map<string, string>();
afterAll(() => {
  for (const folder of calmRuns.values()) rmSync(folder, { recursive: true, force: true });
});

export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const { shape = 'chat', rows = plainRows(12), concurrency = 4, behaviour = {} } = options;
  const { settings = patient, model = 'timeout: 30s, idle_timeout: 30s', compared = true } = options;
  const server = await startPaidServer(root);
  onTestFinished(() => server.close());
  const write = (folder: string, settings: string) =>
    writeWorkload(folder, { shape, rows, url: server.url, settings, model });
  const workload = write(temporaryFolder(), settings);
  const afresh = ['run', 'work.yaml', '--input', 'rows.jsonl', '--run-dir', 'run'];
  const startIn = (cwd: string, args: readonly string[], options: Partial<SessionOptions>) =>
    startPipe([...args, '--concurrency', String(concurrency)], {
      root,
      cwd,
      patience: 20_000,
      ...options,
      env: { [keyVariable]: key, ...options.env },
    });
  const sessions: Session[] = [];
  async function calmRun(): Promise<string> {
    // What may be spent is no part of what comes out.
    const unbounded = settings.replace(/^budget:.*\n/m, '');
    const name = JSON.stringify([shape, rows, unbounded]);
    const known = calmRuns.get(name);
    if (known !== undefined) return join(known, 'run');
    const calm = mkdtempSync(join(tmpdir(), 'pipe-test-'));
    calmRuns.set(name, calm);
    write(calm, unbounded);
    await server.begin();
    await startIn(calm, afresh, {}).ended;
    return join(calm, 'run');
  }
  await server.begin(behaviour);

  return {
    server,
    workload,
    run: join(workload.folder, 'run'),
    start(args = afresh, options = {}) {
      const session = startIn(workload.folder, args, options);
      sessions.push(session);
      return session;
    },
    async violations(kills = 0) {
      const stats = await server.stats();
      return violations({
        folder: join(workload.folder, 'run'),
        workload,
        ...(compared && { undisturbed: await calmRun() }),
        server: stats,
        kills,
        concurrency,
        wall: await wallOf(sessions),
        requestsPerCall: 8,
        key,
      });
    },
  };
}
