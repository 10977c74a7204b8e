import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import type { Plan } from '../../../src/plan.ts';
import type { InputRecord, RecordItem } from '../../../src/records/record.ts';
import { selectRecords } from '../../../src/records/selection.ts';
import { holdRun } from '../../../src/run/earlier-run.ts';
import { createRunFolder } from '../../../src/run/folder.ts';
import { readHistory } from '../../../src/run/journal/history.ts';
import { lockRun } from '../../../src/run/lock.ts';
import { mergeRuns } from '../../../src/run/merge/merge.ts';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import type { RunMeta } from '../../../src/run/run-summary.ts';
import { drive } from '../support/drive.ts';
import { answer, failed, instantModels } from '../support/fake-models.ts';
import { faultyDisk, type Fault } from '../support/faulty-disk.ts';
import { openFiles } from '../support/open-files.ts';
import { plan, record, source, step } from '../support/plans.ts';
import { jsonLines } from '../support/run-folders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const keyed = plan([step('one'), step('two', { after: ['one'] })], {
  input: { key: 'id', validate: () => [] },
});

let home = '';
beforeEach(async () => {
  home = temporaryFolder();
});

function metaOf(of: Plan, others: Partial<RunMeta> = {}): RunMeta {
  const input = { path: '/rows.jsonl', sha256: 'a'.repeat(64), format: 'jsonl' };
  return { plan: of, input, simulated: false, ...others };
}

const records = (count: number): readonly InputRecord[] =>
  Array.from({ length: count }, (_, at) => record(at));

interface Ran {
  readonly shard?: { readonly index: number; readonly count: number };
  readonly of?: Plan;
  readonly items?: readonly RecordItem[];
  readonly meta?: Partial<RunMeta>;
  /** Prompts that fail. */
  readonly failing?: ReadonlySet<string>;
  /** Whether a run that is there is gone on with by force. Default: true. */
  readonly force?: boolean;
}

/** Runs to the end in a folder of this name, or goes on there; the prompts that a model was asked. */
async function ran(
  name: string,
  { shard, of = keyed, items = records(10), meta = {}, failing = new Set(), force = true }: Ran,
) {
  const folder = join(home, name);
  const selection = shard && { shard };
  const whole = metaOf(of, { ...(selection && { selection }), ...meta });
  const held = await holdRun(folder);
  if (!held.ok) throw new Error(held.error.message);
  const opened = held.value
    ? await held.value.resume(whole, { force })
    : await createRunFolder(folder, whole);
  if (!opened.ok) throw new Error(opened.error.message);
  const asked: string[] = [];
  const openModel = instantModels((prompt) => {
    asked.push(prompt);
    return failing.has(prompt) ? failed({ code: 'timed_out' }) : answer(`answer to ${prompt}`);
  });
  const selected = [];
  for await (const item of selectRecords(source(items).records, selection ?? {}))
    if (!('broken' in item)) selected.push(item);
  const finished = await drive(of, selected, { folder: opened.value, openModel, total: selected.length })
    .finished;
  expect(finished.state).toBe('completed');
  return asked;
}

async function shards(count: number, options: Ran = {}): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, at) => `shard-${at + 1}`);
  for (const [at, name] of names.entries()) await ran(name, { shard: { index: at + 1, count }, ...options });
  return names;
}

const sourcesOf = (names: readonly string[]) => names.map((name) => ({ name, folder: join(home, name) }));

async function merged(names: readonly string[]): Promise<string> {
  const run = await mergeRuns(sourcesOf(names), join(home, 'whole'));
  if (!run.ok) throw new Error(run.error.reasons.map(({ message }) => message).join('; '));
  return run.value.folder;
}

