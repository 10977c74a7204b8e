import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runInProcess, typed } from '../support/in-process.ts';

const pipeline = `version: 1
name: p
model: { name: mistral-small-latest, max_tokens: 30 }
steps:
  say: { type: chat, prompt: '{{input.text}}' }
`;

function project(text = pipeline): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'p.yaml'), text);
  writeFileSync(join(cwd, 'rows.jsonl'), '{"text":"one"}\n{"text":"two"}\n');
  return cwd;
}

/** What stands under `next`, in one line. */
function nextOf(told: string): string {
  const [, next = ''] = told.split('\nnext\n');
  return next.replaceAll(/ \\\n/g, '').replaceAll(/\s+/g, ' ').trim();
}

function run(cwd: string, flags: readonly string[], others?: { readonly stdout: NodeJS.WriteStream }) {
  return typed(cwd, ['run', join(cwd, 'p.yaml'), '--input', join(cwd, 'rows.jsonl'), ...flags], others);
}

it.each<[string, string]>([
  ['mistral-smal', 'mistral-small-latest'],
  ['my-own', 'NAME'],
])('after the unknown model %s of the flag, the next run has another', async (wrong, right) => {
  const cwd = project();
  const dir = join(cwd, 'bad');
  const told = await run(cwd, ['--simulate=', '--model', wrong, '--run-dir', dir, '--var', 'a=1']);
  expect(told.exitCode).toBe(2);
  const stopped = await run(cwd, ['--simulate=', '--model', wrong, '--run-dir', dir]);
  expect(stopped.exitCode).toBe(3);
  expect(stopped.stderr).toContain(`the simulator does not know the model \`${wrong}\``);
  expect(stopped.stderr).not.toContain('127.0.0.1');
  expect(stopped.stderr).toMatch(/^hint {7}.*`--model`/mu);
  expect(nextOf(stopped.stderr)).toContain(`--simulate --model ${right} begins anew`);
  expect(nextOf(stopped.stderr)).not.toContain('resume');
});

it('the simulator stands in for a model whose price the file gives', async () => {
  const priced = `${pipeline}prices: {my-own: {input: 1000000, output: 0}}\n`;
  const cwd = project(priced.replace('mistral-small-latest', 'my-own'));
  const { exitCode, stderr } = await run(cwd, ['--simulate=']);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^my-own /mu);
  expect(stderr).toMatch(/^cost {7}\$\d/mu);
});

it('says how the simulator stands in for a model that it does not know', async () => {
  const cwd = project(pipeline.replace('mistral-small-latest', 'open-mistral-7b'));
  const { stderr } = await run(cwd, ['--simulate=']);
  const told = stderr.replaceAll(/\s+/gu, ' ');
  expect(told).toContain(
    'did you mean `open-mistral-nemo` by `model.name`? if the name is right, a price for it under `prices` lets the simulator stand in for it',
  );
  expect(nextOf(stderr)).toContain(
    'once `model.name` names a model that the simulator has, or `prices` has its price',
  );
});

it('after an unknown model of the file, the next run wants another there', async () => {
  const cwd = project(pipeline.replace('-small-latest', '-smal'));
  const stopped = await run(cwd, ['--simulate=']);
  expect(stopped.exitCode).toBe(3);
  expect(stopped.stderr.replaceAll(/\s+/gu, ' ')).toContain(
    'did you mean `mistral-small-latest` by `model.name`?',
  );
  expect(nextOf(stopped.stderr)).toMatch(/--simulate begins anew, once `model.name` names a model/);
  const quiet = await run(cwd, ['--simulate=', '--quiet']);
  expect(quiet.stderr).toContain('hint: did you mean `mistral-small-latest`');
});

it('after a replay that misses, the next run records', async () => {
  const cwd = project();
  const recording = join(cwd, 'r.jsonl');
  await run(cwd, ['--simulate=', '--record', recording, '--limit', '1', '--quiet']);
  const missed = await run(cwd, ['--replay', recording]);
  expect(missed.exitCode).toBe(1);
  expect(nextOf(missed.stderr)).toContain(`--record ${recording} asks the model, and records the call`);
  const several = await run(cwd, ['--replay', recording, '--replay', cwd]);
  expect(nextOf(several.stderr)).toContain('run it with --record in place of --replay');
});

/** The words of the command that stands under `next`, up to where it is told what it does. */
function commandOf(told: string, effect: string): readonly string[] {
  const [command = ''] = nextOf(told).split(` ${effect}`);
  return command.split(' ').slice(1);
}

