import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importFile, type ImportedFile } from '../../src/importing/import-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function imported(config: string, files: Readonly<Record<string, string>> = {}): Promise<ImportedFile> {
  const cwd = temporaryFolder();
  for (const [name, text] of Object.entries({ 'promptfooconfig.yaml': config, ...files }))
    write(join(cwd, name), text);
  const result = await importFile(join(cwd, 'promptfooconfig.yaml'), 'promptfooconfig.yaml');
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('\n'));
  return result.value;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const told = ({ notes }: ImportedFile): readonly string[] => notes.map(({ message }) => message);

const head = 'prompts: ["Hi {{a}}"]\nproviders: mistral:mistral-small-latest\n';
const asserting = (assertion: string) => `${head}tests: [{vars: {a: x}, assert: [${assertion}]}]\n`;

describe('assertions of promptfoo', () => {
  it('takes the texts of an object as they stand', async () => {
    const file = await imported(asserting("{type: equals, value: {a: '{{b}}', c: ['{{d}}']}}"));
    expect(file.tests[0]?.['assert']).toEqual([
      { path: 'steps.answer.output', equals: { a: '\\{{b}}', c: ['\\{{d}}'] } },
    ]);
    expect(told(file)).toEqual([]);
  });

  it('takes a schema as it stands, and as text', async () => {
    const schema = { type: 'string', pattern: '^a{{2}' };
    const wanted = [{ path: 'steps.answer.output', json_schema: schema }];
    const inline = await imported(asserting(`{type: is-json, value: ${JSON.stringify(schema)}}`));
    expect(inline.tests[0]?.['assert']).toEqual(wanted);
    const text = await imported(asserting(`{type: is-json, value: '${JSON.stringify(schema)}'}`));
    expect(text.tests[0]?.['assert']).toEqual(wanted);
    const broken = await imported(asserting('{type: is-json, value: "{"}'));
    expect(told(broken)).toEqual(['the assertion `is-json` has no counterpart and is left out']);
  });

  it.each([
    [
      "{type: llm-rubric, value: good, threshold: 0.8, provider: 'mistral:mistral-large-latest'}",
      '`threshold` of an assertion',
    ],
    ['{type: contains, value: good, weight: 0}', '`weight` of an assertion'],
    ["{$ref: '#/assertionTemplates/a'}", 'an assertion without a type'],
    ['{type: constructor, value: a}', 'the assertion `constructor`'],
  ])('tells of %s', async (assertion, message) => {
    expect(told(await imported(asserting(assertion)))).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['{type: not-equals, value: "a.b"}', String.raw`^(?!a\.b$)`],
    ['{type: word-count, value: 3}', String.raw`^(?=\s*(?:\S+\s+){2}\S)(?!\s*(?:\S+\s+){3}\S)`],
    ['{type: word-count, value: {min: 2}}', String.raw`^(?=\s*(?:\S+\s+){1}\S)`],
    ['{type: word-count, value: {max: 0}}', String.raw`^(?!\s*\S)`],
  ])('writes %s as a pattern', async (assertion, matches) => {
    const file = await imported(asserting(assertion));
    expect(file.tests[0]?.['assert']).toEqual([{ path: 'steps.answer.output', matches }]);
    expect(told(file)).toEqual([]);
  });

  it('reads a number of words in a cell', async () => {
    const file = await imported(`${head}tests: t.csv\n`, { 't.csv': 'a,__expected\nx,word-count: 1\n' });
    expect(file.tests[0]?.['assert']).toMatchObject([{ matches: expect.any(String) as string }]);
  });

  it.each([
    ['{type: not-equals, value: {a: 1}}', 'the assertion `not-equals`'],
    ['{type: not-equals, value: "{{a}}"}', 'the assertion `not-equals`'],
    ['{type: word-count, value: {min: 3, max: 2}}', 'the assertion `word-count`'],
    ['{type: word-count, value: many}', 'the assertion `word-count`'],
    [`{type: javascript, value: "output.topic === 'order'"}`, 'the assertion `javascript`'],
  ])('leaves %s out of a text', async (assertion, message) => {
    expect(told(await imported(asserting(assertion)))).toEqual([expect.stringContaining(message)]);
  });

  it('tells of no threshold that is the cost', async () => {
    expect(told(await imported(asserting('{type: cost, threshold: 0.01}')))).toEqual([]);
  });
});

