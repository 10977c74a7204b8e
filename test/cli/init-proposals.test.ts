import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const reviews = `review_id,Review text,Hotel,status,lang
R001,"The room was lovely, thank you",Lac,open,en
R002,"The lift was broken all week",Seaside,closed,en
R003,,Inn,open,ar
R004,"Kein warmes Wasser, zwei Tage",Inn,open,ar
R005,"Very nice breakfast",Seaside,closed,ja
R006,"Too loud",Lac,closed,ja
`;

/** The same with one more column, of these values in turn. */
function withColumn(name: string, values: readonly string[]): string {
  return reviews
    .trimEnd()
    .split('\n')
    .map((line, at) => `${line},"${at === 0 ? name : values[at % values.length]}"\n`)
    .join('');
}

async function init(rows: string, flags: readonly string[] = [], name = 'reviews.csv') {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, name), rows);
  const made = await runInProcess(cwd, ['init', 'x', '--yes', '--input', join(cwd, name), ...flags]);
  const written = (file: string) => readFileSync(join(cwd, file), 'utf8');
  return { ...made, cwd, written };
}

describe('what pipe init proposes', () => {
  it('takes no unrelated column for labels: it extracts facts that the user is told to edit', async () => {
    const { stderr } = await init(reviews);
    expect(stderr).toContain(`task     extract from Review text: summary, language, person
         only an example: put your own facts into x.yaml
         or --task classify, translate, chat
`);
  });

  it('tells to edit the labels that no column has', async () => {
    const { stderr } = await init(reviews, ['--task', 'classify']);
    expect(stderr).toContain(`task     classify by Review text: positive, neutral, negative
         only an example: put your own labels into x.yaml
key `);
  });

  it.each(['category', 'Ticket Category', 'issueTopic', 'sentiments', 'Type', 'user_intent', 'Categories'])(
    'takes the labels from a column named %s, and says so',
    async (column) => {
      const { stderr, written, cwd } = await init(withColumn(column, ['praise', 'fault, small']));
      expect(stderr).toContain(`task     classify by Review text: "fault, small", praise
         labels from the column ${column}
         or --task extract, translate, chat
`);
      expect(written('x.yaml')).toContain('enum: ["fault, small", praise]');
      expect((await runInProcess(cwd, ['test', join(cwd, 'x.yaml')])).exitCode).toBe(0);
    },
  );

  it.each([
    ['room type', ['double', 'single']],
    ['category_id', ['a', 'b']],
    ['stereotype', ['a', 'b']],
    ['category', ['one']],
    ['category', ['1', '2']],
    ['category', ['a', 'b', 'c', 'd', 'e', 'f']],
  ])('takes none from %s of %j', async (column, values) => {
    const { stderr } = await init(withColumn(column, values));
    expect(stderr).toContain('extract from Review text');
  });

  it.each([
    [['--facts', 'city,date of stay'], 'extract from Review text: city, date of stay\nkey'],
    [['--language', 'Swiss, or High German'], 'translate Review text: Swiss, or High German\nkey'],
    [['--labels', 'a,"b, c"'], 'classify by Review text: a, "b, c"\nkey'],
  ])('infers the task from %j', async (flags, told) => {
    const { exitCode, stderr } = await init(reviews, flags);
    expect(stderr).toContain(told);
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--facts', 'a', '--language', 'French'], '`--facts` is of extract, but `--language` is of translate'],
    [['--labels', 'a,b', '--facts', 'a'], '`--labels` is of classify, but `--facts` is of extract'],
    [['--task', 'chat', '--labels', 'a,b'], 'the task is chat, but `--labels` is of classify'],
    [['--task', 'extract', '--facts', 'a', '--labels', 'a,b'], 'the task is extract, but `--labels`'],
    [['--labels', 'one'], '`one` alone leaves nothing to choose: name two labels at least'],
    [['--labels', 'a,a'], 'the label `a` stands there twice'],
    [['--labels', 'a,"b'], 'a quote opens at `"b`'],
    [['--facts', 'a b,a-b'], '`a b` and `a-b` come to the same fact'],
    [['--language', ' '], '`--language` cannot be taken: it names no language'],
    [['--text', 'revew text'], 'did you mean `Review text`?'],
    [['--task', 'clasify'], 'did you mean `classify`?'],
    [['--task', 'sumarize'], 'did you mean `chat`?'],
    [['--task', 'juggle'], 'Choose one of classify, extract, translate, chat'],
  ])('refuses %j', async (flags, told) => {
    const { exitCode, stderr } = await init(reviews, flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(told);
  });

  it('warns of a model whose name is near a known one, and of no other', async () => {
    const near = await init(reviews, ['--model', 'mistral-smal']);
    expect(near.stderr).toContain('did you mean `mistral-small-latest`?');
    expect(near.exitCode).toBe(0);
    for (const model of ['mistral-large-2512', 'mistral-small-2701', 'pixtral-large-latest', 'my-own'])
      expect((await init(reviews, ['--model', model])).stderr).not.toContain('warning');
  });

  it('requires the text alone, so that a record of it can be tried, and columns dropped', async () => {
    const { cwd, written } = await init(reviews);
    expect(written('x.yaml')).toContain(`    required: [Review text]
    properties:
      review_id: { type: string }
      Review text: { type: string }
      Hotel: { type: string }
`);
    const alone = ['--simulate', '--input-json', '{"Review text":"ok"}'];
    const tried = await runInProcess(cwd, ['try', join(cwd, 'x.yaml'), ...alone]);
    expect(tried.exitCode, tried.stderr).toBe(0);
    writeFileSync(join(cwd, 'fewer.csv'), 'review_id,Review text\nR001,fine\n');
    const rows = ['--input', join(cwd, 'fewer.csv'), '--output', '-', '--simulate'];
    const run = await runInProcess(cwd, ['run', join(cwd, 'x.yaml'), ...rows]);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ review_id: 'R001', Hotel: '', lang: '' });
  });

  it('tests the skipping of the record that has no text, wherever it stands', async () => {
    const many = Array.from({ length: 80 }, (_, at) => ({ id: `r${at}`, text: `text ${at}`, size: at }));
    const rows = [...many, { id: 'none', text: null, size: 80 }].map((row) => JSON.stringify(row)).join('\n');
    const late = await init(rows, [], 'r.jsonl');
    expect(late.written('x.test.yaml')).toContain(`    input: # a record of r.jsonl
      id: none
      text: null
      size: 80
    outcome: skipped
`);
    const early = await init(reviews);
    expect(early.written('x.test.yaml')).toMatch(
      /is skipped\n {4}input: # a record of reviews.csv\n {6}review_id: R003\n {6}Review text: ""\n/,
    );
    const absent = await init('{"id":"1"}\n{"id":"2","text":"some words"}\n', [], 'r.jsonl');
    expect(absent.written('x.test.yaml')).toMatch(/is skipped\n {4}input: .*\n {6}id: "1"\n {4}outcome/);
    for (const { cwd } of [late, early, absent])
      expect((await runInProcess(cwd, ['test', join(cwd, 'x.yaml')])).exitCode).toBe(0);
  });

  it.each([
    ['r.csv', 'id,Review Text\nr1,fine\nr2," "\nr3,"\t"\nr4,so so\n', '(trim (default '],
    [
      'r.jsonl',
      '{"id":"r1","t":"fine"}\n{"id":"r2","t":"  "}\n{"id":"r3"}\n{"id":"r4","t":null}\n',
      '(trim ',
    ],
    ['r.jsonl', '{"id":"r1","t":"fine"}\n{"id":"r2","t":7}\n{"id":"r3","t":""}\n', 'ne (default input.t'],
  ])('skips the rows of %s whose text is blank: %j', async (name, rows, guard) => {
    const { cwd, written } = await init(rows, ['--task', 'chat'], name);
    expect(written('x.yaml')).toContain(guard);
    const tests = await runInProcess(cwd, ['test', join(cwd, 'x.yaml')]);
    expect(tests.exitCode, tests.stdout).toBe(0);
    expect(written('x.test.yaml')).toContain('outcome: skipped');
    const flags = ['--input', join(cwd, name), '--output', '-', '--simulate'];
    const run = await runInProcess(cwd, ['run', join(cwd, 'x.yaml'), ...flags]);
    expect(run.exitCode, run.stderr).toBe(0);
  });

  it('takes a blank text among numbers for no record that would be skipped', async () => {
    const rows = '{"id":"r1","t":"fine"}\n{"id":"r2","t":7}\n{"id":"r3","t":" "}\n';
    const { cwd, written } = await init(rows, ['--task', 'chat'], 'r.jsonl');
    expect(written('x.test.yaml')).not.toContain('r3');
    expect((await runInProcess(cwd, ['test', join(cwd, 'x.yaml')])).exitCode).toBe(0);
  });

  it('names the answers in the format of the rows, and over no file that stands', async () => {
    const { cwd } = await init('{"id":"1","text":"some words"}\n', [], 'answers.ndjson');
    const args = ['init', 'y', '--yes', '--input', join(cwd, 'answers.ndjson')];
    const second = await runInProcess(cwd, args);
    expect(second.stderr).toContain('--output y-answers.ndjson');
  });
});
