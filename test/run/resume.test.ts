import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan.ts';
import type { RecordItem } from '../../src/records/record.ts';
import { holdRun, type EarlierRun } from '../../src/run/earlier-run.ts';
import type { StopReason } from '../../src/run/events.ts';
import { createRunFolder, type RunFolder } from '../../src/run/folder.ts';
import type { RunOptions } from '../../src/run/options.ts';
import { outputFailed } from '../../src/run/reasons.ts';
import type { RunMeta } from '../../src/run/run-summary.ts';
import { drive } from './support/drive.ts';
import { answer, failed, fakeModels, instantModels } from './support/fake-models.ts';
import { plan, record, recordsOf, step } from './support/plans.ts';
import { jsonLines } from './support/run-folders.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const chain = plan([step('one'), step('two', { after: ['one'] })], { concurrency: 3 });

function metaOf(of: Plan, others: Partial<RunMeta> = {}): RunMeta {
  const input = { path: '/rows.jsonl', sha256: 'a'.repeat(64), format: 'jsonl' };
  return { plan: of, input, simulated: false, ...others };
}

async function begun(of: Plan = chain, others: Partial<RunMeta> = {}): Promise<RunFolder> {
  const folder = await createRunFolder(join(temporaryFolder(), 'run'), metaOf(of, others));
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

/** What a process leaves that is killed now: the folder as it stands, and nobody who holds it. */
async function killed(folder: RunFolder): Promise<string> {
  const copy = join(temporaryFolder(), 'copy');
  await mkdir(copy);
  // The run that is copied may be at its end, where the other files come and go.
  for (const name of ['journal.jsonl', 'run.json']) await copyFile(join(folder.path, name), join(copy, name));
  return copy;
}

async function held(path: string): Promise<EarlierRun> {
  const run = await holdRun(path);
  if (!run.ok || run.value === undefined)
    throw new Error(run.ok ? 'nothing was begun there' : run.error.message);
  return run.value;
}

async function resumed(path: string, meta: RunMeta = metaOf(chain), force = false): Promise<RunFolder> {
  const folder = await (await held(path)).resume(meta, { force });
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

async function refusal(path: string, meta: RunMeta): Promise<StopReason> {
  const folder = await (await held(path)).resume(meta, { force: false });
  if (folder.ok) throw new Error('the run goes on');
  expect(folder.error.kind).toBe('input');
  return folder.error;
}

function run(of: Plan, items: readonly RecordItem[], options: Partial<RunOptions>) {
  return drive(of, items, { total: items.length, ...options });
}

async function files(path: string): Promise<readonly string[]> {
  return Promise.all(
    ['results.jsonl', 'errors.jsonl', 'usage.json'].map((name) => readFile(join(path, name), 'utf8')),
  );
}

/** The same, of a run that was killed: its usage says so, but for which it is that of one that was not. */
async function killedFiles(path: string): Promise<readonly string[]> {
  const [results = '', errors = '', usage = ''] = await files(path);
  const { crashed_sessions: _, ...sums } = JSON.parse(usage) as { readonly crashed_sessions?: number };
  return [results, errors, `${JSON.stringify(sums, null, 2)}\n`];
}

/** Leaves the run as one that was killed when so many calls had been answered and journaled. */
async function killedAfter(
  calls: number,
  of = chain,
  items = recordsOf(6),
  others: Partial<RunMeta> = {},
): Promise<string> {
  const folder = await begun(of, others);
  const models = fakeModels();
  const abort = new AbortController();
  const going = run(of, items, { openModel: models.openModel, folder, abort: abort.signal });
  for (let call = 0; call < calls; call += 1) {
    const next = await models.nextCall();
    next.reply(`answer to ${next.prompt}`);
  }
  await expect
    .poll(() => jsonLines(join(folder.path, 'journal.jsonl')))
    .toSatisfy(
      (lines: readonly { readonly type: string }[]) =>
        lines.filter(({ type }) => type === 'call').length === calls,
    );
  const copy = await killed(folder);
  abort.abort();
  await going.finished;
  return copy;
}

const answering = (asked: string[] = []) =>
  instantModels((prompt) => {
    asked.push(prompt);
    return answer(`answer to ${prompt}`);
  });

describe('a run that was killed', () => {
  it.each([0, 1, 4, 5, 8, 11, 12])(
    'after %i calls ends as one that was not, and asks nothing twice',
    async (calls) => {
      const whole = await begun();
      await run(chain, recordsOf(6), { openModel: answering(), folder: whole }).finished;
      const path = await killedAfter(calls);
      const folder = await resumed(path);
      const asked: string[] = [];
      const finished = await run(chain, recordsOf(6), { openModel: answering(asked), folder }).finished;
      expect(finished).toMatchObject({ state: 'completed', counts: { total: 6, succeeded: 6, pending: 0 } });
      expect(asked).toHaveLength(12 - calls);
      expect(await killedFiles(path)).toEqual(await files(whole.path));
      expect(JSON.parse(await readFile(join(path, 'run.json'), 'utf8'))).toMatchObject({ sessions: 2 });
    },
  );

  it('tells for ever that its sums are lower bounds: nobody knows what was in flight', async () => {
    const path = await killedAfter(4);
    const first = await resumed(path);
    const { usage } = await run(chain, recordsOf(6), { openModel: answering(), folder: first }).finished;
    expect(usage.crashed_sessions).toBe(1);
    await run(chain, recordsOf(6), { openModel: answering(), folder: await resumed(path) }).finished;
    for (const name of ['run.json', 'usage.json']) {
      expect(JSON.parse(await readFile(join(path, name), 'utf8'))).toMatchObject({ crashed_sessions: 1 });
    }
    const done = await (await held(path)).done(metaOf(chain));
    expect(done?.events.at(-1)).toMatchObject({ type: 'run_finished', usage: { crashed_sessions: 1 } });
  });

  it('may be one that was let go of before it was begun, of which nothing is unknown', async () => {
    const folder = await begun();
    expect(await holdRun(folder.path)).toMatchObject({ error: { code: 'run_locked' } });
    await folder.release();
    await folder.release();
    const next = await resumed(folder.path);
    const { usage } = await run(chain, recordsOf(6), { openModel: answering(), folder: next }).finished;
    expect(usage).toMatchObject({ total: { requests: 12 } });
    expect(usage.crashed_sessions).toBeUndefined();
    await next.release();
    await (await held(folder.path)).release();
  });

  it('tells of its earlier session first, and of each record that stays', async () => {
    const path = await killedAfter(8);
    const going = run(chain, recordsOf(6), { openModel: answering(), folder: await resumed(path) });
    const { usage } = await going.finished;
    expect(going.events[0]).toMatchObject({ resumed: { kept: 3, usage: { requests: 8 } } });
    expect(going.of('record_kept').map(({ sequence, outcome }) => [sequence, outcome])).toEqual([
      [0, 'succeeded'],
      [1, 'succeeded'],
      [2, 'succeeded'],
    ]);
    expect(going.of('call_finished')).toHaveLength(4);
    expect(usage.total).toMatchObject({ requests: 12, records: 6 });
    expect(usage.by_step).toMatchObject({ one: { records: 6 }, two: { records: 6 } });
  });

  it('within a line of its journal loses that line alone', async () => {
    const path = await killedAfter(4);
    const journal = join(path, 'journal.jsonl');
    const text = await readFile(journal, 'utf8');
    await writeFile(journal, text.slice(0, -20));
    const whole = text.slice(0, -20).split('\n').slice(0, -1);
    const lines = whole.map((line) => JSON.parse(line) as { readonly type: string });
    const asked: string[] = [];
    const folder = await resumed(path);
    await run(chain, recordsOf(6), { openModel: answering(asked), folder }).finished;
    expect(asked).toHaveLength(12 - lines.filter(({ type }) => type === 'call').length);
    expect(await jsonLines(join(path, 'results.jsonl'))).toHaveLength(6);
  });

  it.each([
    ['before it had begun', ['run.json']],
    ['before its journal had', ['run.json', 'journal.jsonl']],
  ])('%s is begun anew', async (_when, gone) => {
    const path = await killed(await begun());
    await Promise.all(gone.map((name) => rm(join(path, name))));
    await writeFile(join(path, 'run.json.tmp'), '{"format"');
    expect(await holdRun(path)).toEqual({ ok: true, value: undefined });
    const folder = await createRunFolder(path, metaOf(chain));
    if (!folder.ok) throw new Error(folder.error.message);
    const options = { openModel: answering(), folder: folder.value };
    expect((await run(chain, recordsOf(2), options).finished).state).toBe('completed');
  });

  it('before run.json told of its journal, within whose header too, is begun anew', async () => {
    const path = await killed(await begun());
    await rm(join(path, 'run.json'));
    await writeFile(join(path, 'journal.jsonl'), '{"crc":"');
    const folder = await createRunFolder(path, metaOf(chain));
    if (!folder.ok) throw new Error(folder.error.message);
    const options = { openModel: answering(), folder: folder.value };
    const finished = await run(chain, recordsOf(2), options).finished;
    expect(finished).toMatchObject({ state: 'completed', counts: { succeeded: 2 } });
  });

  it('keeps what it had when it is interrupted again', async () => {
    const path = await killedAfter(8);
    const drain = new AbortController();
    drain.abort();
    const folder = await resumed(path);
    const finished = await run(chain, recordsOf(6), { openModel: answering(), folder, drain: drain.signal })
      .finished;
    expect(finished).toMatchObject({
      state: 'interrupted',
      counts: { total: 6, succeeded: 3, failed: 0, skipped: 0, pending: 3 },
    });
    expect(await jsonLines(join(path, 'results.jsonl'))).toHaveLength(3);
    const again = await resumed(path);
    const asked: string[] = [];
    await run(chain, recordsOf(6), { openModel: answering(asked), folder: again }).finished;
    expect(asked).toHaveLength(4);
  });
});

describe('records that failed', () => {
  const failing = (bad: ReadonlySet<string>, asked: string[] = []) =>
    instantModels((prompt) => {
      asked.push(prompt);
      return bad.has(prompt) ? failed() : answer(`answer to ${prompt}`);
    });

  it('are run again, from the step where they failed', async () => {
    const folder = await begun();
    await run(chain, recordsOf(4), { openModel: failing(new Set(['two r1', 'one r2'])), folder }).finished;
    expect(await jsonLines(join(folder.path, 'errors.jsonl'))).toHaveLength(2);
    const asked: string[] = [];
    const again = await resumed(folder.path);
    const finished = await run(chain, recordsOf(4), { openModel: failing(new Set(), asked), folder: again })
      .finished;
    expect(asked.sort()).toEqual(['one r2', 'two r1', 'two r2']);
    expect(finished.counts).toEqual({ total: 4, succeeded: 4, failed: 0, skipped: 0, pending: 0 });
    expect(await jsonLines(join(folder.path, 'errors.jsonl'))).toEqual([]);
    expect(await jsonLines(join(folder.path, 'results.jsonl'))).toHaveLength(4);
  });

  it('stay failed, and are counted once, where they fail again or are not come to', async () => {
    const folder = await begun();
    const openModel = failing(new Set(['one r1', 'one r3']));
    await run(chain, recordsOf(4), { openModel, folder }).finished;
    const again = await resumed(folder.path);
    const finished = await run(chain, recordsOf(4), { openModel, folder: again }).finished;
    expect(finished.counts).toEqual({ total: 4, succeeded: 2, failed: 2, skipped: 0, pending: 0 });
    expect(await jsonLines(join(folder.path, 'errors.jsonl'))).toHaveLength(2);
  });

  it('by their key do not have the record of that key run again', async () => {
    const keyed = plan([step('one')], { input: { key: 'id', validate: () => [] } });
    const items = [record(0, { id: 'a' }), record(1, { id: 'a' }), record(2, { id: 'b' })];
    const folder = await begun(keyed);
    await run(keyed, items, { openModel: answering(), folder }).finished;
    const asked: string[] = [];
    const again = await resumed(folder.path, metaOf(keyed));
    const finished = await run(keyed, items, { openModel: answering(asked), folder: again }).finished;
    expect(asked).toEqual([]);
    expect(finished.counts).toMatchObject({ succeeded: 2, failed: 1 });
  });

  it('have their rows waited for by whoever reads them in order', async () => {
    const folder = await begun();
    await run(chain, recordsOf(4), { openModel: failing(new Set(['two r1'])), folder }).finished;
    const again = await resumed(folder.path);
    const order = again.inOrder();
    const going = run(chain, recordsOf(4), { openModel: answering(), folder: again });
    await going.finished;
    const rows: number[] = [];
    for (const event of going.events) for await (const { index } of order.take(event)) rows.push(index);
    await order.close();
    expect(rows).toEqual([0, 1, 2, 3]);
  });
});

describe('a run that was begun with something else', () => {
  const other = metaOf(chain);
  const file = { path: '/translate.yaml', sha256: 'f'.repeat(64) };
  const partial = (name: string, letter: string) => ({ path: `/parts/${name}`, sha256: letter.repeat(64) });
  const made = (others: Partial<Plan>, meta: Partial<RunMeta> = {}) =>
    metaOf(plan(chain.steps, others), meta);
  const filed = made({
    files: [file, partial('a.txt', 'a'), partial('b.txt', 'b')],
    vars: { to: 'fr', as: 1 },
  });

  async function refused(before: RunMeta, now: RunMeta): Promise<StopReason> {
    const folder = await createRunFolder(join(temporaryFolder(), 'run'), before);
    if (!folder.ok) throw new Error(folder.error.message);
    const path = await killed(folder.value);
    const reason = await refusal(path, now);
    expect(reason.message).toContain(`the run in ${path} was begun with something else: `);
    // Nothing was changed by that, and nobody holds the run.
    await resumed(path, before);
    return { ...reason, hint: reason.hint?.replaceAll(path, '<run>') ?? '' };
  }

  it.each<[string, RunMeta, RunMeta, string]>([
    [
      'another pipeline',
      filed,
      made({ files: [{ ...file, path: '/f.yaml', sha256: 'e' }] }),
      'it was begun with `/translate.yaml`, and this is `/f.yaml`',
    ],
    [
      'a pipeline where there was none',
      other,
      made({ files: [file] }),
      'it was begun with no pipeline file, and this is `/translate.yaml`',
    ],
    [
      'other variables',
      filed,
      { ...filed, plan: { ...filed.plan, vars: { to: 'de', as: 2 }, overrides: ['--var to=de'] } },
      'the variables `to`, `as` are not what they were',
    ],
    [
      'another setting',
      other,
      made({ overrides: ['--set model.temperature=1'] }),
      'it was begun with none of `--set` and `--model`, and this is with `--set model.temperature=1`',
    ],
    [
      'another input',
      other,
      { ...other, input: { ...other.input, path: '/r.csv', sha256: 'b' } },
      'it was begun with the input `/rows.jsonl`, and this is with the input `/r.csv`',
    ],
    [
      'standard input',
      other,
      { ...other, input: { ...other.input, path: '-', sha256: null } },
      'it was begun with the input `/rows.jsonl`, and this is with the input of stdin',
    ],
    [
      'another format',
      other,
      { ...other, input: { ...other.input, format: 'json' } },
      'its input was read as jsonl, and this is as json',
    ],
    [
      'another limit',
      { ...other, selection: { limit: 2 } },
      { ...other, selection: { limit: 3 } },
      'it was begun with `--limit 2`, and this is with `--limit 3`',
    ],
    [
      'a sample',
      other,
      { ...other, selection: { sample: { size: 2, seed: 0 } } },
      'it was begun without `--sample`, and this is with `--sample 2 --seed 0`',
    ],
    [
      'no shard',
      { ...other, selection: { shard: { index: 1, count: 4 } } },
      other,
      'it was begun with `--shard 1/4`, and this is without it',
    ],
    [
      'another folder of images',
      other,
      { ...other, images: '/photos' },
      'images are read from another folder',
    ],
    [
      'a simulator',
      other,
      { ...other, simulated: true },
      'its answers were real, and these would be simulated',
    ],
  ])('is not gone on with under another command: %s', async (_what, before, now, words) => {
    const { message, hint } = await refused(before, now);
    expect(message).toContain(words);
    expect(hint).toBe('run it with the files and flags it was begun with, or in another `--run-dir`');
  });

  it.each<[string, RunMeta, RunMeta, string]>([
    [
      'the pipeline',
      filed,
      { ...filed, plan: { ...filed.plan, files: [{ ...file, sha256: 'e' }, ...filed.plan.files.slice(1)] } },
      '`/translate.yaml` is not what it was',
    ],
    [
      'a value of its variables',
      filed,
      { ...filed, plan: { ...filed.plan, vars: { to: 'de', as: 1 } } },
      'the variable `to` is not what it was',
    ],
    [
      'a variable that is called as what any object has',
      { ...filed, plan: { ...filed.plan, vars: { constructor: 'a' } } },
      { ...filed, plan: { ...filed.plan, vars: {} } },
      'the variable `constructor` is not what it was',
    ],
    [
      'a partial by another one',
      filed,
      { ...filed, plan: { ...filed.plan, files: [file, partial('a.txt', 'b'), partial('b.txt', 'b')] } },
      '`/parts/a.txt` is not what it was',
    ],
    [
      'a partial that is new',
      filed,
      { ...filed, plan: { ...filed.plan, files: [...filed.plan.files, partial('c.txt', 'a')] } },
      '`/parts/c.txt` was no part of the pipeline',
    ],
    [
      'a partial that is gone',
      filed,
      { ...filed, plan: { ...filed.plan, files: [file, partial('a.txt', 'a')] } },
      '`/parts/b.txt` is no part of the pipeline any more',
    ],
    [
      'the input',
      other,
      { ...other, input: { ...other.input, sha256: 'b'.repeat(64) } },
      'the input `/rows.jsonl` is not what it was',
    ],
  ])('may be gone on with by force: %s', async (_what, before, now, words) => {
    const { message, hint } = await refused(before, now);
    expect(message).toContain(words);
    expect(hint).toBe(
      'go on with `pipe resume <run> --force`, which asks again only what the change touches, or begin a new run',
    );
  });

  it('is the same where its project was moved as a whole', async () => {
    const moved = (root: string) =>
      made(
        {
          files: [
            { ...file, path: `${root}/t.yaml` },
            { ...partial('a.txt', 'a'), path: `${root}/parts/a.txt` },
          ],
        },
        { images: `${root}/photos`, input: { ...other.input, path: `${root}/rows.jsonl` } },
      );
    const folder = await createRunFolder(join(temporaryFolder(), 'run'), moved('/here'));
    if (!folder.ok) throw new Error(folder.error.message);
    const again = await resumed(await killed(folder.value), moved('/there/below'));
    expect(again.history).toBeDefined();
  });

  it('may have other limits, another budget and other attempts', async () => {
    const path = await killedAfter(1);
    const overrides = ['--concurrency 9', '--budget-usd 2', '--no-cache', '--set retry.attempts=2'];
    const folder = await resumed(path, metaOf(plan(chain.steps, { overrides })));
    expect(folder.history).toBeDefined();
  });

  it('is gone on with by force, and asks again what the change touches', async () => {
    const path = await killedAfter(12);
    const edited = plan([step('one'), step('two', { after: ['one'], prompt: () => 'edited' })], {
      files: [file],
      concurrency: 3,
    });
    const asked: string[] = [];
    const folder = await resumed(path, metaOf(edited), true);
    const finished = await run(edited, recordsOf(6), { openModel: answering(asked), folder }).finished;
    expect(asked).toEqual(Array.from({ length: 6 }, () => 'edited'));
    expect(finished).toMatchObject({
      counts: { succeeded: 6 },
      usage: { total: { requests: 18, records: 6 } },
    });
    // What was forced once is what the run is now.
    const again = await resumed(path, metaOf(edited));
    asked.length = 0;
    await run(edited, recordsOf(6), { openModel: answering(asked), folder: again }).finished;
    expect(asked).toEqual([]);
  });
});

describe('a forced resume that is killed', () => {
  it.each([0, 3])('after %i calls goes on as what it was forced to be', async (calls) => {
    const path = await killedAfter(12);
    const file = { path: '/translate.yaml', sha256: 'f'.repeat(64) };
    const edited = plan([step('one'), step('two', { after: ['one'], prompt: () => 'edited' })], {
      files: [file],
      concurrency: 1,
    });
    const forced = await resumed(path, metaOf(edited), true);
    const models = fakeModels();
    const abort = new AbortController();
    const going = run(edited, recordsOf(6), {
      openModel: models.openModel,
      folder: forced,
      abort: abort.signal,
    });
    for (let call = 0; call < calls; call += 1) (await models.nextCall()).reply('new');
    await models.nextCall();
    const copy = await killed(forced);
    abort.abort();
    await going.finished;
    const asked: string[] = [];
    const again = await resumed(copy, metaOf(edited));
    await run(edited, recordsOf(6), { openModel: answering(asked), folder: again }).finished;
    expect(asked).toEqual(Array.from({ length: 6 - calls }, () => 'edited'));
    expect(await readFile(join(copy, 'results.jsonl'), 'utf8')).not.toContain('answer to two');
  });
});

describe('a run whose input is not read to its end', () => {
  it('is not through, however many of its records are', async () => {
    const path = await killedAfter(12);
    const drain = AbortSignal.abort();
    const folder = await resumed(path);
    const finished = await drive(chain, recordsOf(6), { openModel: answering(), folder, drain }).finished;
    expect(finished).toMatchObject({ state: 'interrupted', counts: { total: 6, succeeded: 6, pending: 0 } });
  });

  it('counts each record once, in whatever order they come again', async () => {
    const path = await killedAfter(12);
    const items = Array.from({ length: 6 }, (_, at) => record(5 - at, { id: `r${at}` }));
    const folder = await resumed(path);
    const finished = await drive(chain, items.reverse(), { openModel: answering(), folder }).finished;
    expect(finished.counts).toMatchObject({ total: 6, succeeded: 6, failed: 0, pending: 0 });
  });
});

describe('taking hold of a run', () => {
  it('is for one at a time', async () => {
    const path = await killedAfter(1);
    const first = await held(path);
    expect(await holdRun(path)).toMatchObject({ ok: false, error: { kind: 'input', code: 'run_locked' } });
    await first.release();
    await (await held(path)).release();
  });

  it('finds none where there is nothing', async () => {
    const folder = temporaryFolder();
    expect(await holdRun(folder)).toEqual({ ok: true, value: undefined });
    expect(await holdRun(join(folder, 'none'))).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['nothing', ''],
    ['half of it', '{"format": 1, "state": "run'],
    ['something else', '{"format": 1, "name": "x"}'],
    ['a list', '[]'],
    ['what a newer version wrote', '{"format": 2}'],
  ])('is refused where run.json holds %s', async (_what, text) => {
    const path = await killedAfter(1);
    await writeFile(join(path, 'run.json'), text);
    expect(await holdRun(path)).toMatchObject({ ok: false, error: { kind: 'input', code: 'not_a_run' } });
  });

  it.each(['run.json', 'journal.jsonl'])('is refused where %s is no file of its own', async (name) => {
    const path = await killedAfter(1);
    await rm(join(path, name));
    await symlink('/dev/zero', join(path, name));
    expect(await holdRun(path)).toMatchObject({ ok: false, error: { kind: 'input', code: 'not_a_run' } });
  });

  it('and of fewer records than it had ends with a reason, and counts that add up', async () => {
    const path = await killedAfter(12);
    const folder = await resumed(path);
    const finished = await drive(chain, recordsOf(2), { openModel: answering(), folder }).finished;
    expect(finished).toMatchObject({
      state: 'stopped',
      reason: { kind: 'input', code: 'journal_damaged' },
      counts: { total: 6, succeeded: 6, pending: 0 },
    });
  });

  it.each([
    'format',
    'state',
    'name',
    'started',
    'sessions',
    'duration',
    'pipeline',
    'files',
    'vars',
    'overrides',
    'input',
    'selection',
    'images',
    'output',
    'simulated',
    'simulator',
    'reason',
    'pipe',
    'finished',
    'models',
    'counts',
    'tool_calls',
    'budget',
  ])('is refused where run.json has no `%s`, or another thing for it', async (name) => {
    const path = await killedAfter(0);
    const file = join(path, 'run.json');
    const { [name]: _, ...others } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    for (const told of [others, { ...others, [name]: [7] }, { ...others, [name]: { limit: '7' } }]) {
      // Variables may be any map.
      if (name === 'vars' && 'vars' in told && !Array.isArray(told.vars)) continue;
      await writeFile(file, JSON.stringify(told));
      expect(await holdRun(path)).toMatchObject({
        error: {
          kind: 'input',
          code: 'not_a_run',
          hint: expect.stringContaining('begin a new run') as string,
        },
      });
    }
  });

  it.each([
    [{ offset: 0 }, { shard: { index: 1, count: 1 } }],
    [{ limit: 6 }, { sample: { size: 20, seed: 3 } }],
  ])('goes on where another selection (%j, then %j) takes the same records', async (before, now) => {
    const available = { records: 6 };
    const path = await killedAfter(4, chain, recordsOf(6), { selection: before, available });
    const folder = await resumed(path, metaOf(chain, { selection: now, available }));
    const { finished } = run(chain, recordsOf(6), { openModel: answering(), folder });
    expect(await finished).toMatchObject({ state: 'completed', counts: { succeeded: 6 } });
    const done = await (await held(path)).done(metaOf(chain, { available }));
    expect(done).toBeDefined();
  });

  it('is refused where the journal is damaged', async () => {
    const path = await killedAfter(4);
    const journal = join(path, 'journal.jsonl');
    await writeFile(journal, (await readFile(journal, 'utf8')).replace('answer to one', 'Answer to one'));
    expect((await refusal(path, metaOf(chain))).message).toContain('journal.jsonl');
    await (await held(path)).release();
  });

  it('is refused where the journal was emptied: what was paid for is no longer known', async () => {
    const path = await killedAfter(4);
    await writeFile(join(path, 'journal.jsonl'), '');
    expect(await refusal(path, metaOf(chain))).toMatchObject({ code: 'journal_damaged' });
    expect(await readFile(join(path, 'journal.jsonl'), 'utf8')).toBe('');
  });

  it('tells what is done already, with all its rows', async () => {
    const folder = await begun();
    await run(chain, recordsOf(3), { openModel: answering(), folder }).finished;
    const earlier = await held(folder.path);
    const done = await earlier.done(metaOf(chain));
    expect(done?.events).toMatchObject([
      { type: 'run_started', total: 3, resumed: { kept: 3 } },
      { type: 'run_finished', state: 'completed', counts: { total: 3, succeeded: 3 }, failed: false },
    ]);
    const rows = [];
    for await (const { index } of done?.results() ?? []) rows.push(index);
    expect(rows).toEqual([0, 1, 2]);
  });

  it.each<[string, (results: Buffer) => Buffer]>([
    ['emptied', () => Buffer.alloc(0)],
    ['cut', (results) => results.subarray(0, -5)],
    ['made zeros', (results) => Buffer.alloc(results.length)],
    ['changed', (results) => Buffer.from(results.toString().replace('answer to two r1', 'answer to one r2'))],
  ])('does not call a run done whose results were %s, and makes them anew', async (_how, change) => {
    const folder = await begun();
    await run(chain, recordsOf(3), { openModel: answering(), folder }).finished;
    const file = join(folder.path, 'results.jsonl');
    const before = await readFile(file);
    await writeFile(file, change(before));
    const earlier = await held(folder.path);
    expect(await earlier.done(metaOf(chain))).toBeUndefined();
    const again = await earlier.resume(metaOf(chain), { force: false });
    if (!again.ok) throw new Error(again.error.message);
    const asked: string[] = [];
    await run(chain, recordsOf(3), { openModel: answering(asked), folder: again.value }).finished;
    expect(asked).toEqual([]);
    expect(await readFile(file)).toEqual(before);
  });

  it.each<[string, StopReason | undefined]>([
    ['was interrupted', undefined],
    ['could not write to stdout', outputFailed('stdout', new Error('no space'))],
  ])('that %s is refused where its journal has lost its end, but by force', async (_how, reason) => {
    const drain = new AbortController();
    const folder = await begun();
    const going = drive(chain, recordsOf(6), { openModel: answering(), folder, drain: drain.signal });
    drain.abort(reason);
    await going.finished;
    const journal = join(folder.path, 'journal.jsonl');
    const lines = (await readFile(journal, 'utf8')).split('\n');
    await writeFile(journal, `${lines.slice(0, 1).join('\n')}\n`);
    const { message, hint } = await refusal(folder.path, metaOf(chain));
    expect(message).toContain('is damaged: it ends at byte ');
    expect(hint).toContain('--force');
    const forced = await resumed(folder.path, metaOf(chain), true);
    const finished = await run(chain, recordsOf(6), { openModel: answering(), folder: forced }).finished;
    expect(finished).toMatchObject({ state: 'completed', counts: { succeeded: 6 } });
  });

  it('is refused where its journal is that of another run, but by force, and is then its own', async () => {
    const [path, other] = [await killedAfter(4), await killedAfter(8)];
    await copyFile(join(other, 'journal.jsonl'), join(path, 'journal.jsonl'));
    expect(await refusal(path, metaOf(chain))).toMatchObject({
      code: 'journal_damaged',
      message: expect.stringContaining('it is that of another run') as string,
    });
    const forced = await resumed(path, metaOf(chain), true);
    await run(chain, recordsOf(6), { openModel: answering(), folder: forced }).finished;
    expect(await (await held(path)).done(metaOf(chain))).toBeDefined();
  });

  it('is refused where the copy of its input has fewer records than have ended', async () => {
    const path = await killedAfter(12);
    const input = { path: '-', sha256: null, format: 'jsonl' };
    const file = join(path, 'run.json');
    const summary = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...summary, input: { ...input, key: null } }));
    const { message } = await refusal(path, metaOf(chain, { input, available: { records: 5 } }));
    expect(message).toContain('the journal tells of 6 records that have ended, and the input has 5');
    await (await resumed(path, metaOf(chain, { input, available: { records: 6 } }))).release();
  });

  it.each<[string, (journal: string) => string]>([
    ['cut', (journal) => journal.slice(0, -5)],
    ['grown', (journal) => `${journal}{}\n`],
    ['changed at its begin', (journal) => journal.replace('"format":1', '"format":2')],
    ['changed at its end', (journal) => journal.replace('"type":"end"', '"type":"and"')],
    ['emptied', () => ''],
  ])(
    'does not call a run done whose journal was %s: whoever goes on with it reads it',
    async (_how, change) => {
      const folder = await begun();
      await run(chain, recordsOf(3), { openModel: answering(), folder }).finished;
      const journal = join(folder.path, 'journal.jsonl');
      await writeFile(journal, change(await readFile(journal, 'utf8')));
      expect(await (await held(folder.path)).done(metaOf(chain))).toBeUndefined();
    },
  );

  it('does not call a run done whose input has yet to come', async () => {
    const inputOf = (sha256: string | null) => ({ input: { path: '-', sha256, format: 'jsonl' } });
    const meta = (sha256: string | null) => metaOf(chain, inputOf(sha256));
    const folder = await begun(chain, inputOf('a'.repeat(64)));
    await run(chain, recordsOf(3), { openModel: answering(), folder }).finished;
    const earlier = await held(folder.path);
    expect(await earlier.done(meta(null))).toBeUndefined();
    expect(await earlier.done(meta('a'.repeat(64)))).toBeDefined();
  });

  it.each(['failed', 'changed'])('does not call a run done that has %s', async (how) => {
    const folder = await begun();
    const openModel = how === 'failed' ? instantModels(() => failed()) : answering();
    await run(chain, recordsOf(3), { openModel, folder }).finished;
    const meta = how === 'changed' ? metaOf(chain, { selection: { limit: 2 } }) : metaOf(chain);
    expect(await (await held(folder.path)).done(meta)).toBeUndefined();
  });
});
