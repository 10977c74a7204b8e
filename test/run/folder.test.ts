import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRunFolder, type FolderPlace, type FolderServices } from '../../src/run/folder.ts';
import { faultyDisk, type Fault } from './support/faulty-disk.ts';
import { plan, step } from './support/plans.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const meta = { plan: plan([step('one')]), input: { path: null, sha256: null }, simulated: false };
const time = Date.UTC(2026, 0, 31, 23, 59, 58, 123);

function make(place: FolderPlace, services: FolderServices = {}) {
  return createRunFolder(place, meta, { now: () => time, suffix: () => '0a1b', ...services });
}

async function made(place: FolderPlace, services?: FolderServices) {
  const folder = await make(place, services);
  if (!folder.ok) throw new Error(folder.error.message);
  return folder.value;
}

describe('a new folder below runs', () => {
  it('is named after the pipeline and the time in UTC, made with those above it, and says that the run is on', async () => {
    const runsDir = join(temporaryFolder(), 'deep', 'runs');
    const { path } = await made({ runsDir, name: 'ticket-triage' });
    expect(path).toBe(join(runsDir, 'ticket-triage-20260131T235958Z-0a1b'));
    expect((await readdir(path)).sort()).toEqual(['journal.jsonl', 'run.json']);
    expect(JSON.parse(await readFile(join(path, 'run.json'), 'utf8'))).toMatchObject({
      format: 1,
      state: 'running',
      name: 'test',
      started: '2026-01-31T23:59:58.123Z',
      finished: null,
      counts: null,
    });
  });

  it.each([
    ['a b/c\\d', 'a-b-c-d'],
    ['../../etc', 'etc'],
    ['--flag', 'flag'],
    ['.hidden', 'hidden'],
    ['Übersetzung', 'bersetzung'],
    ['日本', 'run'],
    ['', 'run'],
    ['x'.repeat(300), 'x'.repeat(80)],
  ])('called %j is one plain part of a path', async (name, part) => {
    const runsDir = temporaryFolder();
    expect((await made({ runsDir, name })).path).toBe(join(runsDir, `${part}-20260131T235958Z-0a1b`));
  });

  it('takes another suffix when the name is taken, and gives up when all are', async () => {
    const runsDir = temporaryFolder();
    const suffixes = ['aaaa', 'aaaa', 'bbbb'];
    const place = { runsDir, name: 'x' };
    await made(place, { suffix: () => suffixes.shift() ?? 'cccc' });
    const second = await made(place, { suffix: () => suffixes.shift() ?? 'cccc' });
    expect(second.path).toMatch(/-bbbb$/);
    expect(await make(place, { suffix: () => 'bbbb' })).toMatchObject({ ok: false });
  });

  it('has four hexadecimal digits by chance', async () => {
    const folder = await createRunFolder({ runsDir: temporaryFolder(), name: 'x' }, meta);
    expect(folder.ok && folder.value.path).toMatch(/\/x-\d{8}T\d{6}Z-[0-9a-f]{4}$/);
  });
});

