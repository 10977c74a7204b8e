import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import { valueAt } from '../../src/json/pointer.ts';
import { startFakeLangSmith, type FakeLangSmith } from '../support/fake-langsmith.ts';
import { startFakeServer } from '../support/fake-server.ts';
import { drive } from './support/drive.ts';
import { plan, recordsOf, settings, step } from './support/plans.ts';

const model = { ...settings, provider: 'mistralai', name: 'mistral-small-latest' };
const variables = ['LANGSMITH_TRACING', 'LANGSMITH_API_KEY', 'LANGSMITH_ENDPOINT'];

// LangSmith's client reads its variables once in a process.
let langSmith: FakeLangSmith;
beforeAll(async () => {
  langSmith = await startFakeLangSmith();
  process.env['LANGSMITH_TRACING'] = 'true';
  process.env['LANGSMITH_API_KEY'] = 'langsmith-key';
  process.env['LANGSMITH_ENDPOINT'] = langSmith.url;
});
afterAll(() => {
  for (const name of variables) delete process.env[name];
  langSmith.close();
});

describe('a traced run', () => {
  it('is one trace a record, with its steps as children and each call inside of its step', async () => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    server.answer = (call) => call.reply('Hallo');
    const steps = [
      step('one', { model }),
      step('two', { model }),
      step('three', { model, after: ['one', 'two'] }),
    ];
    // Many more calls than slots, so that slots come free in the spans of other records.
    const run = drive(plan(steps, { concurrency: 2 }), recordsOf(6), {
      simulator: { base_url: server.url },
      env: process.env,
      sleep: () => new Promise(() => undefined),
    });
    expect(await run.finished).toMatchObject({ state: 'completed', counts: { succeeded: 6 } });

    const runs = langSmith.runs();
    const parentOf = (child: JsonObject | undefined) =>
      runs.find(({ id }) => id === child?.['parent_run_id']);
    const recordOf = (root: JsonObject | undefined) => valueAt(root ?? null, ['extra', 'metadata', 'record']);
    const roots = runs.filter((one) => one['parent_run_id'] === undefined);
    expect(roots.map(({ name }) => name)).toEqual(Array.from({ length: 6 }, () => 'test'));
    expect(new Set(roots.map(recordOf)).size).toBe(6);
    const calls = runs.filter((one) => one['run_type'] === 'llm');
    expect(calls).toHaveLength(18);
    for (const call of calls) {
      const ofStep = parentOf(call);
      const ofRecord = parentOf(ofStep);
      const asked = `${ofStep?.name} ${JSON.stringify(valueAt(ofRecord ?? null, ['inputs', 'id'])).slice(1, -1)}`;
      expect(JSON.stringify(call['inputs'])).toContain(`"${asked}"`);
      expect(ofRecord).toBe(roots.find((root) => recordOf(root) === recordOf(call)));
    }
    expect(runs).toHaveLength(6 + 18 + 18);
  });
});
