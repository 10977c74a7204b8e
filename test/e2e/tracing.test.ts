import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startFakeLangSmith } from '../support/fake-langsmith.ts';
import { pipe, root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function translate(env: { readonly [name: string]: string }) {
  const words = 'run pipelines/translate.yaml --input pipelines/data/rows.jsonl --simulate --quiet';
  return pipe([...words.split(' '), '--run-dir', join(temporaryFolder(), 'run'), '--output', '-'], {
    cwd: root,
    env: { LANGSMITH_TRACING: 'true', LANGSMITH_API_KEY: 'langsmith-key-0123456789', ...env },
  });
}

it('tells LangSmith of a run, each record with its step and its call', async () => {
  const langSmith = await startFakeLangSmith();
  const run = await translate({ LANGSMITH_ENDPOINT: langSmith.url, LANGSMITH_PROJECT: 'nightly' });
  langSmith.close();
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  const runs = langSmith.runs();
  expect(runs).toHaveLength(3 * 16);
  expect(new Set(runs.map((one) => one['session_name']))).toEqual(new Set(['nightly']));
  expect(langSmith.received()).not.toContain('langsmith-key');
});

it('runs all the same where LangSmith cannot be reached', async () => {
  const run = await translate({ LANGSMITH_ENDPOINT: 'http://127.0.0.1:9' });
  expect(run.exitCode).toBe(0);
  expect(String(run.stdout).trimEnd().split('\n')).toHaveLength(16);
  // The client's own words would break into the progress.
  expect(run.stderr).toBe('');
});
