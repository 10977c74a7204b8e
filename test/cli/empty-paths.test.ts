import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder with a pipeline and its rows. */
function project(): string {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'p.yaml'),
    'version: 1\nmodel: {name: small}\nsteps: {ask: {type: chat, prompt: "{{input.x}}"}}\n',
  );
  writeFileSync(join(cwd, 'r.jsonl'), '{"x":"a"}\n');
  return cwd;
}

const run = ['run', 'p.yaml', '--input', 'r.jsonl', '--simulate='];

describe('an empty path', () => {
  it.each([
    ['--run-dir', [...run, '--run-dir', '']],
    ['--run-dir', [...run, '--run-dir=']],
    ['--output', [...run, '--output', '']],
    ['--files', [...run, '--files', '']],
    ['--record', ['run', 'p.yaml', '--input', 'r.jsonl', '--record', '']],
    ['--replay', ['run', 'p.yaml', '--input', 'r.jsonl', '--replay', '']],
    ['--input', ['run', 'p.yaml', '--input', '']],
    ['--input', ['init', '--input', '']],
    ['--against', ['plan', 'p.yaml', '--input', 'r.jsonl', '--against', '']],
    ['--from', ['lock', 'p.yaml', '--from', '']],
    ['--run-dir', ['merge', 'one', 'two', '--run-dir', '']],
    ['--output', ['merge', 'one', 'two', '--output', '']],
    ['--output', ['report', '--output', '']],
    ['--output', ['import', 'p.yaml', '--output', '']],
    ['file', ['run', '', '--input', 'r.jsonl']],
    ['file', ['check', 'p.yaml', '']],
    ['run', ['resume', '']],
    ['run', ['merge', 'one', 'two', '']],
    ['folder', ['runs', '']],
    ['name', ['init', '', '--yes']],
    ['after', ['diff', 'one', '']],
  ])('of %s is no folder: %j', async (name, args) => {
    const cwd = project();
    const { exitCode, stdout, stderr } = await runInProcess(cwd, args);
    expect(stderr).toMatch(
      new RegExp(`^error: (?:option|argument) '${name}' names nothing: its text is empty`),
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(readdirSync(cwd).toSorted()).toEqual(['p.yaml', 'r.jsonl']);
  });

  it('may be what is to be completed', async () => {
    const { exitCode, stdout } = await runInProcess(project(), ['__complete', 'bash', '--', 'run', '']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('p.yaml');
  });
});
