import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pipeHere } from '../support/pipe-here.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const model = 'version: 1\nmodel: {name: mistral-small-latest, max_tokens: 9}\n';
const reading = `${model}steps:\n  ask: {type: chat, prompt: "Rate {{input.text}}"}\n`;

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const cwd = temporaryFolder();
  for (const [name, content] of Object.entries({ 'p.yaml': reading, ...files }))
    writeFileSync(join(cwd, name), content);
  return cwd;
}

async function check(rows: string | Buffer, pipeline = reading, name = 'rows.csv') {
  const cwd = folderWith({ 'p.yaml': pipeline, [name]: rows });
  return pipeHere(['check', 'p.yaml', '--input', name], { cwd });
}

/** As a spreadsheet writes it in Western Europe: six rows, four of them with an accent. */
const windows = Buffer.from(
  'id;text\n1;a\n2;caf\u00e9\n3;\u00e9\n4;b\n5;\u00e9t\u00e9\n6;\u00fc\n',
  'latin1',
);

describe('rows in another encoding', () => {
  const command = 'iconv -f WINDOWS-1252 -t UTF-8 rows.csv > rows-utf8.csv';

  it('are one mistake, with the command that converts the file', async () => {
    const { exitCode, stderr } = await check(windows);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'rows.csv:3  error  4 rows are not UTF-8 text: lines 3, 4, 6, 7  [invalid-utf8]',
    );
    expect(stderr).toContain(`\`${command}\``);
    expect(stderr).toContain('1 error in 1 file');
  });

  it('are told of their first lines, apart from rows that fail otherwise', async () => {
    const rows = Buffer.from(`id,text\n1\n${'2,\u00e9\n'.repeat(30)}`, 'latin1');
    const { stderr } = await check(rows, reading, 'my rows.csv');
    expect(stderr).toContain('30 rows are not UTF-8 text: lines 3, 4, 5, 6, 7, …');
    expect(stderr).toContain(`-t UTF-8 'my rows.csv' > 'my rows-utf8.csv'`);
    expect(stderr).toContain('the row has 1 cell');
    expect(stderr).toContain('2 errors in 1 file');
  });

  it('are told by a plan, which says how to look at them before it says how to run the others', async () => {
    const cwd = folderWith({ 'rows.csv': windows });
    const { exitCode, stdout, stderr } = await pipeHere(['plan', 'p.yaml', '--input', 'rows.csv'], { cwd });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning  4 rows are not UTF-8 text');
    expect(stdout.slice(stdout.indexOf('next'))).toBe(
      'next\n  pipe check p.yaml --input rows.csv\n    tells why 4 records would fail before a call\n' +
        '  pipe run p.yaml --input rows.csv\n    runs the others\n',
    );
  });

  it('are no rows to begin a pipeline from', async () => {
    const cwd = folderWith({ 'rows.csv': windows });
    const { exitCode, stderr } = await pipeHere(['init', '--input', 'rows.csv', '--yes'], { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(command);
    expect(readdirSync(cwd).toSorted()).toEqual(['p.yaml', 'rows.csv']);
  });
});

describe('an input without records', () => {
  it.each([
    ['rows.csv', 'id,text\n', 'rows.csv has no records: its header stands alone'],
    ['rows.json', '[]', 'rows.json has no records'],
  ])('is warned of: %s', async (name, rows, message) => {
    const { exitCode, stderr } = await check(rows, reading, name);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`warning  ${message}  [no-records]`);
  });

  it('is warned of where a run begins, which completes', async () => {
    const cwd = folderWith({ 'rows.csv': 'id,text\n' });
    const { exitCode, stderr } = await pipeHere(['run', 'p.yaml', '--input', 'rows.csv', '--simulate'], {
      cwd,
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning  rows.csv has no records: its header stands alone  [no-records]');
  });
});

describe('prompts that read nothing of the record', () => {
  const rows = 'id,review text\n1,a\n2,b\n';
  const constant = `${model}input: {key: id}\nsteps:\n  ask: {type: chat, prompt: Rate it}\n`;
  const warning =
    'no step reads anything of the record: every record gets the same question  [same-question]';

  it('are warned of, with a field that could be read', async () => {
    const { exitCode, stderr } = await check(rows, constant);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`p.yaml:5:3  warning  ${warning}`);
    expect(stderr).toContain('hint: read a field in a prompt, such as {{input.[review text]}}');
  });

  it('are warned of where a run begins, unless it takes one record', async () => {
    const cwd = folderWith({ 'p.yaml': constant, 'rows.csv': rows });
    const run = ['run', 'p.yaml', '--input', 'rows.csv', '--simulate'];
    expect((await pipeHere(run, { cwd })).stderr).toContain(warning);
    const { stderr } = await pipeHere([...run, '--limit', '1'], { cwd });
    expect(stderr).not.toContain('same-question');
  });

  it.each([
    ['a prompt that reads a field', constant.replace('Rate it', '"Rate {{input.[review text]}}"'), rows],
    ['a prompt that reads the record', constant.replace('Rate it', '"Rate {{input}}"'), rows],
    [
      'a step that some records skip',
      constant.replace('Rate it', `Rate it, when: "{{eq input.id '1'}}"`),
      rows,
    ],
    [
      'an image of the record',
      constant.replace(
        'prompt: Rate it',
        'messages: [{role: user, content: [{type: image_url, image_url: "https://x.example/{{input.id}}"}]}]',
      ),
      rows,
    ],
    [
      'a module, which is given the record',
      constant.replace(
        'type: chat, prompt: Rate it',
        'type: tools, prompt: Rate it, tools: {t: {description: d, parameters: {type: object}, command: [node]}}',
      ),
      rows,
    ],
    ['one record', constant, 'id,review text\n1,a\n'],
  ])('are no matter with %s', async (_, pipeline, input) => {
    const { stderr } = await check(input, pipeline);
    expect(stderr).toContain('p.yaml: ok');
    expect(stderr).not.toContain('same-question');
  });
});
