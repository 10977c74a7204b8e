import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kindNames } from '../../src/cli/import.ts';
import { importKinds } from '../../src/importing/registry.ts';
import { runInProcess } from '../support/in-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Files = { readonly [name: string]: string | Buffer };

function project(files: Files): string {
  const cwd = temporaryFolder();
  const schemas = join(cwd, 'node_modules/prompt-pipe/schemas');
  mkdirSync(schemas, { recursive: true });
  for (const name of ['pipeline', 'test']) writeFileSync(join(schemas, `${name}.schema.json`), '{}');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return cwd;
}

const prompt = '---\nmodel: mistral/mistral-small-latest\n---\nHello {{name}}\n';

const node = (path: string) =>
  `inputs: {q: {type: string}}\nnodes:\n- name: a\n  type: llm\n  source: {type: code, path: ${path}}\n  inputs: {model: gpt-4o, q: '\${inputs.q}'}\n`;

describe('pipe import', () => {
  it('knows every kind', () => {
    expect([...importKinds.keys()]).toEqual([...kindNames]);
  });

  it('writes over nothing unless it is forced to', async () => {
    const cwd = project({ 'hello.prompt': prompt, 'hello.yaml': 'mine' });
    const refused = await runInProcess(cwd, ['import', 'hello.prompt']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('`hello.yaml` stands already');
    expect(readFileSync(join(cwd, 'hello.yaml'), 'utf8')).toBe('mine');
    expect((await runInProcess(cwd, ['import', 'hello.prompt', '--force'])).exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'hello.yaml'), 'utf8')).toContain("prompt: 'Hello {{input.name}}'");
  });

  it('never writes over what it imports', async () => {
    const cwd = project({ 'hello.prompt': prompt });
    const { exitCode, stderr } = await runInProcess(cwd, [
      'import',
      'hello.prompt',
      '--force',
      '--output',
      'hello.prompt',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('would be written over');
    expect(readFileSync(join(cwd, 'hello.prompt'), 'utf8')).toBe(prompt);
  });

  it('prints the pipeline alone on stdout', async () => {
    const cwd = project({ 'hello.prompt': prompt });
    const { exitCode, stdout, stderr } = await runInProcess(cwd, ['import', 'hello.prompt', '--output', '-']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^# yaml-language-server[^]*\n {4}prompt: 'Hello \{\{input\.name\}\}'\n$/);
    expect(readdirSync(cwd).toSorted()).toEqual(['hello.prompt', 'node_modules']);
  });

  it('tells programs what was written, and what was not', async () => {
    const cwd = project({ 'hello.prompt': prompt.replace('Hello', '{{history}}Hello') });
    const { exitCode, stdout, stderr } = await runInProcess(cwd, [
      'import',
      'hello.prompt',
      '--format',
      'json',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'dotprompt',
      written: ['hello.yaml'],
      diagnostics: [{ severity: 'warning', code: 'not-imported', file: 'hello.prompt', line: 4, column: 1 }],
    });
    const broken = await runInProcess(cwd, ['import', 'none.prompt', '--format', 'json']);
    expect(broken.exitCode).toBe(2);
    expect(JSON.parse(broken.stdout)).toMatchObject({ written: [], diagnostics: [{ code: 'missing-file' }] });
  });

  it('takes the kind that it is told', async () => {
    const cwd = project({
      'flow.txt': 'prompts: ["Hello {{name}}"]\nproviders: [mistral:mistral-small-latest]\n',
    });
    expect((await runInProcess(cwd, ['import', 'flow.txt'])).stderr).toContain('--from says which it is');
    const told = await runInProcess(cwd, ['import', 'flow.txt', '--from', 'promptfoo', '--output', 'p.yaml']);
    expect(told.exitCode).toBe(0);
    expect(told.stderr).toContain('all of it carried over');
  });

  it('puts copies of both schemas beside a pipeline where the package is not installed', async () => {
    const cwd = temporaryFolder();
    const config =
      'prompts: ["Hi {{a}}"]\nproviders: mistral:mistral-small-latest\ntests: [{vars: {a: x}}]\n';
    writeFileSync(join(cwd, 'promptfooconfig.yaml'), config);
    const { exitCode } = await runInProcess(cwd, ['import', 'promptfooconfig.yaml']);
    expect(exitCode).toBe(0);
    expect(readdirSync(cwd).toSorted()).toEqual([
      'pipeline.schema.json',
      'promptfoo.rows.jsonl',
      'promptfoo.test.yaml',
      'promptfoo.yaml',
      'promptfooconfig.yaml',
      'test.schema.json',
    ]);
    const checked = await runInProcess(cwd, ['check', join(cwd, 'promptfoo.yaml')]);
    expect(checked.stderr).toBe('<cwd>/promptfoo.yaml: ok, 1 step, 1 test\n');
  });

  it('leaves types out where a template compares others', async () => {
    const flow = node('a.jinja2').replace('type: string', 'type: int');
    const cwd = project({ 'f/flow.dag.yaml': flow, 'f/a.jinja2': '{% if q == "7" %}seven{% endif %}?' });
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'f/flow.dag.yaml']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('the types of the input are left out');
    expect(stderr).not.toContain('error');
    expect((await runInProcess(cwd, ['check', join(cwd, 'f.yaml')])).exitCode).toBe(0);
  });

  it('ends with 2 where an error is left in what it writes', async () => {
    const cwd = project({ 'f/flow.dag.yaml': node('a.jinja2'), 'f/a.jinja2': '{{ loop.first }} {{ q }}' });
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'f/flow.dag.yaml']);
    expect(stderr).toContain('wrote    f.yaml');
    expect(stderr).toMatch(/\b1 error\b/);
    expect(stderr).toMatch(/\nnext\n {2}pipe check f\.yaml\n {4}[^\n]+\n$/);
    expect(exitCode).toBe(2);
    expect((await runInProcess(cwd, ['check', join(cwd, 'f.yaml')])).exitCode).toBe(2);
  });

  it('keeps the list that stands for one that a record lacks', async () => {
    const flow = node('a.jinja2').replace('{type: string}', '{type: list, default: [b, c]}');
    const cwd = project({ 'f/flow.dag.yaml': flow, 'f/a.jinja2': '{% for x in q %}{{ x }}{% endfor %}' });
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'f/flow.dag.yaml']);
    expect(exitCode, stderr).toBe(0);
    const text = readFileSync(join(cwd, 'f.yaml'), 'utf8');
    expect(text).toContain('vars:\n  q: [b, c]\n');
    expect(text).toContain('{{#each (default input.q vars.q) as |x|}}{{x}}{{/each}}');
  });

  it('says why each of the prompts is none', async () => {
    const cwd = project({
      'promptfooconfig.yaml': 'prompts: [file://a.json]\nproviders: mistral:m\n',
      'a.json': '[{% for x in y %}{"role": "user", "content": "{{ x }}"},{% endfor %}]',
    });
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'promptfooconfig.yaml']);
    expect(stderr).toContain('`a.json` is no JSON before its template is filled in');
    expect(stderr).toContain('no prompt that could be a step');
    expect(exitCode).toBe(2);
  });

  it.each<[string, Files, string, string]>([
    [
      'a heading that is filled in',
      { 'x.prompty': 'user:\nHi\n{% for m in ms %}\n{{m.role}}:\n{{m.content}}\n{% endfor %}\n' },
      'x.prompty',
      'x.prompty:4:1  warning  a heading that is filled in begins no message',
    ],
    [
      'what is no schema of an answer',
      { 'x.prompt': '---\nmodel: openai/gpt-4o\noutput: {summary: string}\n---\nHi {{a}}\n' },
      'x.prompt',
      'x.prompt:3:10  warning  `summary` is no key of `output`',
    ],
    [
      'a completion',
      {
        'f/flow.dag.yaml': `${node('a.jinja2')}  api: completion\n`,
        'f/a.jinja2': 'Hi {{q}}',
      },
      'f/flow.dag.yaml',
      'completions are not asked for',
    ],
  ])('tells of %s', async (_, files, file, told) => {
    const cwd = project(files);
    const { exitCode, stderr } = await runInProcess(cwd, ['import', file, '--output', 'out.yaml']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(told);
  });

  it('reads the inputs of a prompty from a file, and a deployment from its connection', async () => {
    const cwd = project({
      'x.prompty':
        '---\nmodel: {connection: {azure_deployment: gpt-4o}}\ninputs: ${file:x.json}\n---\nHi {{a}}\n',
      'x.json': '{"a": "Sally"}',
    });
    const { stderr } = await runInProcess(cwd, ['import', 'x.prompty']);
    expect(stderr).toContain('a deployment on Azure is known by its resource');
    const text = readFileSync(join(cwd, 'x.yaml'), 'utf8');
    expect(text).toContain('name: gpt-4o\n');
    expect(text).toContain('a: {type: string}');
    expect(readFileSync(join(cwd, 'x.rows.jsonl'), 'utf8')).toBe('{"a":"Sally"}\n');
  });

  it('asks the server that a prompty names, and no other', async () => {
    const head =
      'model: {configuration: {type: openai, name: gpt-4o, base_url: "https://llm.example.com/v1"}}';
    const cwd = project({ 'x.prompty': `---\n${head}\n---\nsystem:\nAnswer.\nuser:\nHi\n` });
    await runInProcess(cwd, ['import', 'x.prompty']);
    expect(readFileSync(join(cwd, 'x.yaml'), 'utf8')).toContain('base_url: https://llm.example.com/v1\n');
  });

  it("has none of this machine's keys in what it writes or prints", async () => {
    const key = 'wherever-it-came-from';
    const cwd = project({ 'x.prompt': prompt.replace('Hello', `Hello ${key}`) });
    const { stderr } = await runInProcess(cwd, ['import', 'x.prompt'], { MISTRAL_API_KEY: key });
    expect(stderr).toContain('what looks like a key stands here');
    expect(stderr + readFileSync(join(cwd, 'x.yaml'), 'utf8')).not.toContain(key);
  });

  it('has no key in what it writes or prints', async () => {
    const key = 'sk-live-0123456789abcdefghij';
    const config = `prompts: ['Use ${key} for {{a}}']\nproviders: [{id: 'openai:gpt-4o', config: {apiKey: ${key}, organization: ${key}}}]\ntests: tests.csv\n`;
    const cwd = project({ 'promptfooconfig.yaml': config, 'tests.csv': `a,__expected\n${key},${key}\n` });
    const { stdout, stderr } = await runInProcess(cwd, [
      'import',
      'promptfooconfig.yaml',
      '--output',
      'p.yaml',
    ]);
    const written = ['p.yaml', 'p.test.yaml', 'p.rows.jsonl'].map((name) =>
      readFileSync(join(cwd, name), 'utf8'),
    );
    expect(stdout + stderr + written.join('')).not.toContain('0123456789');
    expect(stderr).toContain('what looks like a key stands here');
  });

  it('writes no text of the source as a template of ours', async () => {
    const config =
      "prompts: ['{% raw %}{{vars.x}} {{> evil}}{% endraw %} {{a}}']\nproviders: mistral:m\ntests: [{vars: {a: '{{env.HOME}}'}, assert: [{type: contains, value: '{% raw %}{{vars.y}}{% endraw %}'}]}]\n";
    const cwd = project({ 'promptfooconfig.yaml': config });
    await runInProcess(cwd, ['import', 'promptfooconfig.yaml', '--output', 'p.yaml']);
    expect(readFileSync(join(cwd, 'p.yaml'), 'utf8')).toContain(
      "prompt: '\\{{vars.x}} \\{{> evil}} {{input.a}}'",
    );
    expect(readFileSync(join(cwd, 'p.test.yaml'), 'utf8')).toContain("contains: '\\{{vars.y}}'");
    expect((await runInProcess(cwd, ['check', join(cwd, 'p.yaml')])).exitCode).toBe(0);
  });

  it.each<[string, Files, string, string]>([
    ['an absent file', {}, 'x.prompt', 'no file `x.prompt`'],
    ['an empty file', { 'x.prompt': '' }, 'x.prompt', '`x.prompt` is empty'],
    ['another file', { 'x.yaml': 'a: 1\n' }, 'x.yaml', 'is not recognised as a file of another tool'],
    [
      'a file of DocETL',
      { 'x.yaml': 'datasets: {}\noperations: []\n' },
      'x.yaml',
      "looks like a configuration of DocETL's, which is not imported",
    ],
    [
      'a program',
      { 'x.py': 'from langchain_mistralai import ChatMistralAI\n' },
      'x.py',
      'is a program, and no code is imported',
    ],
    ['a pipeline', { 'x.yaml': 'version: 1\nsteps: {}\n' }, 'x.yaml', 'is a pipeline already'],
    ['bytes that are no text', { 'x.prompt': Buffer.from([0x61, 0xff]) }, 'x.prompt', 'is not UTF-8'],
    [
      'a huge file',
      { 'flow.dag.yaml': `a: ${'x'.repeat(1_000_001)}` },
      'flow.dag.yaml',
      'too large for YAML',
    ],
    [
      'a flex flow',
      { 'flow.flex.yaml': 'entry: flow:Chat\n' },
      'flow.flex.yaml',
      'a flex flow is Python code',
    ],
    ['a flow without nodes', { 'flow.dag.yaml': 'inputs: {}\n' }, 'flow.dag.yaml', 'no list of `nodes`'],
    [
      'a flow of code alone',
      { 'flow.dag.yaml': 'nodes: [{name: a, type: python}]\n' },
      'flow.dag.yaml',
      'no node of the flow asks a model',
    ],
    [
      'a duplicate key',
      { 'flow.dag.yaml': 'nodes: []\nnodes: []\n' },
      'flow.dag.yaml',
      'flow.dag.yaml:2:1  error',
    ],
    ['a tab in YAML', { 'flow.dag.yaml': 'nodes:\n\t- a\n' }, 'flow.dag.yaml', 'flow.dag.yaml:2:1  error'],
    [
      'a circle of nodes',
      {
        'flow.dag.yaml':
          "nodes: [{name: a, type: python, inputs: {x: '${b.output}'}}, {name: b, type: python, inputs: {x: '${a.output}'}}]\n",
      },
      'flow.dag.yaml',
      'reads its own output',
    ],
    [
      'a missing template',
      { 'flow.dag.yaml': node('none.jinja2') },
      'flow.dag.yaml',
      'flow.dag.yaml:5:30  error  there is no file `none.jinja2`',
    ],
    [
      'a template elsewhere',
      { 'f/flow.dag.yaml': node('../a.jinja2'), 'a.jinja2': 'x' },
      'f/flow.dag.yaml',
      'is not in the folder of the file that names it',
    ],
    [
      'a mistake in a template',
      { 'flow.dag.yaml': node('a.jinja2'), 'a.jinja2': 'a\n{% if q %}b' },
      'flow.dag.yaml',
      'a.jinja2:2:1  error  {% if %} is never closed',
    ],
    [
      'templates in a circle',
      {
        'flow.dag.yaml': node('a.jinja2'),
        'a.jinja2': "{% include 'b.jinja2' %}",
        'b.jinja2': "{% include 'a.jinja2' %}",
      },
      'flow.dag.yaml',
      'without end: a.jinja2 → b.jinja2 → a.jinja2',
    ],
    [
      'a configuration in code',
      { 'promptfooconfig.js': 'process.exit(9)' },
      'promptfooconfig.js',
      'is code, which is not executed',
    ],
    [
      'a configuration without prompts',
      { 'promptfooconfig.yaml': 'providers: []\n' },
      'promptfooconfig.yaml',
      'no prompt that could be a step',
    ],
    [
      'broken JSON',
      { 'promptfooconfig.json': '{"prompts": [}' },
      'promptfooconfig.json',
      'promptfooconfig.json:1:14  error',
    ],
    [
      'an open frontmatter',
      { 'x.prompty': '---\nname: a\n' },
      'x.prompty',
      'the frontmatter is never closed',
    ],
    [
      'a mistake in a frontmatter',
      { 'x.prompty': '---\na: 1\na: 2\n---\nhi\n' },
      'x.prompty',
      'x.prompty:3:1  error',
    ],
    [
      'a template that says nothing',
      { 'x.prompt': '---\nmodel: a/b\n---\n\n' },
      'x.prompt',
      'the template says nothing',
    ],
    [
      'a mistake in a body',
      { 'x.prompt': '---\nmodel: a/b\n---\nhi\n{{#if a}}\n' },
      'x.prompt',
      'x.prompt:5:1  error',
    ],
  ])('refuses %s', async (_, files, file, told) => {
    const cwd = project(files);
    const { exitCode, stdout, stderr } = await runInProcess(cwd, ['import', file]);
    expect(stderr).toContain(told);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(readdirSync(cwd).filter((name) => name.endsWith('.yaml') && !(name in files))).toEqual([]);
  });

  it.each<[string, Files, string, string, string]>([
    [
      'a message of the system alone',
      { 'x.prompty': 'Say hello to {{name}}.\n' },
      'x.prompty',
      "    prompt: 'Say hello to {{input.name}}.'",
      'no message of the user',
    ],
    [
      'a message of the system behind others',
      { 'x.prompty': 'user:\nHi\nsystem:\nBe short.\n' },
      'x.prompty',
      '      - role: user\n        content: Be short.',
      'behind others',
    ],
    [
      'an image of the system',
      { 'x.prompty': 'Look ![a](https://a.b/c.png)\nuser:\nWell?\n' },
      'x.prompty',
      '    system: Look\n',
      'an image in a message of the system',
    ],
    [
      'a name that is set in another message',
      { 'x.prompty': '{% set a = b.c %}\nsystem:\nBe short.\nuser:\n{{ a }}?\n' },
      'x.prompty',
      "    prompt: '{{input.b.c}}?'",
      'wrote',
    ],
    [
      'steps that wait for each other',
      {
        'f/flow.dag.yaml': `${node('a.jinja2').replace('- name: a', "- name: b\n  type: llm\n  source: {type: code, path: a.jinja2}\n  inputs: {model: gpt-4o, q: '${a.output}'}\n  activate: {when: '${a.output}', is: true}\n- name: a")}outputs: {x: {reference: '\${b.output}'}}\n`,
        'f/a.jinja2': 'Say {{q}}',
      },
      'f/flow.dag.yaml',
      `when: '{{eq steps.a.output "True"}}'`,
      'wrote',
    ],
  ])('writes a valid pipeline of %s', async (_, files, file, text, told) => {
    const cwd = project(files);
    const { exitCode, stderr } = await runInProcess(cwd, ['import', file, '--output', 'out.yaml']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(told);
    expect(readFileSync(join(cwd, 'out.yaml'), 'utf8')).toContain(text);
    const checked = await runInProcess(cwd, ['check', join(cwd, 'out.yaml')]);
    expect(checked.stderr).toMatch(/^<cwd>\/out\.yaml: ok, \d steps?\n$/);
  });

  it.each<[string, Files, string, readonly string[]]>([
    [
      'prompts, an include and tests of promptfoo',
      {
        'f/promptfooconfig.yaml':
          "prompts:\n- file://../a.txt\n- file://../b.txt\nproviders: mistral:m\ntests:\n- file://../c.csv\n- file://../d.yaml\nscenarios:\n- {config: [{}], tests: 'file://../e.yaml'}\n",
      },
      'f/promptfooconfig.yaml',
      ['2:3 ../a.txt', '3:3 ../b.txt', '6:3 ../c.csv', '7:3 ../d.yaml', '9:25 ../e.yaml'],
    ],
    [
      'includes of promptfoo beside its tests',
      {
        'f/promptfooconfig.yaml':
          'prompts: [\'{% include "../a" %}{% if x %}{% include "../b" %}{% endif %}\']\nproviders: mistral:m\ntests: file://../c.csv\n',
      },
      'f/promptfooconfig.yaml',
      ['1:23 ../a', '1:53 ../b', '3:8 ../c.csv'],
    ],
    [
      'nodes of a flow',
      {
        'f/flow.dag.yaml':
          'nodes:\n- {name: a, type: prompt, source: {path: ../a.md}}\n- {name: b, type: llm, source: {path: ../b.md}}\n- {name: c, type: llm, source: {path: ../c.md}}\n',
      },
      'f/flow.dag.yaml',
      ['2:42 ../a.md', '3:39 ../b.md', '4:39 ../c.md'],
    ],
  ])('tells all files that are elsewhere: %s', async (_, files, file, told) => {
    const { exitCode, stderr } = await runInProcess(project(files), ['import', file]);
    expect(exitCode).toBe(2);
    const found = [...stderr.matchAll(/:(\d+:\d+) {2}error {2}`(\S+)` is not in the folder/g)];
    expect(found.map(([, place, name]) => `${place} ${name}`)).toEqual(told);
  });

  it('says once that a file names too many others', async () => {
    const names = Array.from({ length: 520 }, (_, at) => `t${at}.txt`);
    const cwd = project({
      ...Object.fromEntries(names.map((name) => [name, 'x'])),
      'promptfooconfig.yaml': `prompts: [${names.map((name) => `file://${name}`).join(', ')}]\nproviders: mistral:m\n`,
    });
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'promptfooconfig.yaml']);
    expect(exitCode).toBe(2);
    expect(stderr.match(/names too many files/g)).toHaveLength(1);
    expect(stderr).toContain('`t500.txt` is not read');
  });

  it('reads no file by a link that leads out of the folder', async () => {
    const cwd = project({ 'secret.jinja2': 'top secret', 'f/flow.dag.yaml': node('a.jinja2') });
    symlinkSync('../secret.jinja2', join(cwd, 'f/a.jinja2'));
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'f/flow.dag.yaml']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is not in the folder');
  });

  it('reads a byte order mark, Windows line breaks, aliases and merge keys', async () => {
    const flow = `\uFEFF${node('a.jinja2')}x-shared: &shared {temperature: 0}\n`
      .replace('inputs: {model: gpt-4o,', 'inputs: {<<: *late, model: gpt-4o,')
      .replace('inputs: {q', 'defaults: &late {temperature: 0}\ninputs: {q')
      .replaceAll('\n', '\r\n');
    const cwd = project({
      'f/flow.dag.yaml': flow,
      'f/a.jinja2': 'system:\r\nBe short.\r\nuser:\r\n{{q}}\r\n',
    });
    const { exitCode, stderr } = await runInProcess(cwd, ['import', 'f/flow.dag.yaml']);
    expect(exitCode, stderr).toBe(0);
    const text = readFileSync(join(cwd, 'f.yaml'), 'utf8');
    expect(text).toContain('temperature: 0\n');
    expect(text).toContain("    system: Be short.\n    prompt: '{{input.q}}'\n");
  });
});
