import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { pipeHere as pipe } from '../support/pipe-here.ts';
import { pipe as startPipe } from '../support/pipe.ts';
import { project } from '../testing/support.ts';

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
  - name: greets by name # one of two
    input: {name: Ada}
    assert:
      - {path: output.greet, contains: Ada}
  - name: greets another
    input: {name: Grace}
    assert:
      - {path: output.greet, equals: Hello Grace} # to be updated
`;

function greeting(): string {
  return project({ 'greet.yaml': pipeline, 'greet.test.yaml': tests });
}

const recordFlags = ['--record', '--simulate'];

describe('pipe test', () => {
  it('records, passes, fails by one changed word and is mended', async () => {
    const cwd = greeting();
    const run = (...flags: readonly string[]) =>
      pipe(['test', 'greet.yaml', '--grep', 'by name', ...flags], { cwd });
    const recorded = await run(...recordFlags);
    expect(recorded.stderr).toContain('wrote greet.recording.jsonl: 1 added');
    expect(recorded).toMatchObject({ exitCode: 0, stdout: '' });
    const passed = await run();
    expect(passed.stderr).toMatch(
      /^greet\.yaml\n {2}✓ greets by name {2}\d+ ms\n\n1 test: 1 passed {2}\(1 record, /u,
    );
    expect(passed.exitCode).toBe(0);
    writeFileSync(join(cwd, 'greet.yaml'), pipeline.replace('hello', 'goodbye'));
    const missed = await run();
    expect(missed.exitCode).toBe(1);
    expect(missed.stderr).toContain('  greet.yaml:7:13  differs from greet.recording.jsonl:1');
    expect(missed.stderr).toContain('Say [-hello-]{+goodbye+} to Ada.');
    expect(missed.stderr).toContain('pipe test greet.yaml --record --simulate\n');
    expect((await run(...recordFlags)).exitCode).toBe(0);
  });

  it('updates what `equals` expects, and nothing else of the file', async () => {
    const cwd = greeting();
    await pipe(['test', 'greet.yaml', ...recordFlags], { cwd });
    const path = join(cwd, 'greet.test.yaml');
    const updated = await pipe(['test', 'greet.test.yaml', '--update'], { cwd });
    expect(updated.stderr).toContain('updated greet.test.yaml:10:38\n');
    expect(updated.exitCode).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(
      tests.replace('equals: Hello Grace', "equals: '[simulated] Say hello to Grace.'"),
    );
    expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it('prints data on stdout, and nothing else there', async () => {
    const cwd = greeting();
    await pipe(['test', 'greet.yaml', ...recordFlags], { cwd });
    const json = await pipe(['test', 'greet.yaml', '--format', 'json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ passed: false, counts: { tests: 2, failed: 1 } });
    expect(json).toMatchObject({ exitCode: 1, stderr: '' });
    const github = await pipe(['test', 'greet.yaml', '--format', 'github'], { cwd });
    expect(github.stdout).toMatch(/^::error file=greet\.test\.yaml,line=10,/u);
    const junit = await pipe(['test', 'greet.yaml', '--format', 'junit', '--grep', 'by name'], { cwd });
    expect(junit.stdout).toMatch(/^<\?xml /u);
    expect(junit.exitCode).toBe(0);
  });

  it.each([
    ['a pipeline without tests', ['bare.yaml'], 'has no tests'],
    ['a name that no test has', ['greet.yaml', '--grep', 'nope'], 'no test\'s name matches "nope"'],
    ['a pattern that is none', ['greet.yaml', '--grep', '('], 'is not a regular expression'],
    ['a simulator without a recording to make', ['greet.yaml', '--simulate'], '--simulate is for --record'],
    ['no key to record with', ['greet.yaml', '--record'], 'MISTRAL_API_KEY'],
    ['a recording that is none', ['broken.yaml'], 'broken.recording.jsonl'],
    ['a file that is not there', ['absent.test.yaml'], 'absent.yaml'],
    ['records in place of a pipeline', ['rows.csv'], 'holds records'],
    ['mistakes of several files', ['wrong.yaml', 'greet.yaml'], 'did you mean `assert`?'],
    ['a watch that records', ['greet.yaml', '--watch', '--record'], '--watch runs offline'],
  ])('refuses %s', async (_name, words, message) => {
    const cwd = project({
      'greet.yaml': pipeline,
      'greet.test.yaml': tests,
      'bare.yaml': pipeline,
      'broken.yaml': pipeline,
      'broken.test.yaml': tests,
      'broken.recording.jsonl': 'no JSON\n',
      'wrong.yaml': pipeline,
      'wrong.test.yaml': tests.replaceAll('assert', 'asert'),
      'rows.csv': 'name\nAda\n',
    });
    const { exitCode, stderr } = await pipe(['test', ...words], { cwd });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it('watches its files, until it is interrupted', async () => {
    const cwd = greeting();
    await pipe(['test', 'greet.yaml', ...recordFlags], { cwd });
    const watching = startPipe(['test', 'greet.yaml', '--grep', 'by name', '--watch'], {
      cwd,
      buffer: false,
    });
    if (watching.stderr === null) throw new Error('it has no stderr');
    const lines = createInterface(watching.stderr)[Symbol.asyncIterator]();
    const until = async (pattern: RegExp) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`it ended without ${String(pattern)}`);
        if (pattern.test(value)) return;
      }
    };
    await until(/1 test: 1 passed/u);
    await until(/waiting for a change/u);
    writeFileSync(join(cwd, 'greet.yaml'), pipeline.replace('hello', 'goodbye'));
    await until(/\[-hello-\]\{\+goodbye\+\}/u);
    await until(/waiting for a change/u);
    writeFileSync(join(cwd, 'greet.yaml'), pipeline.replace('prompt', 'promt'));
    await until(/did you mean `prompt`\?/u);
    await until(/waiting for a change/u);
    writeFileSync(join(cwd, 'greet.yaml'), pipeline);
    await until(/1 test: 1 passed/u);
    watching.kill('SIGINT');
    const [code] = (await once(watching, 'exit')) as [number];
    expect(code).toBe(130);
  });
});

describe('pipe check', () => {
  it('checks tests with their pipeline, once, whichever is named', async () => {
    const cwd = greeting();
    const sound = await pipe(['check', 'greet.test.yaml', 'greet.yaml'], { cwd });
    expect(sound).toMatchObject({ exitCode: 0, stderr: 'greet.yaml: ok, 1 step, 2 tests\n' });
    writeFileSync(join(cwd, 'greet.test.yaml'), tests.replaceAll('output.greet', 'steps.gret.output'));
    const wrong = await pipe(['check', 'greet.yaml'], { cwd });
    expect(wrong.stderr).toContain('greet.test.yaml:6:22  error  there is no step `gret`');
    expect(wrong.exitCode).toBe(2);
  });
});
