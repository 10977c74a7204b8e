import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownFiles } from '../../src/run/own-files.ts';
import { pipeHere } from '../support/pipe-here.ts';

const pipeline = `version: 1
name: p
input: { key: id, schema: ./input.json }
model: { name: mistral-small-latest, max_tokens: 100 }
steps:
  reply: { type: chat, prompt: "Reply to {{input.id}}" }
`;

describe('what a command would write over', () => {
  let cwd = '';

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'pipe-over-'));
    writeFileSync(join(cwd, 'p.yaml'), pipeline);
    writeFileSync(join(cwd, 'input.json'), '{"type":"object","properties":{"id":{"type":"string"}}}');
    writeFileSync(join(cwd, 'rows.jsonl'), '{"id":"a"}\n{"id":"b"}\n');
    writeFileSync(join(cwd, 'made.jsonl.partial'), '{"id":"c"}\n');
    mkdirSync(join(cwd, 'new'));
    linkSync(join(cwd, 'rows.jsonl'), join(cwd, 'same.jsonl'));
    symlinkSync('done/journal.jsonl', join(cwd, 'link.jsonl'));
    for (const shard of [1, 2]) await run('--shard', `${shard}/2`, '--run-dir', `shards/${shard}`);
    await run('--run-dir', 'done', '--record', 'rec.jsonl');
    return () => rmSync(cwd, { recursive: true });
  }, 60_000);

  const run = (...args: readonly string[]) =>
    pipeHere(['run', 'p.yaml', '--input', 'rows.jsonl', '--simulate', '--quiet', ...args], { cwd });

  /** All files and what is in them. */
  const contents = () =>
    readdirSync(cwd, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]);

  it('names every file that a run leaves in its folder', () => {
    expect(readdirSync(join(cwd, 'done')).filter((name) => !ownFiles.has(name))).toEqual([]);
  });

  const simulated = ['run', 'p.yaml', '--input', 'rows.jsonl', '--simulate'];
  const kept = 'is a file that a run keeps in its folder';

  it.each<[readonly string[], string]>([
    [
      [...simulated, '--run-dir', 'new', '--output', 'new/results.jsonl'],
      `\`--output new/results.jsonl\` ${kept}`,
    ],
    [[...simulated, '--output', 'done/journal.jsonl'], `\`--output done/journal.jsonl\` ${kept}`],
    [[...simulated, '--output', 'link.jsonl'], `\`--output link.jsonl\` ${kept}`],
    [
      [...simulated, '--run-dir', 'new', '--record', 'new/results.jsonl'],
      `\`--record new/results.jsonl\` ${kept}`,
    ],
    [['resume', 'done', '--output', 'done/run.json'], `\`--output done/run.json\` ${kept}`],
    [
      ['merge', 'shards/1', 'shards/2', '--run-dir', 'new', '--output', 'new/usage.json'],
      `\`--output new/usage.json\` ${kept}`,
    ],
    [
      ['merge', 'shards/1', 'shards/2', '--output', 'shards/1/errors.jsonl'],
      `\`--output shards/1/errors.jsonl\` ${kept}`,
    ],
    [['report', 'done', '--output', 'done/run.json'], `\`--output done/run.json\` ${kept}`],
    [[...simulated, '--output', 'input.json'], '`--output input.json` is a file that is read  ['],
    [[...simulated, '--output', 'same.jsonl'], '`--output` is the input file'],
    [
      ['run', 'p.yaml', '--input', 'rows.jsonl', '--replay', 'rec.jsonl', '--output', './rec.jsonl'],
      '`--output ./rec.jsonl` is a file that is read, `rec.jsonl`',
    ],
    [
      ['run', 'p.yaml', '--input', 'made.jsonl.partial', '--input-format', 'jsonl', '--simulate'].concat([
        '--output',
        'made.jsonl',
      ]),
      '`made.jsonl.partial` is read, and stands where `--output made.jsonl` leaves the rows',
    ],
  ])('is refused before anything is written: %j', async (args, message) => {
    const before = contents();
    const { exitCode, stderr } = await pipeHere(args, { cwd });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
    expect(contents()).toEqual(before);
  });

  it('may be what nobody keeps: rows beside those files, and a name of theirs elsewhere', async () => {
    expect(await run('--run-dir', 'beside', '--output', 'results.jsonl')).toMatchObject({ exitCode: 0 });
    const again = ['resume', 'beside', '--output', 'beside/rows.jsonl', '--quiet'];
    expect(await pipeHere(again, { cwd })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(cwd, 'beside/rows.jsonl'))).toEqual(readFileSync(join(cwd, 'results.jsonl')));
  });
});
