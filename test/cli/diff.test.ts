import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { lockRun } from '../../src/run/lock.ts';
import { summary } from '../comparison/sides.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { typed } from '../support/in-process.ts';

interface RunFiles {
  readonly results: Readonly<Record<string, JsonValue>>;
  /** Codes by key. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly summary?: Partial<typeof summary>;
}

/** The folder that a run leaves, as far as a comparison reads it. */
function leaveRun(path: string, { results, errors = {}, ...others }: RunFiles): void {
  mkdirSync(path, { recursive: true });
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  writeFileSync(join(path, 'run.json'), JSON.stringify({ ...summary, ...others.summary }));
  const rows = Object.entries(results).map(([key, output], index) => ({ index, key, output }));
  writeFileSync(join(path, 'results.jsonl'), lines(rows));
  const failures = Object.entries(errors).map(([key, code], at) => ({
    index: rows.length + at,
    line: 1,
    key,
    input: {},
    step: 'one',
    error: { code, message: 'x' },
  }));
  writeFileSync(join(path, 'errors.jsonl'), lines(failures));
}

/** A folder with two runs in `runs/` and one elsewhere. */
function project(): string {
  const cwd = temporaryFolder();
  const results = { t1: { id: 't1', topic: 'order' }, t2: { id: 't2', topic: 'other' } };
  leaveRun(join(cwd, 'runs/before'), { results, errors: { t3: 'schema_mismatch' } });
  leaveRun(join(cwd, 'after'), {
    results: { ...results, t1: { id: 't1', topic: 'billing' }, t3: { id: 't3', topic: 'order' } },
    summary: { cost_usd: 1 },
  });
  leaveRun(join(cwd, 'runs/same'), { results, errors: { t3: 'schema_mismatch' }, summary: { cost_usd: 9 } });
  return cwd;
}

const changesOf = ({ stdout }: { stdout: string }) =>
  (JSON.parse(stdout) as { changed: readonly { key: string; fields: object }[] }).changed;

describe('pipe diff of runs', () => {
  it('finds them by name, by folder and by a file in it, and exits 1 where they differ', async () => {
    const cwd = project();
    for (const [before, after] of [
      ['before', 'after'],
      ['runs/before/', join(cwd, 'after')],
      ['runs/before/results.jsonl', 'after/run.json'],
    ] as const) {
      const ended = await typed(cwd, ['diff', before, after, '--format', 'json']);
      expect([ended.exitCode, ended.stderr]).toEqual([1, '']);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        same: 1,
        changed: [{ key: 't1', fields: { topic: { a: 'order', b: 'billing' } } }],
        failures: [{ key: 't3', a: { step: 'one', code: 'schema_mismatch' }, b: null }],
        cost_usd: { a: summary.cost_usd, b: 1 },
        latency_ms: { a: null, b: null },
      });
    }
  });

  it('exits 0 where only usage differs, or what may', async () => {
    const cwd = project();
    expect((await typed(cwd, ['diff', 'before', 'same'])).exitCode).toBe(0);
    leaveRun(join(cwd, 'runs/other'), {
      results: { t1: { id: 't1', topic: 'x' }, t2: { id: 't2', topic: 'y' } },
    });
    leaveRun(join(cwd, 'runs/third'), {
      results: { t1: { id: 't1', topic: 'x' }, t2: { id: 't2', topic: 'z' } },
    });
    const allowed = await typed(cwd, ['diff', 'other', 'third', '--allow', 'topic', '--allow', 'id']);
    expect([allowed.exitCode, allowed.stdout]).toEqual([0, expect.stringContaining('topic: [-y-]{+z+}')]);
  });

