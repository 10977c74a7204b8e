import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { project } from '../testing/support.ts';
import { typed } from '../support/in-process.ts';

const pipeline = `version: 1
name: greet
model: {name: mistral-small-latest}
steps:
  greet:
    type: chat
    prompt: "Say hello to {{input.name}}."
`;
const tests = `version: 1
tests:
  - name: greets by name
    input: {name: Ada}
    assert: [{path: output.greet, contains: Ada}]
`;
const greeting = () => project({ 'greet.yaml': pipeline, 'greet.test.yaml': tests });

describe('tests that cannot be begun', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['an invalid file', ['wrong.yaml'], 'unknown-key'],
    ['a missing file', ['absent.yaml'], 'missing-file'],
    ['a name that no test has', ['greet.yaml', '--grep', 'nope'], 'no-tests'],
    ['a pattern that is none', ['greet.yaml', '--grep', '('], 'usage'],
    ['flags that conflict', ['greet.yaml', '--simulate'], 'usage'],
    ['a broken recording', ['broken.yaml'], 'no-recording'],
  ];
  const folder = () =>
    project({
      'greet.yaml': pipeline,
      'greet.test.yaml': tests,
      'wrong.yaml': pipeline,
      'wrong.test.yaml': tests.replace('assert', 'asert'),
      'broken.yaml': pipeline,
      'broken.test.yaml': tests,
      'broken.recording.jsonl': 'no JSON\n',
    });

  it.each(cases)('say so to programs: %s', async (_name, words, code) => {
    const { exitCode, stdout } = await typed(folder(), ['test', ...words, '--format', 'json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      state: 'refused',
      exit_code: 2,
      counts: null,
      pipelines: [],
      diagnostics: [{ severity: 'error', code }],
    });
  });

  it.each(cases)('say so to a CI server: %s', async (_name, words, code) => {
    const { exitCode, stdout } = await typed(folder(), ['test', ...words, '--format', 'junit']);
    expect(exitCode).toBe(2);
    expect(XMLValidator.validate(stdout)).toBe(true);
    const read: unknown = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(stdout);
    expect(read).toMatchObject({
      testsuites: { errors: '1', testsuite: { testcase: { error: { type: code } } } },
    });
  });

  it.each(cases)('mark it in a pull request: %s', async (_name, words) => {
    const { exitCode, stdout } = await typed(folder(), ['test', ...words, '--format', 'github']);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^::error /u);
  });
});

describe('a recording that cannot be read', () => {
  it.each([[[]], [['--record', '--simulate=']]])('is a mistake of the file, with %j', async (flags) => {
    const cwd = greeting();
    writeFileSync(join(cwd, 'greet.recording.jsonl'), 'no JSON\n');
    const { exitCode, stderr } = await typed(cwd, ['test', 'greet.yaml', ...flags]);
    expect(stderr).toContain('greet.recording.jsonl` is no recording: line 1');
    expect(exitCode).toBe(2);
  });
});

describe('answers that are not recorded', () => {
  const rows = `name\n${'Ada\n'.repeat(3)}Grace\n`;
  const ofRows = 'version: 1\ntests:\n  - {name: all rows, rows: rows.csv}\n';
  const last = (text: string) => text.trimEnd().split('\n\n').at(-1);

  it('lead to the recording that is to be made first', async () => {
    const { stderr } = await typed(greeting(), ['test', 'greet.yaml']);
    expect(last(stderr)?.split('\n')).toEqual([
      'nothing is recorded yet: there is no greet.recording.jsonl, or it is empty;',
      'record the answers:',
      '  pipe test greet.yaml --record               with a key',
      '  pipe test greet.yaml --record --simulate    without one: made-up answers, marked so',
    ]);
  });

  it('are told once for all records, and counted once for each question', async () => {
    const cwd = project({ 'greet.yaml': pipeline, 'greet.test.yaml': ofRows, 'rows.csv': rows });
    await typed(cwd, ['test', 'greet.yaml', '--record', '--simulate=']);
    writeFileSync(join(cwd, 'greet.yaml'), pipeline.replace('hello', 'goodbye'));
    const { stderr } = await typed(cwd, ['test', 'greet.yaml']);
    expect(stderr).toContain('(4 records, 4 failed)');
    expect(stderr).toContain('  the same for 3 more records\n');
    expect(stderr).not.toContain('more failure');
    expect(last(stderr)).toMatch(/^2 questions of greet\.yaml are not recorded; /u);
  });

  it('may hide others, where one step reads another', async () => {
    const cwd = greeting();
    await typed(cwd, ['test', 'greet.yaml', '--record', '--simulate=']);
    const more =
      '  again:\n    type: chat\n    prompt: "Again: {{steps.greet.output}}"\noutput: {greet: "{{steps.again.output}}"}\n';
    writeFileSync(join(cwd, 'greet.yaml'), `${pipeline.replace('hello', 'goodbye')}${more}`);
    const { stderr } = await typed(cwd, ['test', 'greet.yaml']);
    expect(last(stderr)).toContain(
      'at least 1 question of greet.yaml, and what depends on it, are not recorded',
    );
  });
});

describe('verdicts that are made up', () => {
  it('are told to be', async () => {
    const cwd = project({
      'greet.yaml': pipeline,
      'greet.test.yaml': tests.replace('contains: Ada', 'judge: {rubric: Is polite.}'),
    });
    const { stderr } = await typed(cwd, ['test', 'greet.yaml', '--record', '--simulate=seed=2']);
    expect(stderr).toContain('hint: the simulator cannot judge, and made this verdict up:');
  });
});
