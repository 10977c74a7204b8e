import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pipeHere as pipe } from '../support/pipe-here.ts';
import { pipe as pipeApart } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pipeline = (words: string) => `version: 1
name: translate
input: {key: id}
model: {name: mistral-small-latest, temperature: 0, max_tokens: 50}
steps:
  translate:
    type: chat
    system: ${words}
    prompt: "{{input.text}}"
  label:
    type: structured
    prompt: "Answer in JSON: {{steps.translate.output}}"
    schema: {type: object, required: [topic], properties: {topic: {enum: [order, other]}}}
`;

function project(records = 8): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'p.yaml'), pipeline('Translate to French.'));
  const rows = Array.from({ length: records }, (_, at) => ({ id: `r${at}`, text: `ticket ${at}` }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return folder;
}

const command = ['run', 'p.yaml', '--input', 'rows.jsonl'] as const;

const run = (cwd: string, ...args: readonly string[]) => pipe([...command, ...args], { cwd });

const text = (...path: readonly string[]) => readFileSync(join(...path), 'utf8');

describe('pipe run --record', () => {
  it('has the same bytes with 1 call at a time, with 64, and with workers; --replay needs no key', async () => {
    const cwd = project();
    const slow = '--simulate=latency=1ms,p99=20ms';
    const workers = pipeApart([...command, slow, '--workers', '2', '--record', 'far.jsonl'], { cwd });
    const one = await run(cwd, slow, '--concurrency', '1', '--record', 'one.jsonl');
    const wide = ['--concurrency', '64', '--record', 'many.jsonl', '--output', 'live.csv'];
    const many = await run(cwd, slow, ...wide);
    const far = await workers;
    expect([one.exitCode, many.exitCode, far.exitCode]).toEqual([0, 0, 0]);
    expect(one.stderr).toContain('recorded   one.jsonl has 16 entries: 16 added');
    expect(text(cwd, 'many.jsonl')).toBe(text(cwd, 'one.jsonl'));
    expect(text(cwd, 'far.jsonl')).toBe(text(cwd, 'one.jsonl'));
    expect(text(cwd, 'one.jsonl').match(/"simulated":true/g)).toHaveLength(16);

    const replayed = await run(cwd, '--replay', 'one.jsonl', '--output', 'replayed.csv', '--strict');
    expect(replayed.exitCode).toBe(0);
    expect(replayed.stderr.replaceAll(/\s+/g, ' ')).toContain('the simulator had made up 16 answers');
    expect(text(cwd, 'replayed.csv')).toBe(text(cwd, 'live.csv'));
  });
});

describe('pipe run --replay', () => {
  it('exits 1 for what was never recorded, and shows the word; recording again changes those lines', async () => {
    const cwd = project(2);
    await run(cwd, '--simulate', '--record', 'r.jsonl');
    const before = text(cwd, 'r.jsonl').split('\n');
    writeFileSync(
      join(cwd, 'p.yaml'),
      pipeline('Translate to German.').replace('name: translate', 'name: again'),
    );
    const args = ['--run-dir', 'out', '--set', 'fail.error_rate=1'];
    const missed = await run(cwd, '--replay', 'r.jsonl', ...args);
    expect(missed.exitCode).toBe(1);
    expect(missed.stderr).toContain(
      `rows.jsonl:1  error  this request of step \`translate\` was never recorded`,
    );
    expect(missed.stderr).toContain('p.yaml:8:13  differs from r.jsonl:1, the nearest, in');
    expect(missed.stderr).toContain('the system message: Translate to [-French-]{+German+}.');
    expect(missed.stderr).toContain('the same (replay_miss) for 1 more record');
    const [error] = text(cwd, 'out', 'errors.jsonl').split('\n');
    expect(JSON.parse(error ?? '')).toMatchObject({ error: { code: 'replay_miss', attempts: 0 } });

    // A resume goes on in the same way, from what was recorded meanwhile.
    await run(cwd, '--simulate', '--record', 'r.jsonl');
    const after = text(cwd, 'r.jsonl').split('\n');
    expect(after).toHaveLength(before.length);
    expect(after.filter((line, at) => line !== before[at])).toHaveLength(2);
    const resumed = await pipe(['resume', 'out'], { cwd });
    expect(resumed.stderr).toContain('answers are replayed');
    expect(resumed.exitCode).toBe(0);
    expect(JSON.parse(text(cwd, 'out', 'run.json'))).toMatchObject({
      state: 'completed',
      record: null,
      replay: { paths: [join(cwd, 'r.jsonl')], live_tools: false, strict: false },
    });
  });

  it('takes several files and folders, and fails by --strict for what is not used', async () => {
    const cwd = project(2);
    mkdirSync(join(cwd, 'tapes'));
    await run(cwd, '--simulate', '--record', 'tapes/a.jsonl', '--limit', '1');
    await run(cwd, '--simulate', '--record', 'b.jsonl', '--offset', '1');
    const both = await run(cwd, '--replay', 'tapes', '--replay', 'b.jsonl', '--format', 'json');
    expect(both.exitCode).toBe(0);
    expect(JSON.parse(both.stdout)).toMatchObject({
      replayed: true,
      // The simulator had made the answers up when they were recorded.
      simulated: true,
      replay: { misses: 0, simulated: 4, unused: [] },
      recording: null,
    });
    writeFileSync(join(cwd, 'rows.jsonl'), text(cwd, 'rows.jsonl').split('\n')[0] ?? '');
    const strict = await run(cwd, '--replay', 'tapes', '--replay', 'b.jsonl', '--strict');
    expect(strict.exitCode).toBe(1);
    expect(strict.stderr).toContain('2 recorded entries were not used');
    expect(strict.stderr).toContain('translate: b.jsonl:1');
  });
});
