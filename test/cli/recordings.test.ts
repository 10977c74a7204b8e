import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { typed } from '../support/in-process.ts';
import { writtenTo } from '../support/written-to.ts';

function project(): string {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'p.yaml'),
    `version: 1
model: {name: mistral-small-latest}
steps:
  say: {type: chat, prompt: "{{input.id}}"}
`,
  );
  writeFileSync(join(cwd, 'rows.jsonl'), '{"id":"1"}\n');
  return cwd;
}

async function run(cwd: string, args: readonly string[]) {
  const stderr = new PassThrough();
  const terminal = { cwd, stdout: new PassThrough(), stderr, env: {} } as unknown as Terminal;
  let exitCode: number | undefined;
  const program = buildProgram(terminal, (code) => (exitCode = code));
  const files = [join(cwd, 'p.yaml'), '--input', join(cwd, 'rows.jsonl'), '--run-dir', join(cwd, 'out')];
  await program.parseAsync(['node', 'pipe', 'run', ...files, ...args]);
  return { exitCode, told: writtenTo(stderr) };
}

describe('flags of a recording', () => {
  it.each([
    [['--record', 'r.jsonl', '--replay', 'r.jsonl'], 'keep one'],
    [['--replay', 'r.jsonl', '--simulate', ''], 'keep one'],
    [['--live-tools'], 'is for --replay'],
    [['--strict'], 'is for --replay'],
    [['--replay', 'r.jsonl', '--strict', '--limit', '1'], 'is for the whole input'],
    [['--record', '-'], 'wants a file of its own'],
    [['--record', '.'], 'is a folder'],
    [['--record', 'p.yaml'], 'error  `p.yaml` is no recording'],
    [['--record', 'rows.jsonl'], 'no entry of a recording'],
    [['--record', 'out.jsonl', '--output', './out.jsonl'], 'name the same file'],
    [['--record', 'no/such/r.jsonl'], 'does not exist'],
    [['--replay', 'none.jsonl'], 'there is no file `none.jsonl`'],
    [['--replay', '.'], 'there is no recording in the folder `.`'],
  ])('are refused before anything is begun: %j', async (args, words) => {
    const cwd = project();
    const { exitCode, told } = await run(cwd, args);
    expect(told).toContain(words);
    expect(exitCode).toBe(2);
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });
});

describe('a replay of answers that the simulator had made up', () => {
  it('is told as such by all that looks at it later', async () => {
    const cwd = project();
    const files = [join(cwd, 'p.yaml'), '--input', join(cwd, 'rows.jsonl')];
    const recording = join(cwd, 'r.jsonl');
    const made = ['--simulate=', '--record', recording, '--run-dir', join(cwd, 'made')];
    expect((await typed(cwd, ['run', ...files, ...made])).exitCode).toBe(0);
    const runFolder = join(cwd, 'runs/again');
    const again = ['--replay', recording, '--run-dir', runFolder, '--format', 'json'];
    const ran = await typed(cwd, ['run', ...files, ...again]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ simulated: true, replayed: true });
    const kept = JSON.parse(readFileSync(join(runFolder, 'run.json'), 'utf8')) as object;
    expect(kept).toMatchObject({ simulated: false, replay: { simulated: true } });

    const report = await typed(cwd, ['report', runFolder, '--format', 'json']);
    expect(JSON.parse(report.stdout)).toMatchObject({ simulated: true, replayed: true });
    const page = await typed(cwd, ['report', runFolder, '--format', 'md']);
    expect(page.stdout).toContain('in which the simulator had made up answers');
    expect((await typed(cwd, ['runs'])).stdout).toMatch(/ completed +1 +0 +replayed /);
    const runs = await typed(cwd, ['runs', '--format', 'json']);
    expect(JSON.parse(runs.stdout)).toMatchObject([{ simulated: true, replayed: true }]);
    const { stdout } = await typed(cwd, ['diff', join(cwd, 'made'), runFolder]);
    expect(stdout).toContain('(replayed from made up answers)');
    expect(stdout).toContain('answers of the simulator -> recorded answers');
    expect(stdout).not.toContain('real answers');
  });
});
