import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan.ts';
import { holdRun } from '../../src/run/earlier-run.ts';
import type { RunFinished } from '../../src/run/events.ts';
import { createRunFolder, type RunFolder } from '../../src/run/folder.ts';
import type { RunMeta } from '../../src/run/run-summary.ts';
import { drive } from './support/drive.ts';
import { answer, failed, instantModels } from './support/fake-models.ts';
import { fakeTools } from './support/fake-tools.ts';
import { plan, recordsOf, step } from './support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const chain = plan([step('one'), step('two', { after: ['one'] })]);

function metaOf(of: Plan): RunMeta {
  const input = { path: '/rows.jsonl', sha256: 'a'.repeat(64), format: 'jsonl' };
  return { plan: of, input, simulated: false };
}

async function begun(of: Plan): Promise<RunFolder> {
  const folder = await createRunFolder(join(temporaryFolder(), 'run'), metaOf(of));
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

async function resumed({ path }: RunFolder, of: Plan, force = false): Promise<RunFolder> {
  const run = await holdRun(path);
  const folder = run.ok ? await run.value?.resume(metaOf(of), { force }) : run;
  if (folder?.ok !== true) throw new Error(folder?.error.message ?? 'nothing was begun there');
  return folder.value;
}

/** Runs four records; a model that is asked one of these prompts fails. */
function finish(of: Plan, folder: RunFolder, ...bad: readonly string[]): Promise<RunFinished> {
  const openModel = instantModels((prompt) => (bad.includes(prompt) ? failed() : answer(`to ${prompt}`)));
  return drive(of, recordsOf(4), { total: 4, openModel, folder }).finished;
}

describe('calls that earlier sessions were answered', () => {
  it('are not counted where there was none', async () => {
    expect(await finish(chain, await begun(chain))).not.toHaveProperty('replayed_calls');
  });

  it('are counted where a record goes on at the step that failed', async () => {
    const folder = await begun(chain);
    await finish(chain, folder, 'two r1', 'two r2', 'one r3');
    const end = await finish(chain, await resumed(folder, chain));
    expect(end).toMatchObject({ counts: { succeeded: 4 }, replayed_calls: 2 });
  });

  it('are none where all that is left is to be asked', async () => {
    const folder = await begun(chain);
    await finish(chain, folder, 'one r1');
    expect(await finish(chain, await resumed(folder, chain))).toMatchObject({ replayed_calls: 0 });
  });

  it('are counted for each record that a forced resume looks at again', async () => {
    const folder = await begun(chain);
    await finish(chain, folder);
    const edited = plan([step('one'), step('two', { after: ['one'], prompt: () => 'edited' })], {
      files: [{ path: '/p.yaml', sha256: 'b'.repeat(64) }],
    });
    const end = await finish(edited, await resumed(folder, edited, true));
    expect(end).toMatchObject({ counts: { succeeded: 4 }, replayed_calls: 4 });
  });

  it('are those of tools, too', async () => {
    const tools = fakeTools();
    const program = tools.calling(['a', 'b']);
    const using = plan([step('one', { program }), step('two', { after: ['one'] })]);
    const folder = await begun(using);
    const going = finish(using, folder, 'two r0');
    for (let call = 0; call < 8; call += 1) (await tools.nextCall()).give('done');
    await going;
    const end = await finish(using, await resumed(folder, using));
    expect(tools.seen.calls).toBe(8);
    expect(end).toMatchObject({ counts: { succeeded: 4 }, replayed_calls: 2 });
  });
});