  it('warns of a field to allow that no record has, and exits as it does without', async () => {
    const cwd = project();
    const ended = await typed(cwd, ['diff', 'before', 'after', '--allow', 'topik']);
    expect([ended.exitCode, ended.stderr]).toEqual([
      1,
      'warning  --allow: no record of either side has a field `topik`  [unknown-field]\n' +
        '  hint: did you mean `--allow topic`?\n',
    ]);
    expect((await typed(cwd, ['diff', 'before', 'same', '--allow', 'topik'])).exitCode).toBe(0);
  });

  it('tells records that a run skipped, of which its journal alone knows', async () => {
    const cwd = temporaryFolder();
    const pipeline = (when: string) => `version: 1
name: tickets
input: { key: id, when: "{{${when}}}" }
model: { name: mistral-small-latest, max_tokens: 20 }
steps: { reply: { type: chat, prompt: "Reply to {{input.id}}" } }
output: { topic: "{{input.topic}}" }
`;
    writeFileSync(join(cwd, 'some.yaml'), pipeline("eq input.topic 'order'"));
    writeFileSync(join(cwd, 'all.yaml'), pipeline("ne input.topic ''"));
    const rows = Array.from({ length: 30 }, (_, at) => ({ id: `t${at}`, topic: at < 9 ? 'order' : 'other' }));
    writeFileSync(join(cwd, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    for (const name of ['some', 'all']) {
      const run = ['run', join(cwd, `${name}.yaml`), '--input', join(cwd, 'rows.jsonl')];
      await typed(cwd, [...run, '--simulate=seed=1', '--run-dir', join(cwd, 'runs', name), '--quiet']);
    }
    const itself = await typed(cwd, ['diff', 'some', 'some']);
    expect(itself).toMatchObject({ exitCode: 0, stderr: '' });
    expect(itself.stdout).toContain('records  30 the same\n');
    const fewer = await typed(cwd, ['diff', 'all', 'some']);
    expect(fewer.exitCode).toBe(1);
    expect(fewer.stdout).toContain('records  9 the same, 21 newly skipped\n');
    expect(fewer.stdout).toMatch(/^skipped +0 +21 +\+21$/m);
    expect(fewer.stdout).toContain('  t9  succeeded -> skipped\n');
    const more = await typed(cwd, ['diff', 'some', 'all', '--format', 'json']);
    expect(JSON.parse(more.stdout)).toMatchObject({ added: [], removed: [], skipped: { a: 21, b: 0 } });

    rmSync(join(cwd, 'runs/some/journal.jsonl'));
    const unknown = await typed(cwd, ['diff', 'all', 'some']);
    expect(unknown.stdout).toContain('records  9 the same, 21 removed\n');
    expect(unknown.stderr).toContain('`journal.jsonl` of the run `some`, which alone tells the records that');
  });

  it('warns of a run that is not finished, and refuses one without results', async () => {
    const cwd = project();
    const counts = { total: 9, succeeded: 2, failed: 0, skipped: 0, pending: 7 };
    leaveRun(join(cwd, 'half'), { results: {}, summary: { state: 'interrupted', counts } });
    const half = await typed(cwd, ['diff', 'half', 'after']);
    expect([half.exitCode, half.stderr]).toEqual([
      1,
      expect.stringContaining('`half` is interrupted: 7 of its records are pending'),
    ]);
    expect(half.stderr).toContain('`pipe resume half` finishes it');
    mkdirSync(join(cwd, 'killed'));
    writeFileSync(join(cwd, 'killed/run.json'), JSON.stringify({ ...summary, state: 'running' }));
    const killed = await typed(cwd, ['diff', 'killed', 'after']);
    expect([killed.exitCode, killed.stdout]).toEqual([2, '']);
    expect(killed.stderr).toContain(
      '`results.jsonl` of the run `killed` is not there: the run has not come to an end',
    );
    expect(killed.stderr).toContain('`pipe resume killed` finishes the run, and writes it');
  });

  it.skipIf(process.platform === 'win32')('reads no run.json that is a pipe', async () => {
    const cwd = project();
    mkdirSync(join(cwd, 'waits'));
    execFileSync('mkfifo', [join(cwd, 'waits/run.json')]);
    for (const before of ['waits', 'waits/run.json']) {
      const { exitCode, stderr } = await typed(cwd, ['diff', before, 'after']);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('run.json is no file')]);
    }
  });

