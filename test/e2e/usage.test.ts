import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { command, pipe, root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const golden = (name: string) => join(root, 'test/e2e/golden', `${name}.txt`);

describe('help', () => {
  it.each([
    [],
    ['run'],
    ['resume'],
    ['check'],
    ['render'],
    ['diff'],
    ['merge'],
    ['lock'],
    ['test'],
    ['plan'],
    ['report'],
    ['schema'],
    ['simulator'],
    ['cache'],
    ['cache', 'stats'],
    ['cache', 'clear'],
    ['init'],
    ['import'],
    ['doctor'],
    ['runs'],
    ['completion'],
  ])('of pipe %s fits a screen', async (...names) => {
    const { stdout, exitCode } = await pipe([...names, '--help']);
    expect(exitCode).toBe(0);
    const rows = String(stdout).split('\n');
    expect(rows.filter((row) => row.length > 80)).toEqual([]);
    expect(rows.length).toBeLessThanOrEqual(60);
    expectGolden(golden(`help-${names.join('-') || 'pipe'}`), String(stdout));
  });

  it('prints the version', async () => {
    const { stdout } = await pipe(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage', () => {
  it.each([
    ['an unknown command', ['rum', 'x.yaml'], 'run'],
    ["another tool's command", ['view'], 'did you mean pipe report?'],
    ['the help of an unknown command', ['help', 'rum'], "error: unknown command 'rum'\n(Did you mean run?)"],
    [
      'an unknown command with --help',
      ['rum', '--help'],
      "error: unknown command 'rum'\n(Did you mean run?)",
    ],
    ['an unknown command of another with --help', ['cache', 'claer', '-h'], '(Did you mean clear?)'],
    ['an unknown flag', ['run', 'x.yaml', '--inptu', 'rows.jsonl'], '--input'],
    ['no pipeline', ['run', '--input', 'rows.jsonl'], 'file'],
    ['no input', ['run', 'x.yaml'], '--input'],
    ['a limit of 0', ['run', 'x.yaml', '--input', 'r.jsonl', '--limit', '0'], 'at least 1'],
    ['a limit that is no number', ['run', 'x.yaml', '--input', 'r.jsonl', '--limit', 'ten'], 'whole number'],
    ['a shard beyond its count', ['run', 'x.yaml', '--input', 'r.jsonl', '--shard', '5/4'], '1/4'],
    ['an unknown output format', ['run', 'x.yaml', '--input', 'r.jsonl', '--output', 'out.xlsx'], '.csv'],
    ['an unknown input format', ['run', 'x.yaml', '--input', 'r.jsonl', '--input-format', 'xml'], 'jsonl'],
    [
      'an unknown simulator option',
      ['run', 'x.yaml', '--input', 'r.jsonl', '--simulate=latncy=3s'],
      'latency',
    ],
    [
      'an unknown flag in place of --input',
      ['run', 'x.yaml', '--inptu', 'r.jsonl'],
      "unknown option '--inptu'",
    ],
    ['simulator options apart', ['run', 'x.yaml', '--simulate', 'seed=1'], 'write --simulate=seed=1'],
    ['a flag given twice', ['run', 'x.yaml', '--input', 'a.csv', '--input', 'b.csv'], 'given twice'],
    ['a seed without a sample', ['run', 'x.yaml', '--input', 'a.csv', '--seed', '1'], '--sample'],
    ['no command', [], 'Usage'],
  ])('%s ends with 2 and says what to do', async (_, args, remedy) => {
    const folder = temporaryFolder();
    const { exitCode, stderr, stdout } = await pipe(args, { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(remedy);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
  });

  it('ends quietly when the reader of its output goes away', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'p.yaml'),
      'version: 1\nmodel: {name: mistral-small-latest}\nsteps: {a: {type: chat, prompt: "{{input.t}}"}}\n',
    );
    const row = `${JSON.stringify({ t: 'x'.repeat(500) })}\n`;
    writeFileSync(join(folder, 'rows.jsonl'), row.repeat(20_000));
    const running = pipe(['render', 'p.yaml', '--input', 'rows.jsonl', '--format', 'json'], { cwd: folder });
    running.stdout?.once('data', () => running.stdout?.destroy());
    const { stderr, exitCode } = await running;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it.skipIf(!existsSync('/dev/full'))('tells of a stdout that cannot be written, by exit 5', () => {
    const full = openSync('/dev/full', 'w');
    const { stderr, status } = spawnSync(process.execPath, [command, 'schema'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(status).toBe(5);
    expect(stderr).toBe('error  stdout could not be written: ENOSPC: no space left on device, write\n');
  });

  it.skipIf(!existsSync('/dev/full'))('tells once of rows that could not be written to stdout', () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'p.yaml'),
      'version: 1\nmodel: {name: mistral-small-latest}\nsteps: {a: {type: chat, prompt: "{{input.t}}"}}\n',
    );
    writeFileSync(join(folder, 'rows.jsonl'), '{"t":"x"}\n');
    const args = ['run', 'p.yaml', '--input', 'rows.jsonl', '--simulate', '--output', '-', '--quiet'];
    const full = openSync('/dev/full', 'w');
    const { stderr, status } = spawnSync(process.execPath, [command, ...args], {
      cwd: folder,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(status).toBe(5);
    expect(stderr.match(/could not be written/g)).toHaveLength(1);
  });
});
