import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { findRun } from '../../src/cli/find-run.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { shownPaths } from '../../src/cli/shown-paths.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { createRunFolder } from '../../src/run/folder.ts';
import { plan, step } from '../run/support/plans.ts';
import { pipeHere } from '../support/pipe-here.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writtenTo } from '../support/written-to.ts';

const pipeline = `version: 1
name: p
input: { key: id }
model: { name: mistral-small-latest, max_tokens: 100 }
retry: { attempts: 1 }
steps:
  reply: { type: chat, prompt: "Reply to {{input.id}}" }
`;

/** What is told of a command that is refused; a mistake in its flags is thrown for cli.ts. */
async function refused(cwd: string, ...args: readonly string[]): Promise<string> {
  const stderr = new PassThrough();
  const terminal = { cwd, stdout: new PassThrough(), stderr, env: {} } as unknown as Terminal;
  let exitCode: number | undefined;
  const program = buildProgram(terminal, (code) => (exitCode = code));
  await program.parseAsync(['node', 'pipe', ...args]).catch(() => undefined);
  expect(exitCode ?? 2).toBe(2);
  return writtenTo(stderr);
}

describe('a flag that a resume does not have', () => {
  it.each([
    ...['input', 'input-format', 'var', 'model', 'files', 'record', 'replay', 'strict'].map(
      (name): [string] => [name],
    ),
    ...['limit', 'offset', 'sample', 'seed', 'shard'].map((name): [string] => [name]),
  ])('is told as one of the run: --%s', async (name) => {
    const told = await refused(temporaryFolder(), 'resume', `--${name}`, '1');
    expect(told).toContain(`a resume keeps the \`--${name}\` of its run`);
    expect(told).not.toContain('--output');
  });

  it.each([
    ['--run-dir', ['resume', '--run-dir', 'r'], 'stands alone'],
    ['--stream', ['resume', '--stream'], 'is for `pipe run`'],
    ['--budget', ['resume', '--budget', '5'], 'Did you mean --budget-usd?'],
    ['--force of a run', ['run', 'p.yaml', '--run-dir', 'r', '--force'], "'pipe resume runs/… --force'"],
    ['--budget of a run', ['run', 'p.yaml', '--budget=5'], 'Did you mean --budget-usd?'],
  ])('is told with what to do: %s', async (_, args, words) => {
    expect(await refused(temporaryFolder(), ...args)).toContain(words);
  });

  it('is not in the help', () => {
    const terminal = {} as Terminal;
    const resume = buildProgram(terminal, () => expect.unreachable()).commands.find(
      (each) => each.name() === 'resume',
    );
    expect(resume?.helpInformation()).not.toMatch(/--(?:input|limit|budget) /);
  });
});

describe('a folder that is no run', () => {
  it('is told with what to name', async () => {
    const told = await refused(temporaryFolder(), 'resume', '.');
    expect(told).toContain("run.json is not there, so this is no run's folder");
    expect(told).toContain('name the folder of a run, such as `runs/…`');
  });

  it('is told what is left of it where its run.json is damaged', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'r'));
    writeFileSync(join(cwd, 'r', 'run.json'), '{"format');
    const told = await refused(cwd, 'resume', 'r');
    expect(told).toContain('r/run.json is damaged');
    expect(told).toContain('begin a new run: `journal.jsonl` beside it still has every answer');
  });
});

describe('a run whose files are gone', () => {
  it('is refused with the way to go on where they stand now', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'there'));
    writeFileSync(join(cwd, 'there/p.yaml'), pipeline);
    writeFileSync(join(cwd, 'there/rows.jsonl'), '{"id":"a"}\n{"id":"b"}\n');
    const begun = ['run', 'there/p.yaml', '--input', 'there/rows.jsonl', '--run-dir', 'r'];
    const flags = ['--simulate=errors=100%', '--fail-fast', '--quiet'];
    expect(await pipeHere([...begun, ...flags], { cwd })).toMatchObject({ exitCode: 1 });
    renameSync(join(cwd, 'there'), join(cwd, 'here'));

    const told = await refused(cwd, 'resume', 'r');
    expect(told).toContain('there is no file `there/p.yaml`, which the run was begun with');
    expect(told).toContain('there is no file `there/rows.jsonl`, which the run was begun with');
    expect(told).toContain('`pipe run FILE --input ROWS --run-dir r` goes on');

    const moved = ['run', 'here/p.yaml', '--input', 'here/rows.jsonl', '--run-dir', 'r', '--simulate'];
    const { exitCode, stderr } = await pipeHere(moved, { cwd });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('p: resuming');
  });
});

