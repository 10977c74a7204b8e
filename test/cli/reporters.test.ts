import { expect, it } from 'vitest';
import { createReporters } from '../../src/cli/reporters.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { started } from '../report/samples.ts';
import { plan } from '../run/support/plans.ts';
import { oneTerminal } from './one-terminal.ts';

/** Whether progress is drawn over and over while a run goes on whose rows go there. */
async function isDrawn(outputPath: string | undefined, env: Terminal['env'] = {}): Promise<boolean> {
  const screen = oneTerminal();
  const terminal = { cwd: '/', ...screen.others, env } as Terminal;
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
