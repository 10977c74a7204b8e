import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { loadTests } from '../../src/testing/load.ts';
import { validateTestFile } from '../../src/pipeline/validate-tests.ts';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';
import { createReport } from '../../src/pipeline/report.ts';
import { formatReference } from '../../src/pipeline/reference.ts';
import { graderPlan } from '../../src/testing/grader-plan.ts';
import { expectGolden } from '../support/golden.ts';
import { blocksOf } from '../support/markdown.ts';
import { project, suiteOf, textOf, triage } from './support.ts';

const golden = fileURLToPath(new URL('golden', import.meta.url));

/** Each folder is a pipeline with tests that have mistakes: `expected.txt` is what the user is told of them, all at once. */
describe('what is told of tests', () => {
  it.each(readdirSync(golden))('%s', async (name) => {
    const folder = join(golden, name);
    const { suite, diagnostics } = await loadTests('pipeline.yaml', { cwd: folder });
    expect(suite === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    const text = formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: folder });
    expectGolden(join(folder, 'expected.txt'), text === '' ? 'no mistakes\n' : text);
  });
});

describe('what is expected of rows with fields that the pipeline does not know', () => {
  const known = triage.replace(
    '{key: id,',
    '{key: id, schema: {type: object, properties: {id: {}, text: {type: string}}},',
  );
  const expecting = (field: string, given: string) =>
    `version: 1\ntests:\n  - {name: one, ${given}, assert: [{path: output.topic, equals: '{{input.${field}}}'}]}\n`;
  const found = async (field: string, given: string) => {
    const files = { 'triage.yaml': known, 'rows.csv': 'text,topic\na,order\n' };
    const folder = project({ ...files, 'triage.test.yaml': expecting(field, given) });
    return (await loadTests('triage.yaml', { cwd: folder })).diagnostics.map(({ message }) => message);
  };

  it.each(['rows: rows.csv', 'input: {text: a, topic: order}'])('may read them: %s', async (given) => {
    expect(await found('topic', given)).toEqual([]);
    expect(await found('topc', given)).toEqual([expect.stringContaining('`input` has no `topc`')]);
  });
});

describe('a file of tests', () => {
  const one = 'version: 1\ntests:\n  - {name: one, input: {text: a}}\n';

  it.each<[string, string | Buffer, string]>([
    ['is empty', '', 'the file is empty'],
    ['is UTF-16', Buffer.from(one, 'utf16le'), 'UTF-16'],
    ['is Latin-1', Buffer.from('tests: "\u00e9"', 'latin1'), 'is not UTF-8'],
    ['has no test', 'version: 1\ntests: []\n', '`tests` must not be empty'],
    ['has several documents', `${one}---\n${one}`, 'documents'],
    ['is too large', `${one}# ${'x'.repeat(1_000_000)}`, 'too large'],
    ['is deep', `version: 1\ntests: ${'['.repeat(2000)}${']'.repeat(2000)}\n`, 'deep'],
  ])('that %s is refused with the reason', async (_name, content, message) => {
    const folder = project({ 'triage.yaml': triage });
    writeFileSync(join(folder, 'triage.test.yaml'), content);
    const { suite, diagnostics } = await loadTests('triage.yaml', { cwd: folder });
    expect(suite).toBeUndefined();
    expect(textOf(diagnostics)).toContain(message);
  });

  it.each(['triage.test.yaml', 'triage.test.yml', 'triage.test.json'])('may be named %s', async (name) => {
    const folder = project({
      'triage.yaml': triage,
      [name]: '{"version": 1, "tests": [{"name": "one", "input": {}}]}',
    });
    const suite = await suiteOf(folder, name);
    expect(suite.tests.map((test) => test.name)).toEqual(['one']);
    expect(suite.recording).toBe(join(folder, 'triage.recording.jsonl'));
    expect(suite.files).toEqual(expect.arrayContaining([join(folder, 'triage.yaml'), join(folder, name)]));
  });

  it('that expects an outcome that there is not says so once', async () => {
    const folder = project({
      'triage.yaml': triage,
      'triage.test.yaml': one.replace('}}', '}, outcome: [failed, skiped]}'),
    });
    const { diagnostics } = await loadTests('triage.yaml', { cwd: folder });
    expect(diagnostics.map(({ message, hint }) => [message, hint])).toEqual([
      [expect.stringContaining('`outcome[1]` of the test "one"'), 'did you mean `skipped`?'],
    ]);
  });

  it('that has no pipeline beside it says so', async () => {
    const folder = project({ 'triage.test.yaml': one });
    const { diagnostics } = await loadTests('triage.test.yaml', { cwd: folder });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['missing-file', '`triage.test.yaml` tests `triage.yaml`, which is not there'],
    ]);
  });

  it('that is a folder is none', async () => {
    const folder = project({ 'triage.yaml': triage });
    mkdirSync(join(folder, 'triage.test.yaml'));
    expect((await suiteOf(folder)).tests).toEqual([]);
  });

  it('is shown in the reference without a mistake', () => {
    const shown = blocksOf(formatReference()).find(({ text }) => text.includes('test.schema.json'));
    const { source, diagnostics } = parseYaml('shown.test.yaml', shown?.text ?? '');
    const report = createReport(source, []);
    expect(validateTestFile(source.value, source, report)).toHaveLength(3);
    expect([...diagnostics, ...report.all()]).toEqual([]);
  });
});

describe('the model that judges', () => {
  const parameters = async (model: string, asked: string | null = null) => {
    const { source } = parseYaml(
      'p.yaml',
      `version: 1\nmodel: ${model}\nsteps: {a: {type: chat, prompt: b}}\n`,
    );
    const made = await graderPlan(asked, source, { source, pointer: ['model'] });
    if (!made.ok) throw new Error(textOf(made.error));
    const [step] = made.value.steps;
    return [step?.model.name, step?.model.parameters];
  };

  it('is that of the pipeline, at a temperature of 0, with room for a reason', async () => {
    expect(await parameters('{name: small, temperature: 1, top_p: 0.5, max_tokens: 5}')).toEqual([
      'small',
      { temperature: 0, top_p: 0.5, max_tokens: 500 },
    ]);
    expect(await parameters('{name: small}', 'large')).toEqual([
      'large',
      { temperature: 0, max_tokens: 500 },
    ]);
  });

  it('has the words of its provider', async () => {
    expect(await parameters('{provider: ollama, name: small, num_predict: 5}')).toEqual([
      'small',
      { temperature: 0, num_predict: 500 },
    ]);
    expect(await parameters('{provider: google-genai, name: small}')).toEqual([
      'small',
      { temperature: 0, max_output_tokens: 500 },
    ]);
  });
});