describe('an answer that promptfoo holds to a schema', () => {
  const schema = { type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] };
  const format = JSON.stringify({ type: 'json_schema', json_schema: { name: 't', strict: true, schema } });
  const provider = `providers: [{id: openai:gpt-4o-mini, config: {response_format: ${format}}}]`;
  const ofSchema = (assertion: string) =>
    asserting(assertion).replace('providers: mistral:mistral-small-latest', provider);

  it('is asked for as strictly', async () => {
    const { pipeline } = await imported(ofSchema('{type: is-json}'));
    expect(pipeline.steps[0]?.structured).toEqual({ method: 'json_schema', strict: true, schema });
  });

  it.each([
    [`{type: equals, value: '{"topic":"a"}'}`, { equals: { topic: 'a' } }],
    [`{type: equals, value: '{"topic":"{{a}}"}'}`, { equals: { topic: '{{input.a}}' } }],
    ['{type: equals, value: order}', { equals: 'order' }],
    ["{type: equals, value: 'null'}", { equals: null }],
    ['{type: contains-json, value: {type: object}}', { json_schema: { type: 'object' } }],
    [`{type: not-equals, value: '{"topic":"a"}'}`, { json_schema: { not: { const: { topic: 'a' } } } }],
    [
      `{type: javascript, value: "output.topic === 'order'"}`,
      { path: 'steps.answer.output.topic', equals: 'order' },
    ],
    [
      '{type: javascript, value: "output.a.count === -1.5;"}',
      { path: 'steps.answer.output.a.count', equals: -1.5 },
    ],
    [`{type: javascript, value: 'output.ok === true'}`, { path: 'steps.answer.output.ok', equals: true }],
  ])('is a value for %s', async (assertion, wanted) => {
    const file = await imported(ofSchema(assertion));
    expect(file.tests[0]?.['assert']).toEqual([{ path: 'steps.answer.output', ...wanted }]);
    expect(told(file)).toEqual([]);
  });

  it.each([
    "output.topic == 'order'",
    "output.topic === '{{a}}'",
    "output.topic === 'a' || true",
    "output.topic === 'it\\\\'s'",
    'output.topic.length === 3',
    'output.topic === process',
    "output['topic'] === 'a'",
  ])('is not asserted by %s', async (code) => {
    const file = await imported(ofSchema(`{type: javascript, value: ${JSON.stringify(code)}}`));
    expect(told(file)).toEqual([expect.stringContaining('the assertion `javascript`')]);
  });

  it('is a text without one', async () => {
    const file = await imported(asserting(`{type: equals, value: '{"topic":"a"}'}`));
    expect(file.tests[0]?.['assert']).toEqual([{ path: 'steps.answer.output', equals: '{"topic":"a"}' }]);
  });
});

describe('a list that not every test sets', () => {
  const prompt =
    "prompts: ['{{a}}{% for d in docs %}{{d}}{% endfor %}']\nproviders: mistral:mistral-small-latest\n";

  it.each(['[{vars: {a: x}}]', '[{vars: {a: x}}, {vars: {a: x, docs: [{n: 1}]}}]'])(
    'is gone through where it is there: %s',
    async (tests) => {
      const { pipeline } = await imported(`${prompt}tests: ${tests}\n`);
      expect(pipeline.steps[0]?.turns[0]?.parts).toEqual([
        { text: '{{input.a}}{{#each input.docs as |d|}}{{d}}{{else}}{{/each}}' },
      ]);
    },
  );
});