const piped = () => new PassThrough() as unknown as NodeJS.ReadStream & PassThrough;

it('after a stop before the end of stdin, the next run wants all of it, into the same folder', async () => {
  const cwd = project();
  const words = ['run', join(cwd, 'p.yaml'), '--input', '-', '--input-format', 'jsonl', '--simulate='];
  const flags = ['--set', 'budget.tokens=9000', '--run-dir', join(cwd, 'cut')];
  const stdin = piped();
  stdin.write('{"text":\n');
  const stopped = await typed(cwd, [...words, ...flags, '--fail-fast'], { stdin });
  expect(stopped.exitCode).toBe(1);
  expect(nextOf(stopped.stderr)).toMatch(
    /^pipe run \S+p\.yaml --input - --simulate --set budget\.tokens=9000 --input-format jsonl --run-dir cut goes on/,
  );
  const effect = 'goes on with the rest of the input, given the whole input from its beginning';
  expect(nextOf(stopped.stderr)).toContain(`${effect}; 1 row is at fault itself`);

  const again = await typed(cwd, ['resume', join(cwd, 'cut')]);
  expect(again.stderr).toContain('had not been read to its end');
  expect(nextOf(again.stderr)).toContain(`--run-dir cut ${effect}; 1 row`);

  stdin.end('{"text":"two"}\n');
  const whole = piped();
  whole.end('{"text":\n{"text":"two"}\n');
  const next = commandOf(stopped.stderr, effect).map((word) => (word === 'cut' ? join(cwd, word) : word));
  const through = await typed(cwd, next, { stdin: whole });
  expect(through.stderr).toMatch(/^records +2: 1 succeeded, 1 failed/mu);
  expect(nextOf(through.stderr)).toContain('correct it at the source');
});

const cuts = [
  ['a quoted cell', 'csv', 'id,text\n1,one\n', '2,"tw', '2,"two"\n'],
  ['a row of cells', 'csv', 'id,text\n1,one\n', '2', '2,two\n'],
  ['a line of JSON', 'jsonl', '{"text":"one"}\n', '{"te', '{"text":"two"}\n'],
  ['an array', 'json', '[{"text":"one"},', '{"te', '{"text":"two"}]'],
] as const;

const given = (text: string) => {
  const stdin = piped();
  stdin.end(text);
  return { stdin };
};

it.each(cuts)(
  'after an input that was cut off within %s, the next run wants the whole of it',
  async (_what, format, first, cut, rest) => {
    const cwd = project();
    const words = ['run', join(cwd, 'p.yaml'), '--input', '-', '--input-format', format, '--simulate='];
    const folder = ['--run-dir', join(cwd, 'cut')];
    const half = await typed(cwd, [...words, ...folder], given(first + cut));
    expect(half.exitCode).toBe(2);
    expect(half.stderr).toMatch(/^records +1: 1 succeeded/mu);
    const effect = 'goes on with the rest of the input, given the whole input from its beginning';
    expect(nextOf(half.stderr)).toContain(
      `--run-dir cut ${effect}, if it was cut off; if it has to be corrected`,
    );

    const other = await typed(cwd, [...words, ...folder], given((first + rest).replace('one', 'ONE')));
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('stopping: this is not the input that the run was begun with');

    const whole = await typed(cwd, [...words, ...folder], given(first + rest));
    expect(whole.exitCode).toBe(0);
    expect(whole.stderr).toMatch(/^records +2: 2 succeeded/mu);
    const again = await typed(cwd, ['resume', join(cwd, 'cut')]);
    expect(again.exitCode).toBe(0);
  },
);

it.each(cuts)(
  'a run that stopped before it came to where its input was cut off, within %s, goes on to there, and then with all',
  async (_what, format, first, cut, rest) => {
    const cwd = project();
    const words = ['run', join(cwd, 'p.yaml'), '--input', '-', '--input-format', format, '--simulate='];
    const folder = ['--run-dir', join(cwd, 'cut')];
    const spent = await typed(cwd, [...words, ...folder, '--budget-usd', '0.000001'], given(first + cut));
    expect(spent.exitCode).toBe(4);
    const further = await typed(cwd, ['resume', join(cwd, 'cut'), '--budget-usd', '1']);
    expect(further.exitCode).toBe(2);
    // The first session may have come to the cut row before it stopped, or not.
    expect(further.stderr).toMatch(/^records +[12]: 1 succeeded/mu);
    expect(nextOf(further.stderr)).toContain('given the whole input from its beginning');
    const whole = await typed(cwd, [...words, ...folder, '--budget-usd', '1'], given(first + rest));
    expect(whole.exitCode).toBe(0);
    expect(whole.stderr).toMatch(/^records +2: 2 succeeded/mu);
  },
);

