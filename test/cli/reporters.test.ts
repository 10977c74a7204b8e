import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createReporters } from '../../src/cli/reporters.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { started } from '../report/samples.ts';
import { plan } from '../run/support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { oneTerminal } from './one-terminal.ts';

/** Whether progress is drawn over and over while a run goes on whose rows go there. */
async function isDrawn(
  outputPath: string | undefined,
  env: Terminal['env'] = {},
  others: Partial<Terminal> = {},
): Promise<boolean> {
  const screen = oneTerminal();
  const terminal = { cwd: '/', ...screen.others, env, ...others } as Terminal;
  const reporter = await createReporters(terminal, {
    format: 'text',
    inputPath: 'rows.jsonl',
    ...(outputPath !== undefined && { outputPath }),
    plan: plan([]),
    anew: { otherModel: { command: [], effect: '' } },
    warnings: [],
  });
  reporter.on(started());
  reporter.finish();
  await screen.shows('triage: 1,000 records');
  return screen.seen().includes('\u001B[');
}

it('progress is drawn on a terminal, but neither over rows that go there nor in the log of a CI runner', async () => {
  expect(await isDrawn(undefined)).toBe(true);
  expect(await isDrawn('rows.csv')).toBe(true);
  expect(await isDrawn('-')).toBe(false);
  expect(await isDrawn(undefined, { CI: 'true' })).toBe(false);
  expect(await isDrawn(undefined, { TF_BUILD: 'True' })).toBe(false);
  expect(await isDrawn(undefined, { TERM: 'dumb' })).toBe(false);
});

it('progress is not drawn where rows go through a pipe, which may come to the same terminal, but is where they go to a file', async () => {
  const folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  // Open at both ends, so that nobody waits for the other.
  for (const [name, drawn] of [
    ['pipe', false],
    ['file', true],
  ] as const) {
    const fd = openSync(join(folder, name), name === 'pipe' ? 'r+' : 'w');
    const stdout = { fd, isTTY: false } as unknown as NodeJS.WriteStream;
    expect(await isDrawn('-', {}, { stdout }), name).toBe(drawn);
    closeSync(fd);
  }
});
