import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project } from '../testing/support.ts';
import { typed } from '../support/in-process.ts';

const pipeline = 'version: 1\nmodel: {name: m}\nsteps: {say: {type: chat, prompt: "{{input.x}}"}}\n';

const mocked = (name: string) => `${pipeline}tests:
  - {name: ${name}, input: {x: a}, mocks: {say: hello}, assert: [{path: output.say, equals: hello}]}
`;

describe('a recording that is broken', () => {
  const files = {
    'broken.yaml': `${pipeline}tests:\n  - {name: asks, input: {x: a}}\n`,
    'broken.recording.jsonl': '<<<<<<< HEAD\n',
    'good.yaml': mocked('holds'),
  };
  const tested = (words: readonly string[]) => typed(project(files), ['test', ...words]);

  it('takes nothing from the report on the other pipelines, whichever comes first', async () => {
    for (const named of [
      ['broken.yaml', 'good.yaml'],
      ['good.yaml', 'broken.yaml'],
    ]) {
      const { exitCode, stderr } = await tested(named);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('broken.recording.jsonl:1  error');
      expect(stderr).toContain('✓ holds');
      expect(stderr).toContain('1 test: 1 passed');
    }
  });

  it('is an error of the report for programs', async () => {
    const words = ['broken.yaml', 'good.yaml', '--format'];
    const junit = await tested([...words, 'junit']);
    expect(junit.exitCode).toBe(2);
    expect(junit.stdout).toContain('<testsuites name="pipe test" tests="2" failures="0" errors="1"');
    expect(junit.stdout).toContain('<testcase name="holds"');
    expect(junit.stdout).toContain('<testsuite name="broken.recording.jsonl" tests="1"');
    expect(JSON.parse((await tested([...words, 'json'])).stdout)).toMatchObject({
      passed: false,
      exit_code: 2,
      pipelines: [{ pipeline: 'good.yaml', tests: [{ status: 'passed' }] }],
      diagnostics: [{ severity: 'error', file: 'broken.recording.jsonl', line: 1 }],
    });
    const github = await tested([...words, 'github']);
    expect(github.stdout).toContain('::error file=broken.recording.jsonl,line=1');
  });
});

describe('two pipelines of one name', () => {
  it('are refused where they would share tests and a recording, and only there', async () => {
    const cwd = project({
      'x.yaml': mocked('one'),
      'x.yml': pipeline,
      'y.yaml': pipeline,
      'y.yml': pipeline,
    });
    const { exitCode, stderr } = await typed(cwd, ['test', 'x.yaml']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'x.yaml:1  error  `x.yaml` and `x.yml` would share one file of tests and `x.recording.jsonl`  [shared-tests]',
    );
    expect(stderr).toContain('hint: give one of the two another name');
    expect((await typed(cwd, ['check', 'x.yaml'])).exitCode).toBe(2);
    expect((await typed(cwd, ['check', 'y.yaml', 'y.yml'])).exitCode).toBe(0);
  });
});

it('names the pipelines without tests beside those that have some', async () => {
  const cwd = project({ 'bare.yaml': pipeline, 'good.yaml': mocked('holds'), 'plain.yaml': pipeline });
  const { exitCode, stderr } = await typed(cwd, ['test', 'bare.yaml', 'good.yaml', 'plain.yaml']);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/1 test: 1 passed .*\n`bare\.yaml` and `plain\.yaml` have no tests\n$/u);
  expect((await typed(cwd, ['test', 'good.yaml'])).stderr).not.toContain('no tests');
});

it('says of a recording that nothing was asked for that nothing is recorded', async () => {
  const cwd = project({ 'p.yaml': mocked('holds') });
  const { stderr } = await typed(cwd, ['test', 'p.yaml', '--record', '--simulate=']);
  expect(stderr).toContain('no test asked anything, so nothing is recorded');
  expect(stderr).not.toContain('has every answer');
});

describe('an expectation that no answer can meet', () => {
  const labels = `version: 1
model: {name: m}
steps:
  label:
    type: structured
    prompt: "Answer in JSON: {{input.x}}"
    schema: {type: object, required: [topic, n], properties: {topic: {enum: [order, billing]}, n: {type: integer}}}
output: {topic: "{{steps.label.output.topic}}", text: "Topic: {{steps.label.output.topic}}"}
`;
  const warned = async (...assertions: readonly string[]) => {
    const mocks = '{label: {topic: order, n: 1}}';
    const text = `${labels}tests:\n  - {name: one, input: {x: a}, mocks: ${mocks}, assert: [${assertions.join(', ')}]}\n`;
    const { exitCode, stderr } = await typed(project({ 'p.yaml': text }), ['check', 'p.yaml']);
    expect(exitCode).toBe(0);
    return stderr.split('\n').filter((line) => / {2}warning {2}|hint:/u.test(line));
  };

  it('is warned of with what may be meant, at the value', async () => {
    expect(await warned('{path: output.topic, equals: ordr}')).toEqual([
      expect.stringMatching(
        /^p\.yaml:10:\d+ {2}warning {2}`steps\.label\.output\.topic` is never "ordr" {2}\[never-equal\]$/u,
      ),
      '  hint: did you mean "order"?',
    ]);
    expect(await warned('{path: steps.label.output.topic, one_of: [order, bill, other]}')).toHaveLength(4);
    expect(await warned('{path: steps.label.output.n, equals: "1"}')).toHaveLength(2);
  });

  it('is not what may come, nor what nobody knows', async () => {
    expect(
      await warned(
        '{path: output.topic, equals: billing}',
        '{path: output.text, equals: ordr}',
        '{path: steps.label.output.n, equals: 7}',
        '{path: output.topic, equals: "{{input.x}}"}',
        `{path: output.topic, not_contains: ordr}`,
        '{path: steps.label.output, equals: {topic: ordr, n: 1}}',
      ),
    ).toEqual([]);
  });
});

describe('pipe test --format github', () => {
  it("names files as seen from the repository's root, those of mistakes too", async () => {
    const root = project({
      't/good.yaml': `${pipeline}tests:\n  - {name: one, input: {x: a}}\n`,
      't/bad.yaml': `${pipeline}tests:\n  - {nam: one, input: {x: a}}\n`,
    });
    const annotated = async (file: string, workspace: string) => {
      const env = { GITHUB_WORKSPACE: workspace };
      const { stdout } = await typed(join(root, 't'), ['test', file, '--format', 'github'], { env });
      return stdout;
    };
    expect(await annotated('good.yaml', root)).toMatch(/^::error file=t\/good\.yaml,line=/u);
    expect(await annotated('bad.yaml', root)).toMatch(/^::error file=t\/bad\.yaml,line=/u);
    expect(await annotated('good.yaml', join(root, 'elsewhere'))).toMatch(/^::error file=good\.yaml,line=/u);
  });
});
