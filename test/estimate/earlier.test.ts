import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEarlier, type Earlier } from '../../src/estimate/earlier.ts';
import type { Plan } from '../../src/plan.ts';
import { createRunFolder, type FolderPlace } from '../../src/run/folder.ts';
import type { ModelClient } from '../../src/models/contract.ts';
import { call, journalOf } from '../run/journal/journals.ts';
import { drive } from '../run/support/drive.ts';
import { answer, used } from '../run/support/fake-models.ts';
import { plan, recordsOf, step } from '../run/support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Answers at once: the nth call of a run has used n times as many tokens out. */
function counting(): ModelClient {
  let nth = 0;
  return {
    async call() {
      nth += 1;
      return { ...answer('yes'), usage: { ...used, output_tokens: 5 * nth, total_tokens: 10 + 5 * nth } };
    },
    close: () => Promise.resolve(),
  };
}

async function run(place: FolderPlace, made: Plan, simulated = false, seconds = 0): Promise<string> {
  const meta = { plan: made, input: { path: null, sha256: null }, simulated };
  const folder = await createRunFolder(place, meta, { now: () => Date.UTC(2026, 0, 1) + seconds * 1000 });
  if (!folder.ok) throw new Error(folder.error.message);
  const openModel = () => Promise.resolve(counting());
  await drive(made, recordsOf(4), { folder: folder.value, openModel }).finished;
  return folder.value.path;
}

const one = plan([step('one')]);

describe('earlier runs', () => {
  async function after(...runs: readonly Plan[]): Promise<Earlier> {
    const folder = temporaryFolder();
    for (const [nth, made] of runs.entries()) {
      await run({ runsDir: folder, name: made.name }, made, false, nth);
    }
    return readEarlier(one, { folder });
  }

  it('tell what a step used, and how long it took', async () => {
    const { runs, calls, steps } = await after(one, one);
    expect(runs).toHaveLength(2);
    expect(runs.toSorted().toReversed()).toEqual(runs);
    expect(calls).toBe(8);
    const told = steps.get('one');
    expect(told).toMatchObject({ changed: false, share: 1, calls: 1 });
    expect(told?.input).toEqual({ record: 10, later: null, longest: 10 });
    expect(told?.output).toEqual({ least: 5, mean: 12.5 });
    expect(told?.durations).toHaveLength(8);
  });

  it('that asked otherwise tell less, and those that asked alike go before them', async () => {
    const other = plan([step('one', { prompt_hash: 'another' })]);
    expect((await after(other)).steps.get('one')).toMatchObject({ changed: true });
    expect((await after(one, other)).steps.get('one')).toMatchObject({ changed: false });
  });

  it('of another model, another name or made-up answers tell nothing', async () => {
    const folder = temporaryFolder();
    const model = { ...step('one').model, name: 'large' };
    await run({ runsDir: folder, name: 'test' }, plan([step('one', { model })]));
    await run({ runsDir: folder, name: 'test-two' }, plan([step('one')], { name: 'test-two' }), false, 1);
    await run({ runsDir: folder, name: 'test' }, one, true, 2);
    expect(await readEarlier(one, { folder })).toEqual({ runs: [], calls: 0, steps: new Map(), made_up: 1 });
  });

  it('count once where one of them is read first', async () => {
    const folder = temporaryFolder();
    const real = await run({ runsDir: folder, name: 'test' }, one);
    const simulated = await run({ runsDir: folder, name: 'test' }, one, true, 1);
    const told = await readEarlier(one, { folder, first: [simulated, real] });
    expect([told.runs.length, told.calls, told.made_up]).toEqual([1, 4, 1]);
  });

  it('are found by a name that is too long for that of a folder', async () => {
    const folder = temporaryFolder();
    const named = plan([step('one')], { name: `tickets-${'long-'.repeat(18)}x` });
    await run({ runsDir: folder, name: named.name }, named);
    expect((await readEarlier(named, { folder })).calls).toBe(4);
  });

  it('are the newest five', async () => {
    const { runs, calls } = await after(...Array.from({ length: 7 }, () => one));
    expect([runs.length, calls]).toEqual([5, 20]);
    expect(runs.every((name) => !/T00000[01]Z/.test(name))).toBe(true);
  });

  it('that are damaged are passed over, line by line', async () => {
    const folder = temporaryFolder();
    const path = await run({ runsDir: folder, name: 'test' }, one);
    appendFileSync(
      join(path, 'journal.jsonl'),
      'no line of a journal\n{"crc":"00000000","type":"call"}\n{"torn',
    );
    mkdirSync(join(folder, 'test-20260101T000009Z-0000'));
    writeFileSync(join(folder, 'test-20260101T000009Z-0000', 'run.json'), '{');
    expect((await readEarlier(one, { folder })).calls).toBe(4);
  });

  it('took as long as the provider did: what limits made them wait is no part of it', async () => {
    const folder = temporaryFolder();
    const path = await run({ runsDir: folder, name: 'test' }, one);
    const asked = { model: one.steps[0]?.model.name ?? '', duration: 5000 };
    const calls = [call('a', 'f1', asked), call('b', 'f2', { ...asked, waited: 4700 })];
    writeFileSync(join(path, 'journal.jsonl'), journalOf(...calls));
    expect((await readEarlier(one, { folder })).steps.get('one')?.durations).toEqual([300, 5000]);
  });

  it('are none where there is no folder', async () => {
    expect((await readEarlier(one, { folder: '/nowhere/runs' })).runs).toEqual([]);
  });
});
