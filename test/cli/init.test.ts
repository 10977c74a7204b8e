import {
  existsSync,
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
import { taskNames } from '../../src/cli/init/task-names.ts';
import { tasks } from '../../src/starter/tasks.ts';
import { expectGolden } from '../support/golden.ts';
import { runInProcess } from '../support/in-process.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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
  for (const name of ['pipeline.schema.json', 'test.schema.json']) writeFileSync(join(schemas, name), '{}');
  writeFileSync(join(schemas, 'pipeline.schema.json'), '{}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

/** What has just been written is tested at once, with neither key nor network, and nothing is said against it. */
async function expectPassing(cwd: string, file: string): Promise<void> {
  const { exitCode, stderr } = await runInProcess(cwd, ['test', join(cwd, file)]);
  expect(stderr).toMatch(/^\S+\n(?: {2}✓ .*\n)+\n\d tests?: \d passed {2}\(/u);
  expect(exitCode).toBe(0);
}

describe('pipe init', () => {
  it('begins from no bytes of Windows-1252, which are no text that a file could hold', async () => {
    const cwd = project();
    writeFileSync(join(cwd, 'w.csv'), Buffer.from('id,text\n1,caf\xe9\n2,tea\n', 'latin1'));
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, 'w.csv')]);
    expect(made.exitCode).toBe(2);
    expect(made.stderr).toContain('1 row is not UTF-8 text: line 2');
    expect(existsSync(join(cwd, 'x.yaml'))).toBe(false);
  });

  it('says why rows are none, and takes the others', async () => {
    const cwd = project({ 'w.csv': 'id,text\n1,a,b\n2,tea\n3\n4,cake\n' });
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, 'w.csv')]);
    expect(made.stderr).toContain(
      'w.csv: 2 records, 2 rows are none (the first, line 2: the row has 3 cells and the header 2 columns;',
    );
    await expectPassing(cwd, 'x.yaml');
  });

  it('takes a field for lacking that is named like what every object has', async () => {
    const cwd = project({ 'w.jsonl': '{"a":1}\n{"a":2,"toString":"Where is my parcel?"}\n{"a":3}\n' });
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, 'w.jsonl'), '--task', 'chat']);
    expect(made.stderr).toContain('chat about toString');
    const written = readFileSync(join(cwd, 'x.test.yaml'), 'utf8');
    expect(written).toMatch(/a record without text is skipped\n +input: # a record of w\.jsonl\n +a: 1\n/u);
    await expectPassing(cwd, 'x.yaml');
  });

  it('writes no secret of a row into its tests, and prefers the rows that have none', async () => {
    const key = 'sk-abcdefghijklmnop1234';
    const cwd = project({
      'r.jsonl': [
        { id: 1, text: `the key is ${key}`, password: 'hunter2', deep: { apiToken: 'swordfish' } },
        { id: 2, text: 'all is well', password: 'hunter2', deep: { apiToken: 'swordfish' } },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    });
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, 'r.jsonl')]);
    expect(made.exitCode).toBe(0);
    const written = readFileSync(join(cwd, 'x.test.yaml'), 'utf8');
    expect(written).toContain('all is well');
    for (const secret of [key, 'hunter2', 'swordfish']) expect(written).not.toContain(secret);
    await expectPassing(cwd, 'x.yaml');
  });

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
    expectGolden(golden('init.test.yaml'), readFileSync(join(cwd, 'my-rows.test.yaml'), 'utf8'));
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
    expect(stderr).toBe('<cwd>/x.yaml: ok, 1 step, 2 tests, 4 records\n');
    await expectPassing(cwd, 'x.yaml');
  });

  it.each([
    ['is read', (long: string) => `id,${long}\n1,yes it was there\n2,no\n`],
    ['is another', (long: string) => `id,${long},text\n1,yes,it was there on time\n2,no,late\n`],
  ])('writes a column that %s with a name too long for a plain key of YAML', async (_, rowsOf) => {
    const cwd = project({ 'a.csv': rowsOf('a question '.repeat(200).trim()) });
    expect((await runInProcess(cwd, ['init', '--input', join(cwd, 'a.csv'), '--yes'])).exitCode).toBe(0);
    await expectPassing(cwd, 'a.yaml');
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
    ['a header alone', 'r.csv', 'id,text,stars\n'],
    ['a byte-order mark', 'r.csv', '\uFEFFid,text\n1,x\n'],
    ['a key twice', 'r.csv', 'id,text\n1,x\n1,y\n'],
    ['a cell of a megabyte', 'r.csv', `id,text\n1,"${'word '.repeat(200_000)}"\n`],
    ['cells with more lines', 'r.csv', 'id,text\n1,"a\n- b: c\n\n  # d"\n2,"\t\u001b[31m"\n'],
    ['empty numbers', 'r.csv', 'id,text,stars\n1,x,\n2,y,4\n'],
    ['nothing but numbers', 'r.jsonl', '{"a":1,"b":2.5}\n{"a":null,"b":1e30}\n'],
    [
      'values of many kinds',
      'r.jsonl',
      '{"t":"a","v":1}\n{"t":"b","v":"x"}\n{"t":"c","v":[{"{{x}}":null}]}\n',
    ],
    ['names that mean something', 'r.csv', 'null,label,answer,this,{{x}},-,#\n1,2,3,4,"a text",6,7\n'],
    ['a name as of a prototype', 'r.jsonl', '{"__proto__":"x","constructor":"y","text":"z"}\n'],
    ['texts as templates', 'r.csv', 'id,text\n{{1}},"{{steps.x}} \\{{y}}"\n'],
    [
      'a great many columns',
      'r.csv',
      `text,${Array.from({ length: 250 }, (_, at) => `c${at}`).join(',')}\nx${',1'.repeat(250)}\n`,
    ],
  ])('writes a valid pipeline for %s', async (_, name, text) => {
    const cwd = project({ [name]: text });
    const made = await runInProcess(cwd, ['init', 'x', '--input', join(cwd, name)]);
    expect(made.stderr).toContain('wrote    x.yaml');
    const { stderr } = await runInProcess(cwd, ['check', join(cwd, 'x.yaml'), '--input', join(cwd, name)]);
    expect(stderr).toMatch(
      /^<cwd>\/x\.yaml: ok, 1 step, \d tests?, (?:[1-9]\d* records?\n$|0 records\n.*no-records)/,
    );
    await expectPassing(cwd, 'x.yaml');
  });

  it('writes rows to begin with where none are given', async () => {
    const cwd = project({});
    const { stderr } = await runInProcess(cwd, ['init', '--yes']);
    expect(stderr).toContain('example rows, since no file was given');
    expect(readdirSync(cwd).toSorted()).toEqual([
      '.gitignore',
      'node_modules',
      'tickets.csv',
      'tickets.test.yaml',
      'tickets.yaml',
    ]);
    await expectPassing(cwd, 'tickets.yaml');
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
    expect(second.stderr).not.toContain('schema.json');
    expect(readFileSync(join(cwd, 'two.test.yaml'), 'utf8')).toContain('$schema=./test.schema.json');
  });

  it.each([
    ['a name of tests', [], ['x.test'], 'name of a file of tests'],
    ['rows for a name', [], ['rows.csv'], 'did you mean --input rows.csv?'],
    ['labels that are none', [], ['--labels', ' , '], '`--labels` cannot be taken: it names no label'],
    ['an absent file', [], ['--input', 'none.csv'], 'none.csv'],
    ['an empty file', [['e.jsonl', '']], ['--input', 'e.jsonl'], 'is empty'],
    ['a broken header', [['e.csv', 'a,a\n1,2\n']], ['--input', 'e.csv'], 'all named `a`'],
    [
      'bytes that are no text',
      [['e.csv', 'a,\xff\n']],
      ['--text', 'b', '--input', 'e.csv'],
      'no field of texts `b`',
    ],
    ['standard input', [], ['--input', '-'], 'comes once'],
  ] as const)('refuses %s', async (_, files, flags, told) => {
    const cwd = project(Object.fromEntries(files));
    const args = flags.map((word) => (/^[en]\w*\.\w+$/.test(word) ? join(cwd, word) : word));
    const { exitCode, stderr } = await runInProcess(cwd, [
      'init',
      ...(flags[0]?.startsWith('-') ? ['x'] : []),
      ...args,
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(told);
    expect(readdirSync(cwd)).not.toContain('x.yaml');
  });
});
