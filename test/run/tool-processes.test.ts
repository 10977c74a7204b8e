import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { command } from '../../src/tools/command.ts';
import { compileTool, folderOf, isGone } from '../tools/support.ts';
import { drive } from './support/drive.ts';
import { fakeModels } from './support/fake-models.ts';
import { fakeTools } from './support/fake-tools.ts';
import { plan, recordsOf, step } from './support/plans.ts';

/** What the system does about a signal takes as long as it takes. */
const patient = { timeout: 20_000 };

it('leaves no process of a tool behind when the grace of an interrupt is over', async () => {
  const inner = `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`;
  const folder = await folderOf({
    'tool.mjs': `
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      process.on('SIGTERM', () => {});
      const stdio = ['ignore', 'pipe', 'inherit'];
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio });
      child.stdout.once('data', () => writeFileSync('ready', process.pid + ' ' + child.pid + ' '));
      setInterval(() => {}, 1000);`,
  });
  const { program: tool } = await compileTool(command, { command: ['node', './tool.mjs'] }, { folder });
  const program = fakeTools().calling(['slow']);
  const drain = new AbortController();
  const run = drive(
    plan([
      step('one', {
        program: {
          ...program,
          execute: (scope, services) =>
            program.execute(scope, {
              ...services,
              tool: (call) =>
                services.tool({
                  ...call,
                  run: (given) => tool.run({ arguments: {}, scope }, given),
                }),
            }),
        },
      }),
    ]),
    recordsOf(1),
    {
      openModel: fakeModels().openModel,
      env: { PATH: process.env['PATH'] },
      drain: drain.signal,
      grace: 1,
      total: 1,
    },
  );
  const ready = await vi.waitUntil(() => readFile(join(folder, 'ready'), 'utf8').catch(() => ''), patient);
  const pids = ready.trim().split(' ').map(Number);
  expect(pids.map(isGone)).toEqual([false, false]);
  drain.abort();
  expect(await run.finished).toMatchObject({ state: 'interrupted', counts: { total: 1, pending: 1 } });
  expect(run.of('tool_finished')).toEqual([]);
  await expect.poll(() => pids.map(isGone), patient).toEqual([true, true]);
});