async function refusal(names: readonly string[], place = join(home, 'whole')): Promise<readonly string[]> {
  const run = await mergeRuns(sourcesOf(names), place);
  expect(run).toMatchObject({ ok: false, error: { kind: 'input' } });
  expect((await readdir(home)).filter((name) => name.startsWith('.merging'))).toEqual([]);
  return run.ok
    ? []
    : run.error.reasons.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`));
}

const fileOf = (name: string, file: string) => readFile(join(home, name, file), 'utf8');

async function change(name: string, file: string, edit: (text: string) => string): Promise<void> {
  await writeFile(join(home, name, file), edit(await fileOf(name, file)));
}

describe('merged shards', () => {
  const failing = new Set(['one r3', 'two r8']);

  it('are what one run over the whole input leaves', async () => {
    await ran('unsharded', { failing });
    const names = await shards(4, { failing });
    await merged(names.toReversed());
    for (const file of ['results.jsonl', 'errors.jsonl', 'usage.json'])
      expect(await fileOf('whole', file)).toBe(await fileOf('unsharded', file));
    const told = async (name: string) => {
      const {
        started: _,
        finished: __,
        duration: ___,
        journal_bytes: ____,
        id: _____,
        sessions,
        ...rest
      } = JSON.parse(await fileOf(name, 'run.json')) as JsonObject;
      return { rest, sessions };
    };
    expect((await told('whole')).rest).toEqual((await told('unsharded')).rest);
    expect((await told('whole')).sessions).toBe(4);
    expect((await readdir(join(home, 'whole'))).sort()).toEqual(
      (await readdir(join(home, 'unsharded'))).sort(),
    );
    expect((await readdir(home)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('leave their own files as they were', async () => {
    const names = await shards(2);
    const before = await Promise.all(names.map((name) => fileOf(name, 'journal.jsonl')));
    await merged(names);
    expect(await Promise.all(names.map((name) => fileOf(name, 'journal.jsonl')))).toEqual(before);
  });

  it('are resumed at the failed records, and nothing else is asked again', async () => {
    await merged(await shards(3, { failing }));
    const held = await holdRun(join(home, 'whole'));
    const opened = held.ok && held.value && (await held.value.resume(metaOf(keyed), { force: false }));
    if (!opened || !opened.ok) throw new Error('the whole cannot be resumed');
    const asked: string[] = [];
    const openModel = instantModels((prompt) => {
      asked.push(prompt);
      return answer(`answer to ${prompt}`);
    });
    const going = drive(keyed, records(10), { folder: opened.value, openModel, total: 10 });
    expect(await going.finished).toMatchObject({ counts: { total: 10, succeeded: 10 }, replayed_calls: 1 });
    expect([asked.sort(), going.of('record_kept')]).toEqual([
      ['one r3', 'two r3', 'two r8'],
      expect.arrayContaining([]),
    ]);
    expect(going.of('record_kept')).toHaveLength(8);
    await ran('unsharded', {});
    expect(await fileOf('whole', 'results.jsonl')).toBe(await fileOf('unsharded', 'results.jsonl'));
  });

  it('name equal records as one run would, and find them again', async () => {
    const of = plan([step('one')]);
    const items = ['a', 'b', 'b', 'b', 'a', 'c', 'b'].map((id, at) => record(at, { id }));
    await ran('unsharded', { of, items });
    const names = await shards(2, { of, items });
    await merged(names);
    expect(await fileOf('whole', 'results.jsonl')).toBe(await fileOf('unsharded', 'results.jsonl'));
    expect(await fileOf('whole', 'results.jsonl')).toContain('#3"');
    expect(await ran('whole', { of, items, meta: {} })).toEqual([]);
  });

  it('keep the keys of the user’s choice, whatever they look like, and number what has none', async () => {
    const ids = ['abcdefabcdef0123#7', '00f067aa0ba902b7', '', '', 'abcdefabcdef0123'];
    const error = { code: 'invalid_json', message: 'no JSON' };
    const items = [
      ...ids.map((id, at) => record(at, { id })),
      ...[5, 6].map((index) => ({ ok: false as const, index, line: index + 1, raw: '{', error })),
    ];
    await ran('unsharded', { items });
    await merged(await shards(2, { items }));
    for (const file of ['results.jsonl', 'errors.jsonl'])
      expect(await fileOf('whole', file)).toBe(await fileOf('unsharded', file));
    expect(await fileOf('whole', 'results.jsonl')).toContain('"key":"abcdefabcdef0123#7"');
    const failures = (await jsonLines(join(home, 'whole/errors.jsonl'))) as readonly { key: string }[];
    expect(failures.map(({ key }) => key.slice(16))).toEqual(['', '#1', '', '#1']);
  });

  it('name all recordings that have answered any of them', async () => {
    for (const index of [1, 2]) {
      const replay = { paths: ['/all.jsonl', `/${index}.jsonl`], live_tools: false, strict: false };
      await ran(`shard-${index}`, { shard: { index, count: 2 }, meta: { replay } });
    }
    await merged(['shard-1', 'shard-2']);
    expect(JSON.parse(await fileOf('whole', 'run.json'))).toMatchObject({
      replay: { paths: ['/all.jsonl', '/1.jsonl', '/2.jsonl'], live_tools: false, strict: false },
    });
  });

  it('keep what a forced session has done away with out of the whole', async () => {
    const names = await shards(3, { failing });
    // Two shards are gone through again under another pipeline, whose records are others and fewer.
    const other = plan([step('one'), step('two', { after: ['one'], prompt: () => 'two anew' })], {
      input: { key: 'id', validate: () => [] },
    });
    for (const [at, name] of names.entries()) {
      const anew = at === 1 ? new Set(['two anew']) : undefined;
      await ran(name, { of: other, shard: { index: at + 1, count: 3 }, ...(anew && { failing: anew }) });
      if (at === 0) await ran(name, { of: other, shard: { index: 1, count: 3 } });
    }
    await merged(names);
    const history = await readHistory(nodeFileSystem, join(home, 'whole/journal.jsonl'));
    expect(history).toMatchObject({
      ok: true,
      value: { sessions: 7, outcomes: { succeeded: 7, failed: 3, skipped: 0 } },
    });
    expect(await jsonLines(join(home, 'whole/results.jsonl'))).toHaveLength(7);
    expect(await fileOf('whole', 'results.jsonl')).not.toContain('two r');
    const usage = JSON.parse(await fileOf('whole', 'usage.json')) as { total: { requests: number } };
    expect(history.ok && history.value.usage.total.requests).toBe(usage.total.requests);
    expect(await ran('whole', { of: other })).toEqual(['two anew', 'two anew', 'two anew']);
  });

  it.each([false, true])(
    'know all that a killed session has used where its shard does; gone on with by force: %s',
    async (force) => {
      const replay = { paths: ['/all.jsonl'], live_tools: false, strict: false };
      for (const index of [1, 2]) {
        const options = { shard: { index, count: 2 }, meta: { replay } };
        await ran(`shard-${index}`, options);
        await change(`shard-${index}`, 'journal.jsonl', (text) => text.replace(/^.*"type":"end".*\n/m, ''));
        await change(`shard-${index}`, 'run.json', (text) =>
          text.replace(/"journal_bytes": \d+/, '"journal_bytes": null'),
        );
        await ran(`shard-${index}`, { ...options, force });
      }
      await merged(['shard-1', 'shard-2']);
      expect(JSON.parse(await fileOf('whole', 'usage.json'))).not.toHaveProperty('crashed_sessions');
      expect(await readHistory(nodeFileSystem, join(home, 'whole/journal.jsonl'))).toMatchObject({
        ok: true,
        value: { sessions: 4, usage: { crashed_sessions: 0 } },
      });
    },
  );

  it('add up the money that each could spend and has spent', async () => {
    const budgets = [0.5, 0.25];
    for (const [at, usd] of budgets.entries()) {
      const steps = [step('one', { max_output_tokens: 10 })];
      const overrides = [`--budget-usd ${usd}`, '--concurrency 3'];
      const of = { ...keyed, steps, overrides, budget: { usd } };
      await ran(`shard-${at + 1}`, { of, shard: { index: at + 1, count: 2 } });
    }
    await change('shard-1', 'run.json', (text) => text.replace('"spent": 0', '"spent": 0.1'));
    await change('shard-2', 'run.json', (text) => text.replace('"spent": 0', '"spent": 0.2'));
    await merged(['shard-1', 'shard-2']);
    const told = JSON.parse(await fileOf('whole', 'run.json')) as {
      overrides: string[];
      budget: object;
    };
    expect(told.overrides).toEqual(['--budget-usd 0.75', '--concurrency 3']);
    expect(told.budget).toEqual({ usd: { limit: 0.75, spent: 0.3 }, tokens: null });
  });

  it('take the copy of a standard input along, where all have read the same', async () => {
    const input = { path: '-', sha256: null, format: 'jsonl' };
    const names = await shards(2, { meta: { input } });
    for (const name of names) await writeFile(join(home, name, 'stdin'), 'the same\n');
    await merged(names);
    expect(await fileOf('whole', 'stdin')).toBe('the same\n');
    // An older pipe did not tell its sum.
    const sum = `"sha256": "${'b'.repeat(64)}",\n    "format": "jsonl"`;
    await change('shard-2', 'run.json', (text) =>
      text.replace('"sha256": null,\n    "format": "jsonl"', sum),
    );
    expect(await mergeRuns(sourcesOf(names), join(home, 'again'))).toMatchObject({ ok: true });
    await writeFile(join(home, 'shard-2/stdin'), 'another\n');
    expect((await refusal(names, join(home, 'other'))).join()).toContain('has read another standard input');
  });

  it('may be none of any record', async () => {
    await merged(await shards(2, { items: [] }));
    expect([await fileOf('whole', 'results.jsonl'), await fileOf('whole', 'errors.jsonl')]).toEqual(['', '']);
  });
});

describe('a merge is refused', () => {
  it('for another pipeline, variable, model, input, format, or made up answers', async () => {
    const input = { path: '/rows.jsonl', sha256: 'a'.repeat(64), format: 'jsonl' };
    const others: readonly (readonly [string, Ran])[] = [
      [
        'was run with another pipeline file',
        { of: { ...keyed, files: [{ path: '/p.yaml', sha256: 'f'.repeat(64) }] } },
      ],
      [
        'has "German" for the variable `language`, and the other null',
        { of: { ...keyed, vars: { language: 'German' } } },
      ],
      [
        'was run with `--model large`, and the other with no `--set` and `--model`',
        { of: { ...keyed, overrides: ['--model large'] } },
      ],
      ['has read another input', { meta: { input: { ...input, sha256: 'b'.repeat(64) } } }],
      ['has read its input in another format', { meta: { input: { ...input, format: 'csv' } } }],
      [
        'is simulated, and the other is not: made up answers never stand beside real ones',
        { meta: { simulated: true } },
      ],
      ['has read its images from another folder', { meta: { images: '/photos' } }],
      ['holds a lock, and the other does not', { meta: { locked: true } }],
    ];
    await ran('first', { shard: { index: 1, count: 2 } });
    for (const [at, [reason, other]] of others.entries()) {
      await ran(`other-${at}`, { shard: { index: 2, count: 2 }, ...other });
      expect(await refusal(['first', `other-${at}`])).toEqual([
        `\`other-${at}\` is no part of the run that \`first\` is one of: it ${reason} (shards of one run have the same pipeline, input and flags)`,
      ]);
    }
  });

  it('for shards that are missing, by name', async () => {
    const names = await shards(4);
    expect(await refusal([names[0] ?? '', names[2] ?? ''])).toEqual([
      'the shards 2/4, 4/4 are missing (run what is missing, such as with `--shard 2/4`, and name it too)',
    ]);
  });

  it('for shards of another number, for one that is there twice, and for one run named twice', async () => {
    await ran('one', { shard: { index: 1, count: 2 } });
    await ran('again', { shard: { index: 1, count: 2 } });
    await ran('two', { shard: { index: 2, count: 2 } });
    await ran('third', { shard: { index: 2, count: 3 } });
    expect((await refusal(['one', 'third'])).join()).toContain('`one` is shard 1/2 and `third` is shard 2/3');
    expect((await refusal(['one', 'again', 'two'])).join()).toContain('`one` and `again` are both shard 1/2');
    await symlink(join(home, 'two'), join(home, 'linked'));
    expect((await refusal(['one', 'two', 'linked'])).join()).toContain('`linked` and `two` are one run');
  });

  it('for runs that are no whole shard: all of them told at once', async () => {
    await ran('whole-run', {});
    await ran('limited', {
      shard: { index: 1, count: 2 },
      meta: { selection: { shard: { index: 1, count: 2 }, limit: 1 } },
    });
    await ran('half', { shard: { index: 2, count: 2 } });
    await change('half', 'run.json', (text) =>
      text.replace('"state": "completed"', '"state": "stopped"').replace('"pending": 0', '"pending": 3'),
    );
    await ran('killed', { shard: { index: 2, count: 2 } });
    await change('killed', 'run.json', (text) =>
      text
        .replace('"state": "completed"', '"state": "running"')
        .replace(/"counts": \{[^}]*\}/, '"counts": null'),
    );
    await mkdir(join(home, 'nothing'));
    const reasons = await refusal(['whole-run', 'limited', 'half', 'killed', 'nothing']);
    expect(reasons).toEqual([
      expect.stringContaining('`whole-run` is not one of `--shard i/n`'),
      expect.stringContaining('run it again without `--limit`'),
      expect.stringContaining(
        '`half` is not completed: it is stopped, and 3 of its records are pending (`pipe resume half` finishes it)',
      ),
      expect.stringContaining(
        '`killed` is not completed: its process was killed (`pipe resume killed` finishes it)',
      ),
      expect.stringContaining("run.json is not there, so this is no run's folder"),
    ]);
  });

  it('for a run that somebody is at work on', async () => {
    const names = await shards(2);
    const lock = await lockRun(join(home, 'shard-2'), { pid: 4711 });
    if (!lock.ok) throw new Error(lock.error.message);
    onTestFinished(() => lock.value.release());
    expect((await refusal(names)).join()).toContain('another process (pid 4711) is at work on this run');
  });

  it('for two records of one key', async () => {
    const items = ['a', 'b', 'c', 'a'].map((id, at) => record(at, { id }));
    const names = await shards(2, { items });
    expect(await refusal(names)).toEqual([
      'the key "a" names two records: that with index 0, and that with index 3 in `shard-2` (give each record of the input a key of its own)',
    ]);
  });

  it('for two records of one key that looks like one made of content', async () => {
    const items = ['00f067aa0ba902b7', 'b', 'c', '00f067aa0ba902b7'].map((id, at) => record(at, { id }));
    expect((await refusal(await shards(2, { items }))).join()).toContain(
      'the key "00f067aa0ba902b7" names two records: that with index 0, and that with index 3 in `shard-2`',
    );
  });

  it.each([
    [[5, 3, 8], 'has the record with index 3 behind that with index 5'],
    [[3, 8, 3], 'has two records with index 3'],
  ])('for failed records of earlier runs with the indexes %j', async (indexes, found) => {
    const items = indexes.map((index, at) => ({ ...record(index), key: `k${at}` }));
    const meta = { input: { path: '/errors.jsonl', sha256: 'a'.repeat(64), format: 'errors' } };
    const of = plan([step('one')]);
    expect(await refusal(await shards(2, { of, items, meta }))).toEqual([
      `the errors.jsonl that \`shard-2\` read ${found}, so it is not known how the records of all runs followed each other (put its lines in the order of \`index\`, each index once, and run the shards again; or run all of it without \`--shard\`)`,
    ]);
  });

  it('for a journal that is damaged, that has other records than are told, and for lost usage', async () => {
    const names = await shards(3);
    await change('shard-1', 'journal.jsonl', (text) => text.replace('answer', 'ANSWER'));
    await change('shard-2', 'run.json', (text) => text.replace('"succeeded": 3', '"succeeded": 4'));
    await rm(join(home, 'shard-3/usage.json'));
    expect(await refusal(names)).toEqual([
      expect.stringContaining('is damaged: line'),
      expect.stringContaining(
        'the journal of `shard-2` and its run.json do not tell the same number of records',
      ),
      expect.stringContaining('the usage.json of `shard-3` is not there'),
    ]);
  });

  it('for a journal that is of another run, or has lost its end', async () => {
    const names = await shards(3);
    await ran('other', { shard: { index: 1, count: 3 } });
    await copyFile(join(home, 'other/journal.jsonl'), join(home, 'shard-1/journal.jsonl'));
    await change('shard-2', 'journal.jsonl', (text) => text.replace(/[^\n]*"type":"end"\}\n$/, ''));
    expect(await refusal(names)).toEqual([
      expect.stringMatching(/shard-1\/journal\.jsonl is damaged: it is that of another run/),
      expect.stringMatching(/shard-2\/journal\.jsonl is damaged: it ends at byte .*\(restore the file/),
    ]);
  });

  it('for a folder that is not empty, or is a file', async () => {
    const names = await shards(1);
    await mkdir(join(home, 'full'));
    await writeFile(join(home, 'full/mine.txt'), 'x');
    expect((await refusal(names, join(home, 'full'))).join()).toContain(
      'is not empty, and a merged run overwrites nothing',
    );
    expect((await refusal(names, join(home, 'full/mine.txt'))).join()).toContain('is a file');
    await mkdir(join(home, 'empty'));
    expect(await mergeRuns(sourcesOf(names), join(home, 'empty'))).toMatchObject({ ok: true });
  });
});

