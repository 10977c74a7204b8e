import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockRun } from '../../src/run/lock.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { pastRun } from '../report/past-runs.ts';
import { call } from '../run/journal/journals.ts';
import { runInProcess, typed } from '../support/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { oneTerminal } from './one-terminal.ts';

const pipeline =
  'version: 1\nmodel: {name: mistral-small-latest}\nsteps: {ask: {type: chat, prompt: "{{input.x}}"}}\n';

/** A folder with one simulated run of three records, one of them failed. */
async function projectWithRun(): Promise<{ readonly cwd: string; readonly run: string }> {
  const cwd = temporaryFolder();
  const [file, rows] = [join(cwd, 'p.yaml'), join(cwd, 'rows.jsonl')];
  writeFileSync(file, pipeline);
  writeFileSync(rows, '{"x":"a"}\n{"x":"b"}\n{}\n');
  await runInProcess(cwd, ['run', file, '--input', rows, '--simulate=', '--quiet']);
  const [name = ''] = readdirSync(join(cwd, 'runs'));
  return { cwd, run: join(cwd, 'runs', name) };
}

/** What a run leaves whose process is gone before its end. */
function asRunning(run: string, change: object = {}): void {
  const path = join(run, 'run.json');
  const summary = JSON.parse(readFileSync(path, 'utf8')) as object;
  const unknown = {
    counts: null,
    tool_calls: null,
    usage: null,
    cost_usd: null,
    finished: null,
    duration: null,
  };
  writeFileSync(path, JSON.stringify({ ...summary, ...unknown, state: 'running', ...change }));
}

describe('pipe runs', () => {
  it('lists what ended, was killed, is running or cannot be read', async () => {
    const { cwd, run } = await projectWithRun();
    const steady = (text: string) =>
      text.replaceAll(/p-\d{8}T\d{6}Z-[0-9a-f]{4}/g, '<run>').replaceAll(/\d+ s\b/g, '<age>');
    const ended = await runInProcess(cwd, ['runs', join(cwd, 'runs')]);
    expect(ended.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(steady(ended.stdout)).toMatch(/^<run> +completed +3 +1 +simulated/m);
    for (const columns of [40, 60]) {
      const screen = oneTerminal(columns);
      await typed(cwd, ['runs'], screen.others);
      const lines = screen.seen().split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      // Of a name, the end tells it apart.
      expect(screen.seen()).toMatch(
        new RegExp(`^p\\S*${run.slice(-4)} +completed +(?:3 +)?1 +\\d+ s$`, 'mu'),
      );
    }
    asRunning(run);
    expect((await runInProcess(cwd, ['runs'])).stdout).toMatch(/ killed +3 +1 /);
    const lock = await lockRun(run, { pid: 4711 });
    if (!lock.ok) throw new Error(lock.error.message);
    onTestFinished(() => lock.value.release());
    expect((await runInProcess(cwd, ['runs'])).stdout).toMatch(/ running +3 +1 /);
    const broken = join(cwd, 'runs', 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'run.json'), '{');
    mkdirSync(join(cwd, 'runs', 'no-run'));
    // What a killed merge leaves.
    mkdirSync(join(cwd, 'runs', '.merging-0a1b'));
    writeFileSync(join(cwd, 'runs', '.merging-0a1b', 'journal.jsonl'), '');
    const told = await runInProcess(cwd, ['runs']);
    expect(told.exitCode).toBe(0);
    expect(told.stderr).toContain('runs/broken/run.json is damaged');
    expect(told.stderr).not.toContain('no-run');
    expect(told.stderr + told.stdout).not.toContain('merging');
    const json = await runInProcess(cwd, ['runs', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { state: 'running', pid: 4711, counts: { succeeded: 2, failed: 1, total: null }, simulated: true },
      { state: 'broken', name: 'broken', reason: { code: 'not_a_run' } },
    ]);
  });

  it('lists what is broken by name, the same in every locale', async () => {
    const cwd = temporaryFolder();
    for (const name of ['b', 'a', 'Z', 'ä', 'A']) {
      mkdirSync(join(cwd, 'runs', name), { recursive: true });
      writeFileSync(join(cwd, 'runs', name, 'run.json'), '{');
    }
    const json = await runInProcess(cwd, ['runs', '--format', 'json']);
    const names = (JSON.parse(json.stdout) as readonly { readonly name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['A', 'Z', 'a', 'b', 'ä']);
  });

  it('marks a cost that is a lower bound, and tells programs why', async () => {
    const usage = { ...zeroUsage, requests: 1, cost_usd: 0.25 };
    const folders = [
      pastRun([], { usage, cost_usd: 0.25 }),
      pastRun([], { usage: { ...usage, unmetered_requests: 2 }, cost_usd: 0.25 }),
      pastRun([], { usage, cost_usd: 0.25, crashed_sessions: 1 }),
      pastRun([call('a', 'f1')], { state: 'running' }),
    ].map(({ folder }) => folder);
    const listed = async (folder: string) => {
      const table = await runInProcess(temporaryFolder(), ['runs', folder]);
      const json = await runInProcess(temporaryFolder(), ['runs', folder, '--format', 'json']);
      const [run] = JSON.parse(json.stdout) as readonly Record<string, unknown>[];
      return [
        /\$0\.25\+?/u.exec(table.stdout)?.[0],
        run?.['cost_usd'],
        run?.['unmetered_requests'],
        run?.['crashed_sessions'],
      ];
    };
    expect(await Promise.all(folders.map(listed))).toEqual([
      ['$0.25', 0.25, 0, 0],
      ['$0.25+', 0.25, 2, 0],
      ['$0.25+', 0.25, 0, 1],
      ['$0.25+', 0.25, 0, 1],
    ]);
    const [, , , killed = ''] = folders;
    const lock = await lockRun(killed, { pid: 4711 });
    if (!lock.ok) throw new Error(lock.error.message);
    onTestFinished(() => lock.value.release());
    // It is at work: what it has in flight is not lost, but not counted either.
    expect(await listed(killed)).toEqual(['$0.25+', 0.25, 0, 0]);
  });

  it('selects by state and number, and says what it leaves out', async () => {
    const { cwd } = await projectWithRun();
    const none = await runInProcess(cwd, ['runs', '--state', 'killed', '--state', 'stopped']);
    expect(none).toEqual({ exitCode: 0, stdout: '', stderr: 'the one run is not killed or stopped\n' });
    const wrong = await runInProcess(cwd, ['runs', '--state', 'kiled']);
    expect(wrong.stderr).toContain('choose among running');
  });

  it('tells where there is nothing', async () => {
    const cwd = temporaryFolder();
    const nothing = await runInProcess(cwd, ['runs']);
    expect(nothing.stderr).toBe('no run is kept here yet: `pipe run` keeps each in runs/\n');
    expect((await runInProcess(cwd, ['runs', 'absent'])).exitCode).toBe(2);
  });
});
