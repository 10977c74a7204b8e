import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRun } from '../torture/run-files.ts';
import { plainRows, type Shape } from '../torture/workload.ts';
import { setStage } from './stage.ts';

const settings = 'retry: {attempts: 8, max_delay: 50ms}\ncache: false\n';
const afresh = ['run', 'work.yaml', '--input', 'rows.jsonl'];
const inWorkers = [...afresh, '--run-dir', 'run', '--workers', '2'];

/** The journal's lines without what no two runs have in common: their order, how long a call took, checksums, which run it is. */
function linesOf(folder: string): readonly string[] {
  const { journal } = readRun(folder);
  return journal
    .map((line) =>
      JSON.stringify({ ...line, crc: null, run: null, duration: null, at: null, waited: undefined }),
    )
    .toSorted();
}

describe('a run with workers', () => {
  it.each<readonly [shape: Shape]>([['fork']])('leaves what one without leaves: a %s', async (shape) => {
    const drawn = { seed: 7, share: 0.2, kinds: ['s500', 'reset_inside', 'cut'], most: 2 };
    const behaviour = { drawn };
    const stage = await setStage({ shape, rows: plainRows(12), settings, behaviour });
    const { code, stderr } = await stage.start(inWorkers).ended;
    expect(code, stderr).toBe(0);
    expect(await stage.violations()).toEqual([]);

    await stage.server.begin(behaviour);
    const plain = join(stage.workload.folder, 'plain');
    expect((await stage.start([...afresh, '--run-dir', plain]).ended).code).toBe(0);
    for (const name of ['results.jsonl', 'errors.jsonl', 'usage.json'])
      expect(readFileSync(join(stage.run, name), 'utf8')).toBe(readFileSync(join(plain, name), 'utf8'));
    expect(linesOf(stage.run)).toEqual(linesOf(plain));
  });

  it('that is killed goes on with workers or without', async () => {
    const stage = await setStage({
      shape: 'chain',
      rows: plainRows(10),
      settings,
      behaviour: { holdFrom: 12 },
    });
    const killed = stage.start(inWorkers);
    await stage.server.reached('held', 4);
    killed.kill('SIGKILL');
    await killed.ended;
    await stage.server.change({ holdFrom: 22 });
    const again = stage.start(['resume', 'run', '--workers', '3']);
    await stage.server.reached('held', 4);
    again.kill('SIGKILL');
    await again.ended;
    await stage.server.release();
    const { code, stderr } = await stage.start(['resume', 'run']).ended;
    expect(code, stderr).toBe(0);
    expect(await stage.violations(2)).toEqual([]);
  });

  it('ends at once when it is told to twice, whatever its workers wait for', async () => {
    const stage = await setStage({ settings, behaviour: { holdFrom: 3 } });
    const session = stage.start(inWorkers);
    await stage.server.reached('held', 4);
    session.kill('SIGINT');
    await session.says(/finish/i);
    session.kill('SIGINT');
    expect((await session.ended).code).toBe(130);
    await stage.server.release();
    expect((await stage.start(inWorkers).ended).code).toBe(0);
    expect(await stage.violations(1)).toEqual([]);
  });

  it('never overshoots its budget', async () => {
    const stage = await setStage({
      rows: plainRows(60),
      concurrency: 16,
      settings: `${settings}budget: {tokens: 3000}\n`,
      behaviour: { latency: [0, 20] },
    });
    const { code, stderr } = await stage.start(inWorkers).ended;
    expect(code, stderr).toBe(4);
    const { billed } = await stage.server.stats();
    expect(billed.input_tokens + billed.output_tokens).toBeLessThanOrEqual(3000);
    expect(readRun(stage.run).summary.counts['failed']).toBe(0);
  });

  it('one of which dies stops, says that it is our mistake, and goes on where it was', async () => {
    const behaviour = { holdFrom: 9 };
    const stage = await setStage({ shape: 'chain', rows: plainRows(10), settings, behaviour });
    const dying = fileURLToPath(new URL('dying-thread.mjs', import.meta.url));
    const session = stage.start(inWorkers, { node: ['--import', dying] });
    await stage.server.reached('held', 4);
    session.kill('SIGUSR2');
    await session.says(/finish/i);
    await stage.server.release();
    const { code, stderr } = await session.ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toContain('a mistake in pipe itself, please report it: a worker thread ended by itself');
    expect(readRun(stage.run)).toMatchObject({
      summary: { state: 'stopped' },
      usage: { total: { unmetered_requests: 2 } },
    });
    expect((await stage.start(['resume', 'run', '--workers', '2']).ended).code).toBe(0);
    expect(await stage.violations(1)).toEqual([]);
  });
});