it('leaves no folder where the disk refuses, and lets the runs go', async () => {
  const names = await shards(2);
  for (const file of ['journal.jsonl.tmp', 'results.jsonl.tmp', 'usage.json.tmp', 'run.json.tmp', 'whole']) {
    const act = file === 'whole' ? 'rename' : 'create';
    const { fileSystem } = faultyDisk({ act, file, from: 1, code: 'ENOSPC' });
    const run = await mergeRuns(sourcesOf(names), join(home, 'whole'), { fileSystem });
    expect(run).toMatchObject({ ok: false, error: { kind: 'local', reasons: [{ code: 'merge-failed' }] } });
    expect(run.ok ? '' : run.error.reasons[0]?.message).toContain('no space is left on the disk');
    const left = (await readdir(home)).filter((name) => !names.includes(name));
    // Its place may be there, and is empty.
    expect(left.filter((name) => name !== 'whole')).toEqual([]);
    expect(await readdir(join(home, 'whole')).catch(() => [])).toEqual([]);
  }
  expect(await mergeRuns(sourcesOf(names), join(home, 'whole'))).toMatchObject({ ok: true });
});

it('holds nothing where the disk does not give what is to be read', async () => {
  const names = await shards(2, { meta: { input: { path: '-', sha256: null, format: 'jsonl' } } });
  for (const name of names) await writeFile(join(home, name, 'stdin'), 'the same\n');
  const faults: readonly Fault[] = [
    { act: 'openToRead', file: 'shard-2/stdin', from: 1, code: 'EACCES' },
    { act: 'read', file: 'stdin', from: 1, code: 'EIO' },
    // Behind the journal as a whole, its first record.
    { act: 'openToRead', file: 'shard-2/journal.jsonl', from: 2, code: 'EMFILE' },
    ...[1, 2, 3, 4, 5, 6].map((from) => ({ act: 'read', file: 'journal.jsonl', from, code: 'EIO' }) as const),
  ];
  for (const fault of faults) {
    const { fileSystem, names: open } = openFiles(faultyDisk(fault).fileSystem);
    const run = await mergeRuns(sourcesOf(names), join(home, 'whole'), { fileSystem });
    expect(run.ok).toBe(false);
    expect(open()).toEqual([]);
  }
  expect(await mergeRuns(sourcesOf(names), join(home, 'whole'))).toMatchObject({ ok: true });
});