describe('the run that is meant', () => {
  const input = { path: '/rows.jsonl', sha256: 'a', format: 'jsonl' };
  const second = Date.UTC(2026, 0, 31, 12);

  /** Begins runs of one working directory, each at its time and with its last four digits. */
  async function begun(
    ...runs: readonly (readonly [milliseconds: number, suffix: string])[]
  ): Promise<string> {
    const cwd = temporaryFolder();
    for (const [milliseconds, suffix] of runs) {
      const place = { runsDir: join(cwd, 'runs'), name: 'letters' };
      const meta = { plan: plan([step('one')]), input, simulated: false };
      const services = { now: () => second + milliseconds, suffix: () => suffix };
      const folder = await createRunFolder(place, meta, services);
      expect(folder.ok).toBe(true);
    }
    return cwd;
  }

  const found = (cwd: string, suffix: string, time = '20260131T120000Z') => ({
    ok: true,
    value: join(cwd, 'runs', `letters-${time}-${suffix}`),
  });

  it('is the newest, of one second too', async () => {
    const same = await begun([900, '0000'], [100, 'ffff'], [500, '8888']);
    expect(await findRun(same, undefined)).toEqual(found(same, '0000'));
    const later = await begun([900, 'ffff'], [1100, '0000']);
    expect(await findRun(later, undefined)).toEqual(found(later, '0000', '20260131T120001Z'));
  });

  it('is the newest by whatever name', async () => {
    const cwd = await begun([900, 'ffff'], [1100, '0000']);
    const older = join(cwd, 'runs/letters-20260131T120000Z-ffff');
    renameSync(join(cwd, 'runs/letters-20260131T120001Z-0000'), join(cwd, 'runs/night'));
    expect(await findRun(cwd, undefined)).toEqual({ ok: true, value: join(cwd, 'runs/night') });
    renameSync(older, join(cwd, 'runs/morning'));
    expect(await findRun(cwd, undefined)).toEqual({ ok: true, value: join(cwd, 'runs/night') });
  });

  it('may be named by a file of its folder', async () => {
    const cwd = await begun([0, '0000']);
    const file = 'runs/letters-20260131T120000Z-0000/journal.jsonl';
    expect(await findRun(cwd, file)).toEqual(found(cwd, '0000'));
    writeFileSync(join(cwd, 'rows.jsonl'), '');
    expect(await findRun(cwd, 'rows.jsonl')).toMatchObject({ ok: false, error: { code: 'no-run' } });
  });
});

describe('paths in a sentence', () => {
  it.each([
    ['the run in /w/runs/a is', '/w', 'the run in runs/a is'],
    ['`/w/a b/p.yaml` and `/w/a b/q.yaml`', '/w/a b', '`p.yaml` and `q.yaml`'],
    ['/w/a, /var/w/b and /w2/c', '/w', 'a, /var/w/b and /w2/c'],
    ['the run in /w was', '/w', 'the run in /w was'],
    ['in /a/b', '/', 'in a/b'],
  ])('are as seen from here: %s', (sentence, cwd, shown) => {
    expect(shownPaths(sentence, cwd)).toBe(shown);
  });
});

describe('a simulated run', () => {
  it('may be gone on with by other faults', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'p.yaml'), pipeline);
    writeFileSync(join(cwd, 'rows.jsonl'), '{"id":"a"}\n{"id":"b"}\n');
    const run = (simulate: string) =>
      pipeHere(['run', 'p.yaml', '--input', 'rows.jsonl', `--simulate=${simulate}`, '--run-dir', 'r'], {
        cwd,
      });
    expect(await run('errors=100%')).toMatchObject({ exitCode: 1 });
    // As it was begun, they fail alike again.
    expect(await pipeHere(['resume', 'r'], { cwd })).toMatchObject({ exitCode: 1 });
    const resumed = await pipeHere(['resume', 'r', '--simulate'], { cwd });
    expect(resumed.stderr).toMatch(/^records +2: 2 succeeded/mu);
    expect(resumed.exitCode).toBe(0);
  });

  it('is begun as one: what has asked a model is not gone on with by a simulator', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'p.yaml'), pipeline);
    const { value: folder } = await createRunFolder(
      join(cwd, 'r'),
      {
        plan: plan([step('one')], { files: [{ path: join(cwd, 'p.yaml'), sha256: '' }] }),
        input: { path: join(cwd, 'rows.jsonl'), sha256: null },
        simulated: false,
      },
      {},
    ).then((made) => (made.ok ? made : Promise.reject(new Error(made.error.message))));
    await folder.release();
    expect(await refused(cwd, 'resume', 'r', '--simulate')).toContain(
      'the run has asked a model, and a simulator cannot go on with it',
    );
  });
});