describe('a variable of a prompt that no test sets', () => {
  const prompt = "prompts: ['{% if b %}B {% endif %}{{a}} {{c}}']\nproviders: mistral:mistral-small-latest\n";

  it('is one that a record may do without', async () => {
    const { pipeline } = await imported(`${prompt}tests: [{vars: {a: x}}]\n`);
    expect([...pipeline.fields].map(([name, { required }]) => [name, required])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
    expect(pipeline.steps[0]?.turns[0]?.parts).toEqual([
      { text: '{{#if input.b}}B {{/if}}{{input.a}} {{default input.c ""}}' },
    ]);
  });

  it.each(['', 'tests: [{assert: [{type: is-json}]}]\n'])(
    'is required where there are no variables',
    async (tests) => {
      const { pipeline } = await imported(`${prompt}${tests}`);
      expect([...pipeline.fields.values()].every(({ required }) => required)).toBe(true);
    },
  );
});

it('says of several prompts in one file how to part them', async () => {
  const config = 'prompts: [file://a.txt]\nproviders: mistral:mistral-small-latest\n';
  const file = await imported(config, { 'a.txt': 'One {{a}}\n---\nTwo {{a}}\n' });
  expect(file.notes.map(({ message, hint }) => [message.slice(0, 28), hint?.slice(0, 26)])).toEqual([
    ['another prompt of this file ', 'save it as a file of its o'],
  ]);
});

describe('what of a test and of its options has no counterpart', () => {
  const hints = ({ notes }: ImportedFile) => notes.map(({ message, hint }) => [message.split(' ')[0], hint]);

  it('is told with what stands in its place', async () => {
    const test = 'tests: [{vars: {a: x}, threshold: 0.5, provider: openai:gpt-4o, other: 1}]\n';
    expect(hints(await imported(`${head}${test}`))).toEqual([
      ['`threshold`', 'every assertion has to hold: remove those that may fail'],
      ['`provider`', 'a test is of one pipeline, with its model: copy the pipeline for another'],
      ['`other`', 'leave it'],
    ]);
    const options = 'evaluateOptions: {maxConcurrency: 4, repeat: 2, other: 1}\n';
    const file = await imported(`${head}${options}`);
    expect(hints(file)).toEqual([
      ['`repeat`', expect.stringContaining('a record is asked once')],
      ['`other`', 'leave it'],
    ]);
    expect(file.pipeline.limits).toEqual({ concurrency: 4 });
    const many = await imported(`${head}evaluateOptions: {maxConcurrency: many}\n`);
    expect(hints(many)).toEqual([['`maxConcurrency`', expect.stringContaining('`limits.concurrency`')]]);
  });

  it('is a cost, once, where the price of the model is not known', async () => {
    const cost = '{type: cost, threshold: 0.01}';
    const priced = asserting(`${cost}, ${cost}`);
    expect(told(await imported(priced))).toEqual([]);
    const unpriced = priced.replace('mistral:mistral-small-latest', 'openai:gpt-4o-mini');
    expect(told(await imported(unpriced))).toEqual([
      'the price of `gpt-4o-mini` is not known, and without it `max_cost_usd` fails',
    ]);
  });
});

describe('prompts, providers and cases of promptfoo', () => {
  it('says how to get the other prompts', async () => {
    const { notes } = await imported(head.replace(']', ', "Bye {{a}}"]'));
    expect(notes).toMatchObject([
      {
        message: expect.stringContaining('the first prompt is taken') as string,
        hint: expect.stringContaining(
          'move it to the top and import it to another file, pipe import promptfooconfig.yaml --output promptfoo-2.yaml',
        ) as string,
      },
    ]);
  });

  it.each([
    ['prompts: ["Hi", "langfuse://a:1"]', 'kept elsewhere'],
    [
      `prompts: ['[{"role":"user","content":"{{a}}"}{% for b in c %},{"role":"user","content":"{{b}}"}{% endfor %}]']`,
      'is no JSON before its template is filled in',
    ],
    [
      `prompts: ['[{"role":"tool","content":"{{a}}"}]']`,
      'a message of the role `tool` becomes one of the user',
    ],
    [
      `prompts: ['[{"role":"user","content":[{"type":"text","text":"a"},{"type":"input_audio"}]}]']`,
      'neither text nor image',
    ],
    ['prompts: [Hi]\ntargets: [openai:assistant:a, mistral:b]', '`openai:assistant:a`: it is left out'],
    ['prompts: [Hi]\ntargets: vertex:gemini-2.0-flash', 'Vertex AI is not spoken'],
    ['prompts: [Hi]\nconstructor: 1', '`constructor` has no counterpart'],
  ])('tells of %s', async (config, message) => {
    const providers = config.includes('targets') ? '' : '\nproviders: mistral:m';
    expect(told(await imported(`${config}${providers}\n`))).toEqual([expect.stringContaining(message)]);
  });

  it('leaves a prompt file out that is no JSON before its template is filled in', async () => {
    const config = 'prompts: ["Hi {{a}}", file://chat.json]\nproviders: mistral:m\n';
    const chat = '[{% for a in b %}{"role": "user", "content": "{{a}}"}{% endfor %}]';
    expect(told(await imported(config, { 'chat.json': chat }))).toEqual([
      '`chat.json` is no JSON before its template is filled in, and is left out',
    ]);
  });

  it('gives every case its variables where the values make too many', async () => {
    const values = JSON.stringify(Array.from({ length: 40 }, (_, at) => at));
    const file = await imported(`${head}tests: [{vars: {a: ${values}, b: ${values}, c: x}}]\n`);
    expect(file.rows).toHaveLength(40);
    expect(file.rows[39]).toEqual({ a: 39, b: 0, c: 'x' });
    expect(told(file)).toEqual([
      'the values make more than 1000 cases: `b` has its first value in all of them',
    ]);
  });

  it('reads rows whose keys stand beside quotation marks', async () => {
    const row = JSON.stringify({ a: 'api_key=abcdefgh"q"', b: 'Authorization: Basic dXNlcjpwYXNz' });
    const file = await imported(`${head}tests: rows.jsonl\n`, { 'rows.jsonl': `${row}\n` });
    expect(file.rows).toEqual([{ a: 'api_key=xxxxxxxx"q"', b: `Authorization: ${'x'.repeat(18)}` }]);
  });
});

describe('a file of more rows than there are tests of', () => {
  const many = (columns: string, row: (at: number) => string) =>
    [columns, ...Array.from({ length: 20_000 }, (_, at) => row(at))].join('\n');

  it('is written with all of its rows, and the first as tests', async () => {
    const csv = many('a,__expected', (at) => `x${at},x${at}`);
    const file = await imported(`${head}tests: file://t.csv\n`, { 't.csv': csv });
    expect(file.tests).toHaveLength(1000);
    expect(file.rows).toHaveLength(20_000);
    expect(file.rows.at(-1)).toEqual({ a: 'x19999' });
    expect(told(file)).toEqual([
      'more than 1000 tests come of it: the first 1000 are written; the file of rows has all 20000 rows',
    ]);
  });

  it('is one test where the rows expect nothing of their own, and are no more than it should take', async () => {
    const few = await imported(`${head}tests: t.csv\n`, {
      't.csv': many('a', (at) => `x${at}`)
        .split('\n')
        .slice(0, 1001)
        .join('\n'),
    });
    expect(few.tests).toMatchObject([{ name: 'every row of t.csv' }]);
    expect(few.rows).toHaveLength(1000);
    expect(told(few)).toEqual([]);
    const all = await imported(`${head}tests: t.csv\n`, { 't.csv': many('a', (at) => `x${at}`) });
    expect(all.tests).toHaveLength(1000);
    expect(all.tests[0]).toEqual({ name: 'case 1', input: { a: 'x0' } });
    expect(all.rows).toHaveLength(20_000);
    expect(told(all)).toEqual([expect.stringContaining('the file of rows has all 20000 rows')]);
  });

  it('is complete where some of the rows expect something', async () => {
    const csv = 'a,__expected\nx,x\ny,\nz,z\n';
    const file = await imported(`${head}tests: t.csv\n`, { 't.csv': csv });
    expect(file.rows).toEqual([{ a: 'x' }, { a: 'y' }, { a: 'z' }]);
    expect(file.tests.map(({ name }) => name)).toEqual(['case 1', 'every row of t.csv', 'case 3']);
  });

  it('ends where cases are made by the million', async () => {
    const values = JSON.stringify(Array.from({ length: 1000 }, (_, at) => at));
    const sets = Array.from({ length: 1000 }, () => '{}').join(',');
    const scenarios = `[{config: [${sets}], tests: [{vars: {a: ${values}}}]}]`;
    const file = await imported(`${head}scenarios: ${scenarios}\n`);
    expect(file.rows).toHaveLength(100_000);
    expect(told(file)).toContainEqual('more than 100000 rows come of it: the first 100000 are taken');
  });
});

it('reads a file of tests that names itself to its end', async () => {
  const tests = '- file://t.yaml\n- {vars: {a: x}}\n';
  const file = await imported(`${head}tests: file://t.yaml\n`, { 't.yaml': tests });
  expect(file.tests).toHaveLength(2);
  expect(told(file)).toEqual([
    'the tests of `t.yaml` are left out: it is named in a file that another file of tests names',
  ]);
});

describe('names with a star', () => {
  const provider = 'providers: mistral:mistral-small-latest\n';

  it('stand for prompts by name, of which the first is taken', async () => {
    const files = {
      'prompts/c.txt': 'C {{a}}',
      'prompts/b.txt': 'B {{a}}',
      'prompts/b.md': 'no',
      'prompts/.b.txt': 'no',
      'prompts/b*.txt': 'no',
      'prompts/d.txt/e.txt': 'no',
    };
    const file = await imported(`prompts: file://prompts/*.txt\n${provider}`, files);
    expect(file.pipeline.steps[0]?.turns[0]?.parts).toEqual([{ text: 'B {{input.a}}' }]);
    expect(told(file)).toEqual([
      'the prompt `prompts/c.txt` is left out: a pipeline asks one thing, and the first prompt is taken',
    ]);
  });

  it('stand for all of the tests', async () => {
    const files = {
      'tests/b.yaml': '[{vars: {a: 3}}]',
      'tests/a.yaml': '[{vars: {a: 1}}, {vars: {a: 2}}]',
      'tests/c.csv': 'a\n4\n',
    };
    const file = await imported(`${head}tests: file://tests/*.yaml\n`, files);
    expect(file.rows).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
    const listed = await imported(`${head}tests: [tests/b.*, 'file://tests/*.csv']\n`, files);
    expect(listed.tests.map(({ input }) => input)).toEqual([{ a: 3 }, undefined]);
    expect([...told(file), ...told(listed)]).toEqual([]);
  });

  it.each([
    ['file://t/*.yaml', '`t/*.yaml` stands for no file, and is left out'],
    ['file://**/*.yaml', '`**/*.yaml` stands for files of several folders, and is left out'],
    ['file://t/*.js', 'the tests of `t/*.js` are left out: code is not executed'],
  ])('are told where they stand for nothing: %s', async (named, message) => {
    expect(told(await imported(`${head}tests: ${named}\n`))).toEqual([message]);
  });

  it('do not lead out of the folder', async () => {
    const other = temporaryFolder();
    writeFileSync(join(other, 'a.txt'), 'secret');
    const cwd = temporaryFolder();
    const outside = async (prompts: string) => {
      writeFileSync(join(cwd, 'promptfooconfig.yaml'), `prompts: "${prompts}"\n${provider}`);
      const result = await importFile(join(cwd, 'promptfooconfig.yaml'), 'promptfooconfig.yaml');
      return result.ok ? [] : result.error.map(({ code }) => code);
    };
    mkdirSync(join(cwd, 'links'));
    symlinkSync(join(other, 'a.txt'), join(cwd, 'links', 'a.txt'));
    symlinkSync(other, join(cwd, 'linked'));
    expect(await outside('file://../*.txt')).toEqual(['outside-folder']);
    expect(await outside('file://links/*.txt')).toEqual(['outside-folder']);
    expect(await outside('file://linked/*.txt')).toEqual(['outside-folder']);
  });
});
