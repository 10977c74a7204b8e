import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typed } from '../support/in-process.ts';
import { project } from '../testing/support.ts';

const files = {
  'p.yaml':
    'version: 1\nmodel: {name: small}\ninput: {key: id}\nsteps:\n  ask: {type: chat, prompt: "Say {{input.text}}"}\n  again: {type: chat, prompt: "{{steps.ask.output}}"}\n',
  'rows.jsonl': '{"id":"a","text":"Hello"}\n{"id":"b"}\n',
};

async function render(...flags: readonly string[]) {
  const folder = project(files);
  const words = flags.map((flag) => (flag === input ? join(folder, input) : flag));
  const ended = await typed(folder, ['render', join(folder, 'p.yaml'), ...words]);
  return { ...ended, stdout: ended.stdout.replaceAll(`${folder}/`, '') };
}

const input = 'rows.jsonl';
const rows = ['--input', input];

describe('pipe render', () => {
  it('shows every record, or the one that is named, in the same way', async () => {
    const all = await render(...rows, '--step', 'ask', '--limit', '1');
    const [byRow, byKey] = [
      await render(...rows, '--step', 'ask', '--row', '1'),
      await render(...rows, '--step', 'ask', '--key', 'a'),
    ];
    expect(all).toMatchObject({ exitCode: 0, stderr: '' });
    expect(all.stdout).toContain('rows.jsonl:1  a  ask\n');
    expect(all.stdout).toContain('  user:\n    Say Hello\n');
    expect([byRow.stdout, byKey.stdout]).toEqual([all.stdout, all.stdout]);
  });

  it('says where no record is selected, as a run does', async () => {
    const told = 'no records: the input has none, or none was selected\n';
    for (const flags of [
      ['--offset', '2'],
      ['--shard', '3/3', '--format', 'json'],
    ])
      expect(await render(...rows, ...flags)).toMatchObject({ exitCode: 0, stdout: '', stderr: told });
  });

  it.each([[[]], [['--row', '2']], [['--key', 'b']]])(
    'exits with 1 where a record cannot be rendered: %j',
    async (flags) => {
      const { exitCode, stdout } = await render(...rows, ...flags);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('rows.jsonl:2  b  ask\n  error: `input.text` is absent [absent_path]\n');
      expect(stdout).toContain('  not known before a run: it awaits the output of ask\n');
    },
  );

  it('prints a line of JSON for each step of the named record, and nothing else', async () => {
    const { exitCode, stdout } = await render('--input-json', '{"text":"Hi"}', '--format', 'json');
    expect(exitCode).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { step: string; kind: string });
    expect(lines.map(({ step, kind }) => [step, kind])).toEqual([
      ['ask', 'request'],
      ['again', 'awaits'],
    ]);
  });

  it.each([
    [['--row', '3'], '[missing-record]'],
    [['--row', '1', '--limit', '1'], 'a named record is one record: leave out --limit'],
    [['--watch', '--limit', '1'], '--watch shows one record: leave out --limit'],
    [['--watch', '--format', 'json'], '--watch is for people'],
    [['--row', '1', '--step', 'aks'], 'did you mean `ask`?'],
  ])('refuses %j', async (flags, words) => {
    const { exitCode, stdout, stderr } = await render(...rows, ...flags);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});
