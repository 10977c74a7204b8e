import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskNames } from '../../src/cli/init.ts';
import { tasks } from '../../src/starter/tasks.ts';
import { expectGolden } from '../support/golden.ts';
import { runInProcess } from '../support/in-process.ts';
import { root, temporaryFolder } from '../support/pipe.ts';

const golden = (name: string) => join(root, 'test/cli/golden', name);

const rows = `id,Customer Text,lang,score,vip
007,"Where is my parcel?",en,1.5,true
008,"Où est $(touch x) mon colis",fr,,false
009,"Alles gut # nichts",de,3,true
010,"'quoted' {{x}}",en,4,true
`;

/** A folder with the rows, and the package where npm would put it. */
function project(files: { readonly [name: string]: string } = { 'my rows.csv': rows }): string {
  const cwd = temporaryFolder();
  const schemas = join(cwd, 'node_modules/prompt-pipe/schemas');
  mkdirSync(schemas, { recursive: true });
  writeFileSync(join(schemas, 'pipeline.schema.json'), '{}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

describe('pipe init', () => {
  it('writes a pipeline from rows, and says what it chose and what comes next', async () => {
    const cwd = project();
    const { exitCode, stdout, stderr } = await runInProcess(cwd, [
      'init',
      '--input',
      join(cwd, 'my rows.csv'),
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expectGolden(golden('init.txt'), stderr);
    expectGolden(golden('init.yaml'), readFileSync(join(cwd, 'my-rows.yaml'), 'utf8'));
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('runs/\n.pipe/\n*.partial\n');
  });

  it.each(taskNames)('writes a pipeline for %s that is valid for its rows', async (task) => {
    const cwd = project();
    const made = await runInProcess(cwd, ['init', 'x', '--task', task, '--input', join(cwd, 'my rows.csv')]);
    expect(made.exitCode).toBe(0);
    const { stderr } = await runInProcess(cwd, [
      'check',
      join(cwd, 'x.yaml'),
      '--input',
      join(cwd, 'my rows.csv'),
    ]);
    expect(stderr).toBe('<cwd>/x.yaml: ok, 1 step, 4 records\n');
  });

  it('knows every task', () => {
    expect([...tasks.keys()]).toEqual([...taskNames]);
  });

  it.each([
    [
      'nested values',
      'r.jsonl',
      '{"id":1,"text":"a b","tags":["x"],"at":{"y":1},"n":null}\n{"id":2,"text":"c","extra":1}\n',
    ],
    ['texts that are missing', 'r.jsonl', '{"text":"a"}\n{"text":""}\n{}\n{"text":null}\n'],
    [
      'odd names',
      'r.jsonl',
      '{"a.b c":"x y","true":"1","\\u202eid":"1","it\'s":2,"x: #y":"z","müll":"w","[x]":1}\n',
    ],
    ['a header and a row', 'r.csv', 'id,text\n1,x\n'],
    ['a name beyond the screen', 'r.csv', `id,${'long'.repeat(60)}\n1,x\n`],
    ['right-to-left and wide text', 'r.csv', 'id,نص,文\n1,مرحبا بالعالم,你好\n'],
  ])('writes a valid pipeline for %s', async (_, name, text) => {
    const cwd = project({ [name]: text });
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, name)]);
    expect(made.stderr).toContain('wrote    x.yaml');
    const { stderr } = await runInProcess(cwd, ['check', join(cwd, 'x.yaml'), '--input', join(cwd, name)]);
    expect(stderr).toMatch(/^<cwd>\/x\.yaml: ok, 1 step, \d+ records?\n$/);
  });

  it('writes rows to begin with where none are given', async () => {
    const cwd = project({});
    const { stderr } = await runInProcess(cwd, ['init', '--yes']);
    expect(stderr).toContain('example rows, since no --input was given');
    expect(readdirSync(cwd).toSorted()).toEqual([
      '.gitignore',
      'node_modules',
      'tickets.csv',
      'tickets.yaml',
    ]);
  });

  it('adds to a .gitignore where it is: through its link, and with its mode', async () => {
    const cwd = project();
    mkdirSync(join(cwd, 'shared'));
    writeFileSync(join(cwd, 'shared/ignored'), 'dist/\n');
    chmodSync(join(cwd, 'shared/ignored'), 0o640);
    symlinkSync('shared/ignored', join(cwd, '.gitignore'));
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, 'my rows.csv')]);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(lstatSync(join(cwd, '.gitignore')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'shared/ignored'), 'utf8')).toBe('dist/\nruns/\n.pipe/\n*.partial\n');
    expect(statSync(join(cwd, 'shared/ignored')).mode & 0o777).toBe(0o640);
  });

  it('writes over nothing unless it is forced to', async () => {
    const cwd = project({ 'tickets.yaml': 'mine', 'tickets.csv': rows, '.gitignore': 'x\n/runs\n.pipe/' });
    const args = ['init', '--input', join(cwd, 'tickets.csv')];
    const refused = await runInProcess(cwd, args);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('`tickets.yaml` stands already');
    expect(readFileSync(join(cwd, 'tickets.yaml'), 'utf8')).toBe('mine');
    expect((await runInProcess(cwd, [...args, '--force'])).exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'tickets.yaml'), 'utf8')).toContain('name: tickets');
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('x\n/runs\n.pipe/\n*.partial\n');
  });

  it('puts a copy of the schema beside a pipeline where the package is not installed, once', async () => {
    const cwd = temporaryFolder();
    await runInProcess(cwd, ['init', 'one']);
    expect(readFileSync(join(cwd, 'one.yaml'), 'utf8')).toContain('$schema=./pipeline.schema.json');
    const second = await runInProcess(cwd, ['init', 'two']);
    expect(second.exitCode).toBe(0);
    expect(second.stderr).not.toContain('pipeline.schema.json');
  });

  it.each([
    ['an absent file', [], ['--input', 'none.csv'], 'none.csv'],
    ['an empty file', [['e.jsonl', '']], ['--input', 'e.jsonl'], 'is empty'],
    ['a broken header', [['e.csv', 'a,a\n1,2\n']], ['--input', 'e.csv'], 'all named `a`'],
    ['bytes that are no text', [['e.csv', 'a,\xff\n']], ['--text', 'b', '--input', 'e.csv'], 'no field `b`'],
    ['standard input', [], ['--input', '-'], 'comes once'],
  ] as const)('refuses %s', async (_, files, flags, told) => {
    const cwd = project(Object.fromEntries(files));
    const args = flags.map((word) => (/^[en]\w*\.\w+$/.test(word) ? join(cwd, word) : word));
    const { exitCode, stderr } = await runInProcess(cwd, ['init', 'x', ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(told);
    expect(readdirSync(cwd)).not.toContain('x.yaml');
  });
});