  it('advises no resume of a run that a process is at work on', async () => {
    const cwd = project();
    mkdirSync(join(cwd, 'first'));
    writeFileSync(join(cwd, 'first/run.json'), JSON.stringify({ ...summary, state: 'running' }));
    leaveRun(join(cwd, 'resumed'), { results: {}, summary: { state: 'running', counts: null } });
    const left = await typed(cwd, ['diff', 'resumed', 'after']);
    expect(left.stderr).toContain('the run `resumed` was killed');
    expect(left.stderr).toContain('`pipe resume resumed` finishes it');
    expect(left.stdout).toContain('resumed (killed)');
    const locks = await Promise.all(['first', 'resumed'].map((name) => lockRun(join(cwd, name), {})));
    const first = await typed(cwd, ['diff', 'first', 'after']);
    const resumed = await typed(cwd, ['diff', 'resumed', 'after']);
    for (const lock of locks) if (lock.ok) await lock.value.release();
    expect([first.exitCode, resumed.exitCode]).toEqual([2, 1]);
    expect(first.stderr).toContain('`results.jsonl` of the run `first` is not there: the run is running');
    expect(first.stderr).toContain('wait until it has ended, which writes it');
    expect(resumed.stderr).toContain('the run `resumed` is running');
    expect(resumed.stderr).toContain('wait until it has ended, and compare again');
    expect(resumed.stdout).toContain('resumed (running)');
    expect(first.stderr + resumed.stderr).not.toContain('pipe resume');
  });

  it('refuses results that are not what their run has written', async () => {
    const cwd = project();
    const results = join(cwd, 'after/results.jsonl');
    const file = join(cwd, 'after/run.json');
    const told = {
      ...(JSON.parse(readFileSync(file, 'utf8')) as object),
      results_crc32: crc32(readFileSync(results)),
    };
    writeFileSync(file, JSON.stringify(told));
    expect((await typed(cwd, ['diff', 'before', 'after'])).exitCode).toBe(1);
    writeFileSync(results, '');
    const { exitCode, stderr } = await typed(cwd, ['diff', 'before', 'after']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('`results.jsonl` of the run `after` is not what the run wrote');
  });

  it('names the line of a result that no run has written', async () => {
    const cwd = project();
    writeFileSync(
      join(cwd, 'after/results.jsonl'),
      '{"index":0,"key":"t1","output":1}\n{"index":1,"key":"t2"}\n',
    );
    const { exitCode, stderr } = await typed(cwd, ['diff', 'before', 'after']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('after/results.jsonl:2')]);
  });
});