describe('where no folder is renamed over another, as on Windows', () => {
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    async rename(from, to) {
      const there = await nodeFileSystem.look(to).catch(() => undefined);
      if (there?.kind === 'folder') throw Object.assign(new Error('EPERM: refused'), { code: 'EPERM' });
      await nodeFileSystem.rename(from, to);
    },
  };

  it.each(['whole', 'empty'])(
    'runs are merged into a folder that is not there, or is empty: %s',
    async (name) => {
      const names = await shards(2);
      await mkdir(join(home, 'empty'));
      const run = await mergeRuns(sourcesOf(names), join(home, name), { fileSystem });
      expect(run).toMatchObject({ ok: true, value: { folder: join(home, name) } });
      expect(await readdir(join(home, name))).toContain('results.jsonl');
    },
  );

  it('runs are merged into a new one', async () => {
    const names = await shards(2);
    const place = { runsDir: join(home, 'runs'), name: 'whole' };
    const run = await mergeRuns(sourcesOf(names), place, { fileSystem, now: () => 0, suffix: () => '0a1b' });
    expect(run).toMatchObject({ ok: true });
    expect(await readdir(join(home, 'runs'))).toEqual(['whole-19700101T000000Z-0a1b']);
    expect(await readdir(join(home, 'runs', 'whole-19700101T000000Z-0a1b'))).toContain('results.jsonl');
  });

  it('nothing is lost of what came into the folder meanwhile', async () => {
    const names = await shards(2);
    const filling: FileSystem = {
      ...fileSystem,
      async removeEmptyFolder(path) {
        await writeFile(join(path, 'mine.txt'), 'x');
        await fileSystem.removeEmptyFolder(path);
      },
    };
    const run = await mergeRuns(sourcesOf(names), join(home, 'whole'), { fileSystem: filling });
    expect(run).toMatchObject({ ok: false, error: { kind: 'local', reasons: [{ code: 'merge-failed' }] } });
    expect(await fileOf('whole', 'mine.txt')).toBe('x');
    expect((await readdir(home)).toSorted()).toEqual([...names, 'whole'].toSorted());
  });
});
