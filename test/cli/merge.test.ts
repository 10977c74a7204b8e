import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pipeHere } from '../support/pipe-here.ts';
import { typed } from '../support/in-process.ts';

const pipeline = `version: 1
name: tickets
input: { key: id }
model: { name: mistral-small-latest, max_tokens: 100 }
retry: { attempts: 1 }
steps:
  reply: { type: chat, prompt: "Reply to {{input.text}}" }
  classify:
    type: structured
    prompt: "Classify {{steps.reply.output}}"
    schema:
      type: object
      additionalProperties: false
      required: [topic]
      properties: { topic: { enum: [order, billing, other] } }
output: { id: "{{input.id}}", topic: "{{steps.classify.output.topic}}", reply: "{{steps.reply.output}}" }
`;

describe('pipe merge', () => {
  let cwd = '';
  const read = (path: string) => readFileSync(join(cwd, path), 'utf8');

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'pipe-merge-'));
    writeFileSync(join(cwd, 'p.yaml'), pipeline);
    const rows = Array.from({ length: 30 }, (_, at) => `r${at},"text ${at}, with ""quotes"""\n`);
    writeFileSync(join(cwd, 'rows.csv'), `id,text\n${rows.join('')}`);
    const run = (...args: readonly string[]) =>
      pipeHere(['run', 'p.yaml', '--input', 'rows.csv', '--quiet', '--simulate=errors=10%', ...args], {
        cwd,
      });
    await run('--run-dir', 'unsharded');
    for (const index of [1, 2, 3, 4]) await run('--shard', `${index}/4`, '--run-dir', `shards/${index}`);
    return () => rmSync(cwd, { recursive: true });
  }, 60_000);

  const shards = ['shards/3', 'shards/1', 'shards/4', 'shards/2'];

  it('makes of four simulated shards what one run leaves, byte by byte, and rows beside it', async () => {
    const { exitCode, stdout, stderr } = await typed(cwd, [
      'merge',
      ...shards,
      '--run-dir',
      'whole',
      '--output',
      join(cwd, 'rows.out.csv'),
    ]);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(read('whole/results.jsonl')).toBe(read('unsharded/results.jsonl'));
    const outcomes = read('whole/results.jsonl').split('\n').length - 1;
    expect(outcomes).toBeGreaterThan(10);
    expect(outcomes).toBeLessThan(30);
    expect(read('rows.out.csv').split('\n')[0]).toBe('id,topic,reply');
    expect(read('rows.out.csv').split('\n')).toHaveLength(outcomes + 2);
    expect(stderr).toMatch(/^merged 4 shards into whole\n\ntickets finished with failures/);
    expect(stderr).toMatch(/^tickets finished with failures .*, all shards together$/m);
    expect(stderr).toContain(`records    30: ${outcomes} succeeded, ${30 - outcomes} failed`);
    expect(stderr).toMatch(/next\n {2}pipe resume whole\n/);
  });

  it('warns of shards that were simulated by other options', async () => {
    const other = ['--simulate=seed=7', '--shard', '4/4', '--run-dir', 'seeded/4', '--quiet'];
    await pipeHere(['run', 'p.yaml', '--input', 'rows.csv', ...other], { cwd });
    const mixed = [
      ...shards.filter((name) => name !== 'shards/4'),
      'seeded/4',
      '--run-dir',
      'mixed',
      '--quiet',
    ];
    const { exitCode, stderr } = await typed(cwd, ['merge', ...mixed]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      'warning  `shards/1` was run with `--simulate=errors=10%`, and `seeded/4` with `--simulate=seed=7`: what one makes up, another may not',
    );
    const { stderr: alike } = await typed(cwd, ['merge', ...shards, '--run-dir', 'alike', '--quiet']);
    expect(alike).toBe('');
  });

  it('makes a new folder in runs/ where none is named, which pipe diff finds to be the same', async () => {
    const { exitCode, stderr } = await typed(cwd, ['merge', ...shards, '--quiet']);
    expect([exitCode, stderr]).toEqual([0, '']);
    const [name = '', ...others] = readdirSync(join(cwd, 'runs'));
    expect([name, others]).toEqual([expect.stringMatching(/^tickets-\d{8}T\d{6}Z-[0-9a-f]{4}$/), []]);
    const same = await typed(cwd, ['diff', 'unsharded', name]);
    expect([same.exitCode, same.stderr]).toEqual([0, '']);
    expect(same.stdout).toContain('verdict  no output differs');
  });

  it('puts rows on stdout, and nothing else', async () => {
    const { exitCode, stdout } = await typed(cwd, [
      'merge',
      ...shards,
      '--run-dir',
      'piped',
      '--output',
      '-',
    ]);
    const bare = read('unsharded/results.jsonl')
      .split('\n')
      .slice(0, -1)
      .map((line) => `${JSON.stringify((JSON.parse(line) as { output: unknown }).output)}\n`);
    expect([exitCode, stdout]).toEqual([0, bare.join('')]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    [
      'shards that are missing',
      ['merge', 'shards/1', 'shards/4'],
      ['the shards 2/4, 3/4 are missing', '--shard 2/4'],
    ],
    ['a run that is not there', ['merge', 'shards/1', 'shards/5'], ['there is no run `shards/5`']],
    [
      'a run that is no shard',
      ['merge', 'unsharded', ...shards],
      ['`unsharded` is not one of `--shard i/n`'],
    ],
    [
      'a folder in use',
      ['merge', ...shards, '--run-dir', 'full'],
      ['full is not empty', 'name a folder that is empty'],
    ],
    [
      'an output of no format',
      ['merge', ...shards, '--output', 'rows.xls'],
      ['does not tell in which format'],
    ],
    ['no run at all', ['merge'], ["missing required argument 'run'"]],
  ])('refuses %s with 2', async (_what, args, words) => {
    mkdirSync(join(cwd, 'full'), { recursive: true });
    writeFileSync(join(cwd, 'full/mine.txt'), 'x');
    const before = readdirSync(cwd);
    const { exitCode, stdout, stderr } = await typed(cwd, args);
    expect([exitCode, stdout]).toEqual([2, '']);
    for (const word of words) expect(stderr).toContain(word);
    expect(readdirSync(cwd)).toEqual(before);
  });
});
