import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createRunFolder,
  holdRun,
  loadPipeline,
  openRecords,
  recordsOf,
  runPipeline,
  selectRecords,
  startSimulator,
  version,
  type RunEvent,
} from '../src/index.ts';
import packageJson from '../package.json' with { type: 'json' };
import { temporaryFolder } from './support/temporary-folder.ts';

const pipeline = `version: 1
name: greet
input: {key: id}
model: {name: mistral-small-latest}
steps:
  greet: {type: chat, prompt: "Greet {{input.name}}"}
`;

async function planOf(text: string) {
  const folder = temporaryFolder();
  const file = join(folder, 'greet.yaml');
  writeFileSync(file, text);
  return { folder, ...(await loadPipeline(file)) };
}

async function simulator() {
  const started = await startSimulator();
  if (!started.ok) throw new Error(started.error.message);
  onTestFinished(() => started.value.close());
  return { base_url: started.value.url };
}

async function all(events: AsyncIterable<RunEvent>): Promise<readonly RunEvent[]> {
  const told: RunEvent[] = [];
  for await (const event of events) told.push(event);
  return told;
}

describe('the library', () => {
  it("knows the package's version", () => {
    expect(version).toBe(packageJson.version);
  });

  it('runs a pipeline over records of a program, and keeps nothing', async () => {
    const { plan, diagnostics } = await planOf(pipeline);
    expect(diagnostics).toEqual([]);
    if (plan === undefined) throw new Error('the pipeline is sound');
    const records = recordsOf([
      { id: 'a', name: 'Ada' },
      { id: 'b', name: 'Bob' },
    ]);
    const events = await all(runPipeline(plan, records, { env: {}, simulator: await simulator() }));
    const outputs = events.flatMap((event) =>
      event.type === 'record_finished' && event.outcome === 'succeeded' ? [event.output] : [],
    );
    expect(outputs).toMatchObject([
      { id: 'a', greet: expect.stringContaining('Greet Ada') },
      { id: 'b', greet: expect.stringContaining('Greet Bob') },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'run_finished', state: 'completed', failed: false });
  });

  it('runs a selection of a file into a folder', async () => {
    const { plan, folder } = await planOf(pipeline);
    const rows = join(folder, 'rows.csv');
    writeFileSync(rows, 'id,name\na,Ada\nb,Bob\n');
    const source = await openRecords({ path: rows });
    if (plan === undefined || !source.ok) throw new Error('pipeline and rows are sound');
    const kept = await createRunFolder(join(folder, 'run'), {
      plan,
      input: { path: rows, sha256: null },
      simulated: true,
    });
    if (!kept.ok) throw new Error(kept.error.message);
    const records = selectRecords(source.value.read(plan.input.schema), { offset: 1 });
    await all(runPipeline(plan, records, { env: {}, folder: kept.value, simulator: await simulator() }));
    const results: unknown[] = [];
    for await (const row of kept.value.results()) results.push(row);
    expect(results).toMatchObject([{ index: 1, key: 'b' }]);
  });

  it('goes on with a run that was interrupted', async () => {
    const { plan, folder } = await planOf(pipeline);
    if (plan === undefined) throw new Error('the pipeline is sound');
    const path = join(folder, 'run');
    const meta = { plan, input: { path: null, sha256: null }, simulated: true };
    const begun = await createRunFolder(path, meta);
    if (!begun.ok) throw new Error(begun.error.message);
    const rows = [{ id: 'a', name: 'Ada' }];
    const options = { env: {}, simulator: await simulator() };
    const drain = AbortSignal.abort();
    await all(runPipeline(plan, recordsOf(rows), { ...options, folder: begun.value, drain }));
    const held = await holdRun(path);
    const resumed = held.ok && (await held.value?.resume(meta, { force: false }));
    if (!resumed || !resumed.ok) throw new Error('the run can be gone on with');
    const events = await all(runPipeline(plan, recordsOf(rows), { ...options, folder: resumed.value }));
    expect(events.at(-1)).toMatchObject({ state: 'completed', counts: { total: 1, succeeded: 1 } });
  });

  it('tells of a missing key as of all else, by an event', async () => {
    const { plan } = await planOf(pipeline);
    if (plan === undefined) throw new Error('the pipeline is sound');
    const events = await all(runPipeline(plan, recordsOf([{ id: 'a', name: 'Ada' }]), { env: {} }));
    expect(events.at(-1)).toMatchObject({ state: 'stopped', reason: { kind: 'input' } });
  });

  it('gives no plan for a pipeline with a mistake', async () => {
    const { plan, diagnostics } = await planOf(pipeline.replace('chat', 'chta'));
    expect(plan).toBeUndefined();
    expect(diagnostics).toMatchObject([{ severity: 'error' }]);
  });
});
