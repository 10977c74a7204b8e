import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { age } from '../../src/cli/cache.ts';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { openCache } from '../../src/run/cache/cache.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writtenTo } from '../support/written-to.ts';

const began = Date.UTC(2026, 0, 31, 12);

/** Puts so many answers into the cache of a working directory. */
async function put(cwd: string, count: number, time = began): Promise<void> {
  const cache = openCache({ folder: join(cwd, '.pipe', 'cache'), now: () => time, warn: expect.unreachable });
  for (let at = 0; at < count; at++) {
    const completion = { text: 'x', thinking: '', refusal: null, tool_calls: [] };
    cache.put({
      fingerprint: String(at).padStart(16, '0').repeat(2),
      model: 'small',
      usage: zeroUsage,
      completion: { ...completion, finish_reason: null, model: null, request_id: null },
    });
  }
  await cache.close();
}

/** Runs `pipe cache` in a folder; a mistake in the arguments has no code, since it is thrown for cli.ts. */
async function pipeCache(cwd: string, ...args: readonly string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let exitCode: number | undefined;
  const terminal = { cwd, stdin: new PassThrough(), stdout, stderr, env: {} } as unknown as Terminal;
  const program = buildProgram(terminal, (code) => (exitCode = code));
  await program.parseAsync(['node', 'pipe', 'cache', ...args]).catch(() => undefined);
  const textOf = (stream: PassThrough) => writtenTo(stream).replaceAll(cwd, '<cwd>');
  return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr) };
}

describe('pipe cache stats', () => {
  it('says that there is nothing', async () => {
    const cwd = temporaryFolder();
    expect(await pipeCache(cwd, 'stats')).toEqual({
      exitCode: 0,
      stdout: 'nothing is kept in .pipe/cache\n',
      stderr: '',
    });
    expect(await readdir(cwd)).toEqual([]);
  });

  it('tells what there is', async () => {
    const cwd = temporaryFolder();
    await put(cwd, 1);
    expect((await pipeCache(cwd, 'stats')).stdout).toMatch(/^1 answer, 1\.\d kB in 1 segment$/m);
    await put(cwd, 1200, began + 3_600_000);
    const { stdout, stderr, exitCode } = await pipeCache(cwd, 'stats');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.replace(/\d+\.\d kB/, '<size>')).toBe(
      '.pipe/cache\n' +
        '1,201 answers, <size> in 2 segments\n' +
        'kept from 2026-01-31 12:00 UTC to 2026-01-31 13:00 UTC\n',
    );
  });

  it('tells it as JSON', async () => {
    const cwd = temporaryFolder();
    await put(cwd, 3);
    const { stdout, exitCode } = await pipeCache(cwd, 'stats', '--format', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      path: '<cwd>/.pipe/cache',
      entries: 3,
      bytes: expect.any(Number),
      segments: 1,
      oldest: '2026-01-31T12:00:00.000Z',
      newest: '2026-01-31T12:00:00.000Z',
    });
    const nothing = JSON.parse(
      (await pipeCache(temporaryFolder(), 'stats', '--format', 'json')).stdout,
    ) as unknown;
    expect(nothing).toMatchObject({ entries: 0, bytes: 0, segments: 0, oldest: null, newest: null });
  });

  it('ends with 5 where the cache cannot be read', async () => {
    const cwd = temporaryFolder();
    await mkdir(join(cwd, '.pipe'));
    await writeFile(join(cwd, '.pipe', 'cache'), 'mine');
    for (const command of ['stats', 'clear']) {
      const { exitCode, stdout, stderr } = await pipeCache(cwd, command);
      expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
      expect(stderr).toContain('the cache <cwd>/.pipe/cache could not be read: a part of its path is a file');
    }
  });
});

describe('pipe cache clear', () => {
  it('removes all, says how much, and keeps what is not its own', async () => {
    const cwd = temporaryFolder();
    await put(cwd, 1200);
    await writeFile(join(cwd, '.pipe', 'cache', 'notes.txt'), 'mine');
    const { exitCode, stdout, stderr } = await pipeCache(cwd, 'clear');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toMatch(/^removed 1,200 answers from \.pipe\/cache: \d+\.\d kB\n$/);
    expect((await readdir(join(cwd, '.pipe', 'cache'))).toSorted()).toEqual(['.gitignore', 'notes.txt']);
    expect((await pipeCache(cwd, 'clear')).stderr).toBe('nothing is kept in .pipe/cache\n');
  });

  it('removes only what is old enough', async () => {
    const cwd = temporaryFolder();
    const now = Date.now();
    await put(cwd, 2, now - 8 * 24 * 3_600_000);
    await put(cwd, 3, now);
    expect((await pipeCache(cwd, 'clear', '--older-than', '9d')).stderr).toBe(
      'nothing of that age is kept in .pipe/cache\n',
    );
    expect((await pipeCache(cwd, 'clear', '--older-than', '7d')).stderr).toMatch(
      /^removed 2 answers of that age from \.pipe\/cache: /,
    );
    expect((await pipeCache(cwd, 'stats')).stdout).toMatch(/^3 answers,/m);
  });

  it('says that there is nothing where there is no cache', async () => {
    const cwd = temporaryFolder();
    expect(await pipeCache(cwd, 'clear')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'nothing is kept in .pipe/cache\n',
    });
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('wrong usage of pipe cache', () => {
  it.each([
    ['no command', [], 'Usage: pipe cache'],
    ['an unknown command', ['claer'], 'Did you mean clear?'],
    ['a command that is like none', ['purge'], 'it has stats and clear'],
    ['an unknown flag', ['clear', '--oldr-than', '7d'], '--older-than'],
    ['an age that is none', ['clear', '--older-than', 'week'], 'such as 30m, 12h or 7d'],
    ['a flag given twice', ['clear', '--older-than', '1d', '--older-than', '2d'], 'given twice'],
    ['a word too many', ['clear', 'all'], 'too many arguments'],
    ['an unknown format', ['stats', '--format', 'xml'], 'text, json'],
  ])('is told: %s', async (_, args, remedy) => {
    const cwd = temporaryFolder();
    await put(cwd, 1);
    const { exitCode, stdout, stderr } = await pipeCache(cwd, ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: undefined, stdout: '' });
    expect(stderr).toContain(remedy);
    expect((await pipeCache(cwd, 'stats')).stdout).toContain('1 answer,');
  });
});

describe('an age', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['0.5d', 43_200_000],
  ])('may be %s', (text, milliseconds) => {
    expect(age(text)).toBe(milliseconds);
  });

  it.each(['', '7', 'd', '-1d', '7 d', '7D', '1d12h', '1e3d', '.5d', '7w', '7days'])(
    'may not be %j',
    (text) => {
      expect(() => age(text)).toThrow('such as 30m, 12h or 7d');
    },
  );
});