it('after a run that wanted a part of stdin only, nothing more of it is asked for', async () => {
  const cwd = project();
  const long = piped();
  long.write('{"text":1}\n{"text":"two"}\n');
  const words = [
    'run',
    join(cwd, 'p.yaml'),
    '--input',
    '-',
    '--input-format',
    'jsonl',
    '--simulate=errors=100%',
  ];
  const some = await typed(
    cwd,
    [...words, '--limit', '1', '--set', 'retry.attempts=1', '--run-dir', join(cwd, 'some')],
    { stdin: long },
  );
  expect(some.stderr).toMatch(/^records +1: 0 succeeded, 1 failed/mu);
  expect(nextOf(some.stderr)).toMatch(/^pipe resume some runs the failed record again/u);
});

/** A stdout that takes nothing, as one to a full disk. */
function fullStdout(): NodeJS.WriteStream {
  const write: Writable['_write'] = (chunk: Buffer, _encoding, done) =>
    done(
      chunk.length === 0
        ? null
        : Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
    );
  return new Writable({ write }) as unknown as NodeJS.WriteStream;
}

it.each([
  ['many rows', 50],
  ['the one row', 1],
])('of %s that stdout cannot take the run says so, and going on writes them', async (_, count) => {
  const cwd = project();
  writeFileSync(join(cwd, 'rows.jsonl'), '{"text":"one"}\n'.repeat(count));
  const go = (others?: { readonly stdout: NodeJS.WriteStream }) =>
    run(cwd, ['--simulate=', '--run-dir', join(cwd, 'r'), '--output', '-'], others);
  const stopped = await go({ stdout: fullStdout() });
  expect(stopped.stderr).toMatch(/^reason +stdout could not be written: no space is left on the disk/mu);
  expect(stopped.exitCode).toBe(5);
  expect(nextOf(stopped.stderr)).toMatch(/^pipe resume r --output - .*once the reason is gone$/u);
  const resumed = await go();
  expect(resumed.stdout.trimEnd().split('\n')).toHaveLength(count);
  // A run that is done writes its rows again.
  const done = await go({ stdout: fullStdout() });
  expect(done.stderr).toMatch(/^reason +stdout could not be written/mu);
  expect(done.exitCode).toBe(5);
});

it('a plan that is too dear is run with a budget', async () => {
  const cwd = project();
  writeFileSync(join(cwd, 'rows.jsonl'), '{"text":"one"}\n'.repeat(50));
  const words = ['plan', join(cwd, 'p.yaml'), '--input', join(cwd, 'rows.jsonl'), '--max-usd'];
  const dear = await typed(cwd, [...words, '0.0003']);
  expect(dear.exitCode).toBe(4);
  expect(nextOf(dear.stdout)).toContain('--budget-usd 0.0003');
  expect((await typed(cwd, [...words, '5'])).stdout).not.toContain('--budget-usd');
});

it.each(['--replay', '--record'])(
  '%s of a file that is no recording says so once, and leaves it alone',
  async (flag) => {
    const cwd = project();
    const rows = join(cwd, 'rows.csv');
    writeFileSync(rows, `text\n${'one\n'.repeat(20)}`);
    const told = await run(cwd, [flag, rows]);
    expect(told.exitCode).toBe(2);
    expect(told.stderr.match(/\berror\b/gu)).toHaveLength(1);
    expect(told.stderr).toContain('rows.csv` is no recording: line 1 is no sound JSON');
    expect(told.stderr).not.toContain('remove');
    expect(readFileSync(rows, 'utf8')).toContain('one');
    // A recording whose one line is torn is one all the same.
    writeFileSync(join(cwd, 'torn.jsonl'), '{"type":"answer","step":"say",');
    const torn = await run(cwd, [flag, join(cwd, 'torn.jsonl')]);
    expect(torn.stderr).toContain('restore the line');
  },
);

it('a flag with several values says that it is to be repeated', async () => {
  const cwd = project();
  const told = await run(cwd, ['--replay', 'r.jsonl', 'r2.jsonl']);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain("too many arguments for 'run'");
  expect(told.stderr).toContain('--replay takes one value: repeat it for each');
  expect((await run(cwd, ['p.yaml'])).stderr).not.toContain('repeat');
});