describe('a folder of the user’s choice', () => {
  it('is made where it is not, and used where it is empty', async () => {
    const parent = temporaryFolder();
    expect((await made(join(parent, 'new', 'run'))).path).toBe(join(parent, 'new', 'run'));
    await mkdir(join(parent, 'empty'));
    expect((await made(join(parent, 'empty'))).path).toBe(join(parent, 'empty'));
  });

  it('is refused where a run is in it, which stays as it was', async () => {
    const dir = join(temporaryFolder(), 'mine');
    await made(dir);
    const before = await readFile(join(dir, 'run.json'), 'utf8');
    expect(await make(dir)).toEqual({
      ok: false,
      error: {
        kind: 'input',
        code: 'run_dir_in_use',
        message: `${dir} holds a run already, and a run overwrites nothing`,
        hint: 'go on with that one, or name a folder that is empty or does not exist',
      },
    });
    expect(await readFile(join(dir, 'run.json'), 'utf8')).toBe(before);
  });

  it('is refused where anything else is in it', async () => {
    const dir = temporaryFolder();
    await writeFile(join(dir, 'notes.txt'), 'mine');
    expect(await make(dir)).toEqual({
      ok: false,
      error: {
        kind: 'input',
        code: 'run_dir_in_use',
        message: `${dir} is not empty and holds no run, and a run overwrites nothing`,
        hint: 'name a folder that is empty or does not exist',
      },
    });
  });

  it('is refused where a file is', async () => {
    const file = join(temporaryFolder(), 'file');
    await writeFile(file, 'mine');
    expect(await make(file)).toEqual({
      ok: false,
      error: {
        kind: 'input',
        code: 'run_dir_in_use',
        message: `${file} is a file, and a run keeps a folder`,
        hint: 'name a folder that is empty or does not exist',
      },
    });
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('goes to one of two runs that begin in it together', async () => {
    const dir = join(temporaryFolder(), 'both');
    await mkdir(dir);
    const both = await Promise.all([make(dir), make(dir)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(both.find(({ ok }) => !ok)).toMatchObject({ error: { kind: 'input', code: 'run_locked' } });
  });
});

describe('what is in the folder', () => {
  it('is for its owner only', async () => {
    const folder = await made(join(temporaryFolder(), 'run'));
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await mode(folder.path)).toBe('700');
    const usage = { total: {}, by_step: {}, by_model: {} } as never;
    const counts = { total: 0, succeeded: 0, failed: 0, skipped: 0, pending: 0 };
    const tool_calls = { total: 0, failed: 0 };
    await folder.finish({ state: 'completed', counts, tool_calls, usage, models: {}, duration: 1 });
    const names = (await readdir(folder.path)).sort();
    expect(names).toEqual(['errors.jsonl', 'journal.jsonl', 'results.jsonl', 'run.json', 'usage.json']);
    expect(await Promise.all(names.map((name) => mode(join(folder.path, name))))).toEqual(
      names.map(() => '600'),
    );
  });
});

describe('a disk that refuses', () => {
  it('because runs is a file, is told so', async () => {
    const runsDir = join(temporaryFolder(), 'runs');
    await writeFile(runsDir, '');
    expect(await make({ runsDir, name: 'x' })).toMatchObject({
      ok: false,
      error: {
        kind: 'local',
        message: `the run folder ${runsDir} could not be written: a part of its path is a file (ENOTDIR)`,
        hint: 'run elsewhere, or name a folder by `--run-dir`',
      },
    });
    expect(await make(join(runsDir, 'x'))).toMatchObject({
      ok: false,
      error: { kind: 'local', hint: 'name another folder by `--run-dir`' },
    });
  });

  const faults: readonly (readonly [Fault, string])[] = [
    [{ act: 'makeFolder', file: '', from: 1, code: 'EACCES' }, 'permission is denied (EACCES)'],
    [{ act: 'makeFolder', file: '', from: 1, code: 'EROFS' }, 'the file system is read-only (EROFS)'],
    [
      { act: 'create', file: 'journal.jsonl', from: 1, code: 'EMFILE' },
      'as many files are open as `ulimit -n` allows (EMFILE)',
    ],
    [
      { act: 'append', file: 'journal.jsonl', from: 1, code: 'ENOSPC' },
      'no space is left on the disk (ENOSPC)',
    ],
    [{ act: 'append', file: 'run.json.tmp', from: 1, code: 'EDQUOT' }, 'the disk quota is used up (EDQUOT)'],
    [{ act: 'sync', file: 'run.json.tmp', from: 1, code: 'EIO' }, 'the disk failed (EIO)'],
    [{ act: 'rename', file: 'run.json', from: 1, code: 'EPERM' }, 'it is not permitted (EPERM)'],
    [
      { act: 'rename', file: 'run.json', from: 1, code: 'EISDIR' },
      'a folder stands where a file belongs (EISDIR)',
    ],
    [{ act: 'rename', file: 'run.json', from: 1, code: 'EODD' }, 'EODD: refused by the test'],
  ];
  it.each(faults)('by %j is told in words', async (fault, words) => {
    const dir = join(temporaryFolder(), 'run');
    const { fileSystem, acts } = faultyDisk(fault);
    expect(await make(dir, { fileSystem })).toEqual({
      ok: false,
      error: {
        kind: 'local',
        code: 'run_folder_failed',
        message: `the run folder ${dir} could not be written: ${words}`,
        ...(fault.act === 'makeFolder' && { hint: 'name another folder by `--run-dir`' }),
      },
    });
    expect(acts.get('close journal.jsonl') ?? 0).toBe(acts.get('append journal.jsonl') ?? 0);
  });

  it('lets go of a folder that it could not look into', async () => {
    const dir = temporaryFolder();
    // Once before the lock is taken, once after it.
    const { fileSystem } = faultyDisk({ act: 'list', file: '', from: 2, code: 'EIO' });
    expect(await make(dir, { fileSystem })).toMatchObject({ ok: false, error: { kind: 'local' } });
    expect(await make(dir)).toMatchObject({ ok: true });
  });

  it('is told of the real one too', async () => {
    const parent = temporaryFolder();
    await writeFile(join(parent, 'file'), '');
    const place = { runsDir: join(parent, 'file', 'runs'), name: 'x' };
    expect(await make(place)).toMatchObject({
      ok: false,
      error: { kind: 'local', message: expect.stringContaining('a part of its path is a file (ENOTDIR)') },
    });
  });
});
