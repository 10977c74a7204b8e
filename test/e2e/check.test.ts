import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { pipeHere as pipe } from '../support/pipe-here.ts';
import { command } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pipeline = `version: 1
model: {name: mistral-small-latest}
input: {key: id, when: "{{input.go}}"}
steps:
  ask: {type: chat, prompt: "{{input.text}}"}
  again: {type: chat, prompt: "{{steps.ask.output}}"}
`;

function project(files: { readonly [name: string]: string }): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('pipe check --input', () => {
  it('tells every record that would fail before its first call', async () => {
    const rows = [
      { id: 1, go: true, text: 'fine' },
      { id: 2, go: true },
      { id: 3, go: 'true', text: 'a text is neither true nor false' },
      { id: 3, go: true, text: 'a key twice' },
      { id: 4, go: true, text: '' },
      { id: 5, go: false },
    ];
    const lines = rows.map((row) => JSON.stringify(row));
    const cwd = project({ 'p.yaml': pipeline, 'rows.jsonl': `${lines.join('\n')}\n{"id": 6,\n` });
    const { stderr, exitCode, stdout } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    const told = stderr.match(/^rows\.jsonl:\d+.*\[[\w-]+\]$/gm) ?? [];
    expect(told.map((line) => /^rows\.jsonl:(\d+).*\[([\w-]+)\]$/.exec(line)?.slice(1))).toEqual([
      ['2', 'absent-path'],
      ['3', 'ambiguous-when'],
      ['4', 'duplicate-key'],
      ['5', 'empty-prompt'],
      ['7', 'invalid-json'],
    ]);
  });

  it('tells the mistakes of the input beside those of the pipeline', async () => {
    const cwd = project({ 'p.yaml': pipeline.replace('chat', 'chta'), 'rows.jsonl': '{"id": 1,\n' });
    const { stderr } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(stderr).toContain('p.yaml:5');
    expect(stderr).toContain('rows.jsonl:1');
  });

  it('tells the first of many and how many there are', async () => {
    const cwd = project({ 'p.yaml': pipeline, 'rows.jsonl': '{"go": true, "text": "no id"}\n'.repeat(500) });
    const { stderr } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(stderr).toContain('; the same on lines 2, 3, 4 and 496 more  [missing-key]');
    expect(stderr).toContain('1 error, 1 warning in 2 files');
  });

  it('tells the first of many different mistakes', async () => {
    const rows = Array.from(
      { length: 500 },
      (_, index) => `{"id": "", "text": ${index}}\n{"id": ${index >> 1}}\n`,
    );
    const cwd = project({ 'p.yaml': pipeline, 'rows.jsonl': rows.join('') });
    const { stderr } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(stderr).toContain('750 records of 1000 would fail; the first 20 mistakes are told');
  });

  it('warns of a field that no record has, wherever it is asked for', async () => {
    const typo = pipeline.replace('{{steps.ask.output}}', '{{steps.ask.output}} {{input.txet}}');
    const cwd = project({ 'p.yaml': typo, 'rows.jsonl': '{"id": 1, "go": true, "text": "x"}\n' });
    const { stderr, exitCode } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(stderr).toMatch(/^p\.yaml:6:\d+ {2}warning {2}no record of rows\.jsonl has a field `txet`/m);
    expect(stderr).toContain('did you mean `text`? its fields are `id`, `go` and `text`');
    expect(exitCode).toBe(0);
  });

  it('warns where no record is left', async () => {
    const cwd = project({ 'p.yaml': pipeline, 'rows.jsonl': '{"id": 1, "go": false, "text": "x"}\n' });
    const { stderr, exitCode } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(stderr).toContain('`input.when` skips every record');
    expect(exitCode).toBe(0);
  });

  it('does not take the `when` of a lone step for that of the input', async () => {
    const text = `version: 1
model: {name: mistral-small-latest}
input: {when: "{{input.go}}"}
steps: {ask: {type: chat, when: "{{input.wanted}}", prompt: hello}}
`;
    const cwd = project({ 'p.yaml': text, 'rows.jsonl': '{"go": true, "wanted": false}\n' });
    const { stderr } = await pipe(['check', 'p.yaml', '--input', 'rows.jsonl'], { cwd });
    expect(stderr).toBe('p.yaml: ok, 1 step, 1 record\n');
  });

  it('reads stdin, for one pipeline', async () => {
    const cwd = project({ 'p.yaml': pipeline });
    const input = '{"id": 1, "go": true, "text": "x"}\n';
    const one = await pipe(['check', 'p.yaml', '--input', '-'], { cwd, input });
    expect(one.stderr).toBe('p.yaml: ok, 2 steps, 1 record\n');
    const two = await pipe(['check', 'p.yaml', 'p.yaml', '--input', '-'], { cwd, input });
    expect(two.exitCode).toBe(2);
    expect(two.stderr).toContain('only once');
  });

  it('prints JSON or annotations on stdout', async () => {
    const cwd = project({ 'p.yaml': pipeline.replace('text}}', 'text') });
    const asJson = await pipe(['check', 'p.yaml', '--format', 'json'], { cwd });
    expect(JSON.parse(asJson.stdout)).toMatchObject([{ severity: 'error', file: 'p.yaml', line: 5 }]);
    const asGithub = await pipe(['check', 'p.yaml', '--format', 'github'], { cwd });
    expect(asGithub.stdout).toMatch(/^::error file=p\.yaml,line=5,/);
  });

  it('gives no command to a CI runner by a file name', async () => {
    const cwd = project({ '::warning::x.yaml': pipeline });
    const { stderr } = await pipe(['check', '::warning::x.yaml'], { cwd });
    expect(stderr).not.toMatch(/^::/m);
  });
});

describe('pipe render', () => {
  it('says what would not be sent, and why', async () => {
    const rows = '{"id": 1, "go": true, "text": "x"}\n{"id": 2, "go": false}\n{"id": 3, "go": true}\n';
    const cwd = project({ 'p.yaml': pipeline, 'rows.jsonl': rows });
    const args = ['render', 'p.yaml', '--input', 'rows.jsonl', '--format', 'json'];
    const { stdout, exitCode } = await pipe(args, { cwd });
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string; step: string | null; kind: string });
    expect(told.map(({ key, step, kind }) => [key, step, kind])).toEqual([
      ['1', 'ask', 'request'],
      ['1', 'again', 'awaits'],
      ['2', null, 'skipped'],
      ['3', 'ask', 'error'],
      ['3', 'again', 'awaits'],
    ]);
    expect(exitCode).toBe(1);
    const unknown = await pipe([...args, '--step', 'aks'], { cwd });
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain('did you mean `ask`?');
  });
});

it('checks a pipeline that a shell hands over, and does not wait for a pipe that nobody writes into', async () => {
  const cwd = project({ 'p.yaml': pipeline });
  const line = `"${process.execPath}" "${command}" check <(cat p.yaml)`;
  const handed = await execa('bash', ['-c', line], { cwd, reject: false });
  expect(handed.stderr).toContain(': ok, 2 steps');
  await execa('mkfifo', ['pipe.yaml'], { cwd });
  const waiting = await pipe(['check', 'pipe.yaml'], { cwd });
  expect(waiting.exitCode).toBe(2);
  expect(waiting.stderr).toContain('`pipe.yaml` is a device or a pipe, not a file');
});