it.each([
  ['run', ['p.yaml', 'rows.jsonl'], '(did you mean --input rows.jsonl?)'],
  ['run', ['my rows.csv.gz', 'p.yaml', '--var', 'a=b'], "(did you mean --input 'my rows.csv.gz'?)"],
  ['render', ['p.yaml', 'rows.tsv'], '(did you mean --input rows.tsv?)'],
  ['plan', ['p.yaml', 'rows.json'], '(did you mean --input rows.json?)'],
  ['try', ['p.yaml', 'rows.ndjson'], '(did you mean --input rows.ndjson?)'],
  ['check', ['p.yaml', 'rows.jsonl'], 'did you mean --input rows.jsonl?'],
])('%s %j tells that rows are given by --input', async (command, words, hint) => {
  const told = await runInProcess(project(), [command, ...words]);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain(hint);
});

it('rows that are given already are not asked for', async () => {
  const told = await runInProcess(project(), ['run', 'p.yaml', 'x.csv', '--input', 'rows.jsonl']);
  expect(told.stderr).toContain("too many arguments for 'run'");
  expect(told.stderr).not.toContain('did you mean');
});

it.each<[string, readonly string[]]>([
  ['plan', ['plan', 'no.yaml', '--input', 'rows.jsonl']],
  ['plan with a recording', ['plan', 'no.yaml', '--input', 'rows.jsonl', '--replay', 'none.jsonl']],
  ['plan against no run', ['plan', 'no.yaml', '--input', 'rows.jsonl', '--against', 'none']],
  ['diff', ['diff', 'none', 'other']],
  ['diff, misused', ['diff', 'none', 'other', '--limit', '1']],
  ['runs', ['runs', 'none']],
])('%s refused in JSON says so on stdout too', async (_, words) => {
  const refused = await typed(project(), [...words, '--format', 'json']);
  const text = await typed(project(), words);
  expect(text.stdout).toBe('');
  expect(refused.exitCode).toBe(2);
  const told = JSON.parse(refused.stdout) as { readonly reason: { readonly message: string } };
  expect(told).toMatchObject({
    state: 'refused',
    exit_code: 2,
    diagnostics: expect.arrayContaining([expect.objectContaining({ severity: 'error' })]) as unknown,
  });
  expect(refused.stderr).toContain(told.reason.message);
});

it('a failed record of an earlier run is told of where it stands in errors.jsonl', async () => {
  const cwd = project();
  writeFileSync(join(cwd, 'rows.jsonl'), '{"text":"one"}\n{"text":"two"}\n{"txt":"three"}\n');
  await run(cwd, ['--simulate=', '--run-dir', join(cwd, 'first')]);
  const errors = join(cwd, 'first', 'errors.jsonl');
  expect(JSON.parse(readFileSync(errors, 'utf8'))).toMatchObject({ index: 2, line: 3 });

  const input = [join(cwd, 'p.yaml'), '--input', errors, '--input-format', 'errors'];
  const place = 'first/errors.jsonl:1';
  const again = await typed(cwd, ['run', ...input, '--simulate=', '--run-dir', join(cwd, 'again')], {
    env: { GITHUB_ACTIONS: 'true' },
  });
  expect(again.stderr).toContain(`${place}  error  \`input.text\` is absent`);
  expect(again.stderr).toMatch(/^ +\S+errors\.jsonl:1 +`input\.text` is absent$/mu);
  const rows = readFileSync(join(cwd, 'again', 'errors.jsonl'), 'utf8');
  expect(rows).toBe(readFileSync(errors, 'utf8'));
  expect((await typed(cwd, ['check', ...input])).stderr).toContain(`${place}  error`);
  expect((await typed(cwd, ['try', ...input, '--simulate='])).stderr).toContain(place);
  expect((await typed(cwd, ['render', ...input])).stdout).toContain(place);
});

it('GitHub marks the line of errors.jsonl on which a record that failed before stands', async () => {
  const cwd = project(`${pipeline}input: { schema: { properties: { text: { type: string } } } }\n`);
  writeFileSync(join(cwd, 'rows.jsonl'), '{"text":"one"}\n{"text":2}\n');
  await run(cwd, ['--simulate=', '--run-dir', join(cwd, 'first')]);
  const input = ['--input', join(cwd, 'first', 'errors.jsonl'), '--input-format', 'errors'];
  const again = await typed(cwd, ['run', join(cwd, 'p.yaml'), ...input, '--simulate='], {
    env: { GITHUB_ACTIONS: 'true' },
  });
  expect(again.stderr).toContain('file=first/errors.jsonl,line=1,');
});
