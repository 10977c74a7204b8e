import { existsSync, mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRun } from '../torture/run-files.ts';
import type { Session } from '../torture/session.ts';
import { plainRows } from '../torture/workload.ts';
import { setStage, type Stage } from './stage.ts';

/** Resolves when a file of this name has appeared in the run's folder. */
async function appears(stage: Stage, name: string): Promise<void> {
  mkdirSync(stage.run, { recursive: true });
  await new Promise<void>((resolve) => {
    const watcher = watch(stage.run, (_event, file) => {
      if (file !== name) return;
      watcher.close();
      resolve();
    });
  });
}

/** Goes on with the run until it is through, and gives what is wrong with it then. */
async function wrongAfter(stage: Stage, kills: number): Promise<readonly string[]> {
  const { code, stderr } = await stage.start().ended;
  expect(code, stderr).toBe(0);
  return stage.violations(kills);
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('with calls in flight lets them end, and none is paid for twice', async () => {
    const stage = await setStage({ shape: 'chain', rows: plainRows(8), behaviour: { holdFrom: 6 } });
    const session = stage.start();
    await stage.server.reached('held', 4);
    session.kill(signal);
    await session.says(/finish/i);
    await stage.server.release();
    expect((await session.ended).code).toBe(130);
    expect(await wrongAfter(stage, 0)).toEqual([]);
  });
});

describe('SIGINT', () => {
  it('at the start leaves nothing or a run that goes on', async () => {
    const stage = await setStage();
    const session = stage.start();
    session.kill('SIGINT');
    const { code, signal: by } = await session.ended;
    expect([130, 'SIGINT']).toContain(by ?? code);
    expect(await wrongAfter(stage, 1)).toEqual([]);
  });

  it('twice, with calls in flight, ends at once', async () => {
    const stage = await setStage({ shape: 'chain', rows: plainRows(8), behaviour: { holdFrom: 6 } });
    const session = stage.start();
    await stage.server.reached('held', 4);
    session.kill('SIGINT');
    await session.says(/finish/i);
    session.kill('SIGINT');
    expect((await session.ended).code).toBe(130);
    await stage.server.release();
    expect(await wrongAfter(stage, 1)).toEqual([]);
  });

  it('while the input has not ended ends the run, and what it took is told', async () => {
    const stage = await setStage();
    const session = stage.start([
      'run',
      'work.yaml',
      '--input',
      '-',
      '--input-format',
      'jsonl',
      '--run-dir',
      'run',
    ]);
    for (const row of stage.workload.rows) session.stdin.write(`${JSON.stringify(row)}\n`);
    await stage.server.reached('answered', 1);
    session.kill('SIGINT');
    expect((await session.ended).code).toBe(130);
    const { counts, state } = readRun(stage.run).summary;
    expect(state).toBe('interrupted');
    expect((counts['succeeded'] ?? 0) + (counts['pending'] ?? 0)).toBe(counts['total']);
  });

  it.each(['results.jsonl.tmp', 'run.json'])('while %s is written leaves a whole run', async (name) => {
    const stage = await setStage();
    const appeared = appears(stage, name);
    const session = stage.start();
    await appeared;
    session.kill('SIGINT');
    const { code, signal: by } = await session.ended;
    expect([0, 130, 'SIGINT']).toContain(by ?? code);
    expect(existsSync(join(stage.run, 'run.json'))).toBe(true);
    expect(await wrongAfter(stage, 0)).toEqual([]);
  });
});

describe('two processes', () => {
  it('do not work on one run: the second is refused, and asks nobody', async () => {
    const stage = await setStage({ behaviour: { holdFrom: 1 } });
    const first = stage.start();
    await stage.server.reached('held', 4);
    for (const args of [undefined, ['resume', 'run']]) {
      const second = await stage.start(args).ended;
      expect(second.code, second.stderr).toBe(2);
      expect(second.stderr).toMatch(/another process|in use|held|locked/);
    }
    expect((await stage.server.stats()).received).toBe(4);
    await stage.server.release();
    expect((await first.ended).code).toBe(0);
    expect(await stage.violations()).toEqual([]);
  });

  it('that begin together leave one run', async () => {
    const stage = await setStage({ rows: plainRows(4) });
    const sessions: readonly Session[] = [stage.start(), stage.start(), stage.start()];
    const codes = await Promise.all(sessions.map(async ({ ended }) => (await ended).code));
    expect(codes).toContain(0);
    expect(codes.filter((code) => code !== 0 && code !== 2)).toEqual([]);
    expect(await stage.violations()).toEqual([]);
  });
});
