import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesIn } from '../torture/run-files.ts';
import { plainRows } from '../torture/workload.ts';
import { setStage } from './stage.ts';

it('a disk that is full ends the run by a sentence, and it goes on when there is room', async () => {
  const stage = await setStage({ rows: plainRows(40) });
  const full = await stage.start(undefined, { fileBlocks: 12 }).ended;
  expect(full.code, full.stderr).toBe(5);
  expect(full.stderr).toContain('could not be written');
  expect(filesIn(stage.run).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const { code, stderr } = await stage.start().ended;
  expect(code, stderr).toBe(0);
  expect(await stage.violations(1)).toEqual([]);
});

it('a result that cannot be written ends the run by a sentence, and costs nothing when it can', async () => {
  const stage = await setStage({ behaviour: { holdFrom: 1 } });
  const session = stage.start();
  await stage.server.reached('held', 4);
  mkdirSync(join(stage.run, 'results.jsonl/in-the-way'), { recursive: true });
  await stage.server.release();
  const blocked = await session.ended;
  expect(blocked.code, blocked.stderr).toBe(5);
  rmSync(join(stage.run, 'results.jsonl'), { recursive: true });
  const { received } = await stage.server.stats();
  const { code, stderr } = await stage.start(['resume', 'run']).ended;
  expect(code, stderr).toBe(0);
  expect((await stage.server.stats()).received).toBe(received);
  expect(await stage.violations()).toEqual([]);
});

it('a folder that is gone ends the run by a sentence, and leaves nothing half there', async () => {
  const stage = await setStage({ behaviour: { holdFrom: 3 } });
  const session = stage.start();
  await stage.server.reached('held', 4);
  rmSync(stage.run, { recursive: true });
  await stage.server.release();
  const { code, stderr } = await session.ended;
  expect(code, stderr).toBe(5);
  expect(stderr).toContain('gone');
  expect(filesIn(stage.run)).toEqual([]);
});

it('a folder that was copied away goes on where it is', async () => {
  const stage = await setStage({ rows: plainRows(10), behaviour: { holdFrom: 6 } });
  const session = stage.start();
  await stage.server.reached('held', 4);
  session.kill('SIGKILL');
  await session.ended;
  await stage.server.release();
  cpSync(stage.run, join(stage.workload.folder, 'copy'), { recursive: true });
  rmSync(stage.run, { recursive: true });
  cpSync(join(stage.workload.folder, 'copy'), stage.run, { recursive: true });
  expect((await stage.start(['resume', 'run']).ended).code).toBe(0);
  expect(await stage.violations(1)).toEqual([]);
});