describe('pipe diff of files of rows', () => {
  function rows(cwd: string): void {
    writeFileSync(join(cwd, 'a.csv'), 'id,topic\nt1,order\nt2,other\n');
    writeFileSync(join(cwd, 'b.jsonl'), '{"id":"t2","topic":"other"}\n{"id":"t1","topic":"billing"}\n');
    writeFileSync(
      join(cwd, 'c.json.gz'),
      gzipSync('[{"id":"t1","topic":"order"},{"id":"t2","topic":"other"}]'),
    );
  }

  it('matches them by the field of --key, in whatever format', async () => {
    const cwd = temporaryFolder();
    rows(cwd);
    const differ = await typed(cwd, [
      'diff',
      join(cwd, 'a.csv'),
      join(cwd, 'b.jsonl'),
      '--key',
      'id',
      '--format',
      'json',
    ]);
    expect([differ.exitCode, changesOf(differ)]).toEqual([
      1,
      [{ key: 't1', fields: { topic: { a: 'order', b: 'billing' } } }],
    ]);
    const same = await typed(cwd, ['diff', 'a.csv', 'c.json.gz', '--key', 'id']);
    expect([same.exitCode, same.stderr]).toEqual([0, '']);
  });

  it('shows the record that makes it exit with 1, whatever may differ before it', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'x1.csv'), 'id,a,b\n1,x,x\n2,x,x\n3,x,x\n');
    writeFileSync(join(cwd, 'x2.csv'), 'id,a,b\n1,y,x\n2,y,x\n3,y,y\n');
    const command = ['diff', 'x1.csv', 'x2.csv', '--key', 'id', '--allow', 'a'];
    const { exitCode, stdout } = await typed(cwd, [...command, '--limit', '1']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('\nchanged where it may not\n  3\n    a: [-x-]{+y+}\n    b: [-x-]{+y+}\n');
    expect(stdout).toMatch(/\nchanged only where it may\n {2}2 changed records left out: .*\n$/);
    const json = await typed(cwd, [...command, '--format', 'json']);
    expect(changesOf(json).map(({ key }) => key)).toEqual(['1', '2', '3']);
  });

  it('compares a table with a run, and rows of standard input with either', async () => {
    const cwd = project();
    rows(cwd);
    const run = await typed(cwd, ['diff', 'a.csv', 'after', '--key', 'id', '--format', 'json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      same: 1,
      changed: [{ key: 't1', fields: { topic: { a: 'order', b: 'billing' } } }],
      added: ['t3'],
      usage: { a: null, b: summary.usage },
      cost_usd: { a: null, b: 1 },
    });
    const stdin = new PassThrough() as unknown as NodeJS.ReadStream & PassThrough;
    stdin.end('{"id":"t1","topic":"order"}\n');
    const piped = await typed(cwd, ['diff', '-', 'a.csv', '--key', 'id', '--format', 'json'], { stdin });
    expect(JSON.parse(piped.stdout)).toMatchObject({ same: 1, added: ['t2'] });
  });

  it("knows the key of a run's results, wherever the file is", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'old.jsonl'), '{"index":0,"key":"t1","output":{"a":1}}\n');
    writeFileSync(join(cwd, 'new.jsonl'), '{"index":7,"key":"t1","output":{"a":2}}\n');
    const ended = await typed(cwd, ['diff', 'old.jsonl', 'new.jsonl', '--format', 'json']);
    expect(changesOf(ended)).toEqual([{ key: 't1', fields: { a: { a: 1, b: 2 } } }]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['no --key', ['a.csv', 'b.jsonl'], ['have no name by which to find them', '--key id']],
    [
      'a column that there is not',
      ['a.csv', 'b.jsonl', '--key', 'idd'],
      ['`a.csv` has no column `idd`', 'did you mean `--key id`?'],
    ],
    [
      'a row without the field',
      ['b.jsonl', 'b.jsonl', '--key', 'Topic'],
      ['b.jsonl:1', 'has no `Topic`', 'did you mean `--key topic`?'],
    ],
    [
      'a key that names nothing',
      ['odd.jsonl', 'b.jsonl', '--key', 'id'],
      ['odd.jsonl:1', 'neither a text nor a whole number', 'odd.jsonl:2', 'odd.jsonl:3'],
    ],
    ['an empty key', ['blank.csv', 'b.jsonl', '--key', 'id'], ['blank.csv:2', '`id` of this row is empty']],
    [
      'a key that stands twice',
      ['twice.csv', 'b.jsonl', '--key', 'id'],
      ['twice.csv:4', 'the key "t1" is that of line 2 already', 'twice.csv:5'],
    ],
    ['rows that are none', ['broken.jsonl', 'b.jsonl', '--key', 'id'], ['broken.jsonl:1', 'broken.jsonl:2']],
    ['a file of bytes', ['odd.csv', 'b.jsonl', '--key', 'id'], ['odd.csv']],
    ['an empty table', ['empty.csv', 'b.jsonl', '--key', 'id'], ['empty.csv']],
    [
      'results among which are others',
      ['mixed.jsonl', 'b.jsonl', '--key', 'id'],
      ['mixed.jsonl:2', 'not one of a run'],
    ],
    [
      'a file that is not there',
      ['a.cvs', 'b.json', '--key', 'id'],
      ['there is no', '`b.json`', 'did you mean'],
    ],
    [
      'a run that is not there',
      ['runs/befor', 'a.csv'],
      [
        'there is no run `runs/befor`',
        'give the folder of a run, its name in `runs/` (`pipe runs` lists them)',
      ],
    ],
    [
      'a misspelt run',
      ['befor', 'a.csv', '--key', 'id'],
      ['there is no run `befor`', 'did you mean `before`?'],
    ],
    ['a folder that is no run', ['.', 'a.csv', '--key', 'id'], ["no run's folder"]],
    [
      'a format that is none',
      ['notes.txt', 'a.csv', '--key', 'id'],
      ['does not tell its format', 'hint: give it a name that tells it, such as rows.csv'],
    ],
    ['--key for two runs', ['before', 'after', '--key', 'id'], ['`--key` is for files of rows']],
    ['--key without a name', ['a.csv', 'b.jsonl', '--key', ''], ['`--key` has no name']],
    [
      'a path that is none',
      ['before', 'after', '--allow', 'a..b'],
      ['--allow: `a..b` is no path of a field', 'ticket.*'],
    ],
    ['--limit and --all', ['before', 'after', '--limit', '1', '--all'], ['keep one']],
    ['--limit for JSON', ['before', 'after', '--limit', '1', '--format', 'json'], ['has every change']],
    ['stdin twice', ['-', '-'], ['both sides cannot be read from stdin']],
    ['one side', ['before'], ["missing required argument 'after'"]],
    ['a misspelt flag', ['before', 'after', '--alow', 'x'], ['Did you mean --allow']],
    [
      'a format that there is not',
      ['before', 'after', '--format', 'xml'],
      ['Allowed choices are text, json, markdown, html'],
    ],
  ])('refuses %s, and prints no data', async (_what, args, words) => {
    const cwd = project();
    rows(cwd);
    writeFileSync(join(cwd, 'odd.jsonl'), '{"id":null}\n{"id":1.5}\n{"id":""}\n{"id":7}\n');
    writeFileSync(join(cwd, 'twice.csv'), 'id\nt1\nt2\nt1\nt2\n');
    writeFileSync(join(cwd, 'blank.csv'), 'id,a\n,1\n');
    writeFileSync(join(cwd, 'broken.jsonl'), '{"id": "a"\n[1]\n{"id":"c"}\n');
    writeFileSync(join(cwd, 'odd.csv'), Buffer.from([0xff, 0xfe, 0x00, 0x41, 0x0a]));
    writeFileSync(join(cwd, 'empty.csv'), '');
    writeFileSync(join(cwd, 'mixed.jsonl'), '{"index":0,"key":"a","output":1}\n{"id":"b"}\n');
    writeFileSync(join(cwd, 'notes.txt'), 'x');
    const { exitCode, stdout, stderr } = await typed(cwd, ['diff', ...args]);
    const refusal = args.includes('json') ? /^\{\s+"state": "refused"/u : /^$/u;
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(refusal);
    for (const word of words) expect(stderr.replaceAll(`${cwd}/`, '')).toContain(word);
  });

  it('is quiet where its reader has gone', async () => {
    const stdout = new PassThrough();
    stdout.destroy();
    const gone = stdout as unknown as NodeJS.WriteStream & PassThrough;
    const ended = await typed(project(), ['diff', 'before', 'after'], { stdout: gone });
    expect(ended).toMatchObject({ exitCode: 1, stderr: '' });
  });
});
