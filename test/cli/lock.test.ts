import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer } from '../support/fake-server.ts';
import { typed, type Ended } from '../support/in-process.ts';
import { pipeHere } from '../support/pipe-here.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pipeline = `version: 1
name: letters
vars: {language: French}
model: {name: mistral-small-latest}
input: {key: id, schema: ./letter.json}
partials: ./partials
steps:
  ask: {type: chat, prompt: "{{> style}} {{vars.language}} {{input.text}}"}
`;

/** A project with a partial and a schema, beside its rows. */
function project(text = pipeline): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'partials'));
  writeFileSync(join(cwd, 'letters.yaml'), text);
  writeFileSync(join(cwd, 'partials/style.hbs'), 'Be brief.\nBe kind.\n');
  writeFileSync(join(cwd, 'letter.json'), '{"type": "object", "properties": {"id": {}, "text": {}}}\n');
  writeFileSync(join(cwd, 'rows.jsonl'), '{"id":"a","text":"one"}\n{"id":"b","text":"two"}\n');
  return cwd;
}

const here = (cwd: string, ...args: readonly string[]): Promise<Ended> => typed(cwd, args);
const lockOf = (cwd: string) => readFileSync(join(cwd, 'letters.lock'), 'utf8');

/** Changes a file of the project. */
function edit(cwd: string, file: string, change: (text: string) => string): void {
  const path = join(cwd, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** A run of the pipeline, as its folder tells it. */
function runOf(cwd: string, name: string, changes: object): void {
  const folder = join(cwd, name);
  mkdirSync(folder, { recursive: true });
  const file = { path: join(cwd, 'letters.yaml'), sha256: 'x' };
  const summary = {
    format: 1,
    state: 'completed',
    reason: null,
    pipe: '0.1.0',
    name: 'letters',
    started: '2026-01-31T12:00:00.000Z',
    finished: '2026-01-31T12:00:01.000Z',
    sessions: 1,
    duration: 1,
    pipeline: file,
    files: [],
    vars: {},
    overrides: [],
    input: { path: null, sha256: null, format: null },
    selection: null,
    images: null,
    output: null,
    simulated: false,
    simulator: null,
    counts: null,
    tool_calls: null,
    budget: null,
    models: { 'mistral-small-latest': ['mistral-small-2603'] },
    ...changes,
  };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(summary));
}

describe('pipe lock', () => {
  it('pins every file by its path from the pipeline, and holds', async () => {
    const cwd = project();
    const told = await here(cwd, 'lock', 'letters.yaml');
    expect(told).toMatchObject({ exitCode: 0, stdout: '' });
    expect(told.stderr).toBe(
      'letters.lock: written, 3 files, 1 model\n' +
        '  mistralai/mistral-small-latest: which model answers is not known before a run; lock it again after one\n',
    );
    expect(lockOf(cwd).match(/^ {2}\S+(?=: sha256:[0-9a-f]{64}$)/gm)).toEqual([
      '  letter.json',
      '  letters.yaml',
      '  partials/style.hbs',
    ]);
    expect(statSync(join(cwd, 'letters.lock')).mode & 0o044).not.toBe(0);
    const checked = await here(cwd, 'check', 'letters.yaml', '--locked');
    expect(checked.exitCode).toBe(0);
    expect(checked.stderr).toContain('letters.yaml: ok, 1 step, as locked\n');
    expect(checked.stderr).toContain('[unlocked-model]');
    const again = await here(cwd, 'lock', 'letters.yaml');
    expect(again.stderr).toContain('letters.lock: nothing has changed');
  });

  it('learns from the newest run of the pipeline which model answers', async () => {
    const cwd = project();
    const answered = (model: string) => ({ models: { 'mistral-small-latest': ['other', model] } });
    runOf(cwd, 'runs/letters-20260101T000000Z-0000', { ...answered('old'), started: '2026-01-01' });
    runOf(cwd, 'runs/letters-20260201T000000Z-0000', { ...answered('newer'), started: '2026-02-01' });
    runOf(cwd, 'runs/letters-20260301T000000Z-0000', { ...answered('made-up'), simulated: true });
    runOf(cwd, 'runs/letters-20260302T000000Z-0000', { models: {} });
    runOf(cwd, 'runs/letters-20260303T000000Z-0000', { models: null });
    runOf(cwd, 'runs/letters-20260304T000000Z-0000', {
      ...answered('foreign'),
      overrides: ['--set model.base_url=http://x.example'],
    });
    runOf(cwd, 'runs/letters-20260305T000000Z-0000', {
      ...answered('of-another'),
      pipeline: { path: '/other.yaml', sha256: 'y' },
    });
    mkdirSync(join(cwd, 'runs/letters-20260401T000000Z-0000'));
    const told = await here(cwd, 'lock', 'letters.yaml');
    expect(told.stderr).toContain(
      '  mistralai/mistral-small-latest: answered by newer in runs/letters-20260201T000000Z-0000\n',
    );
    expect(lockOf(cwd)).toContain('    resolved: newer\n');
  });

  it('takes another run by its name, and says what it replaces', async () => {
    const cwd = project();
    runOf(cwd, 'night', {});
    await here(cwd, 'lock', 'letters.yaml', '--from', 'night');
    expect(lockOf(cwd)).toContain('    resolved: mistral-small-2603\n');
    // Where no run is known any more, what was known stays.
    rmSync(join(cwd, 'night'), { recursive: true });
    edit(cwd, 'partials/style.hbs', (text) => text.replace('brief', 'short'));
    const kept = await here(cwd, 'lock', 'letters.yaml');
    expect(kept.stderr).toBe(
      'letters.lock: written, 3 files, 1 model\n' +
        '  mistralai/mistral-small-latest: answered by mistral-small-2603 as it was locked before\n' +
        '  `partials/style.hbs` has changed since it was locked\n',
    );
    runOf(cwd, 'day', { models: { 'mistral-small-latest': ['mistral-small-2612'] } });
    const moved = await here(cwd, 'lock', 'letters.yaml', '--from', 'day');
    expect(moved.stderr).toContain(
      'answered by mistral-small-2612, no longer by mistral-small-2603 in day\n',
    );
  });

  it('says that simulated and replayed runs do not count, where there are no others', async () => {
    const cwd = project();
    const words =
      'is not known before a run (simulated and replayed ones do not count); lock it again after one\n';
    runOf(cwd, 'runs/letters-20260301T000000Z-0000', { simulated: true });
    runOf(cwd, 'runs/letters-20260302T000000Z-0000', { replay: 'letters.recording.jsonl' });
    expect((await here(cwd, 'lock', 'letters.yaml')).stderr).toContain(words);
    runOf(cwd, 'runs/letters-20260303T000000Z-0000', { models: {} });
    expect((await here(cwd, 'lock', 'letters.yaml')).stderr).not.toContain('do not count');
  });

  it('refuses a folder that is no run, or one of a newer version, as other commands do', async () => {
    const cwd = project();
    runOf(cwd, 'night', {});
    edit(cwd, 'night/run.json', (text) => text.replace(/"format": ?1/, '"format": 2'));
    const told = await here(cwd, 'lock', 'letters.yaml', '--from', 'night');
    expect(told).toMatchObject({
      exitCode: 2,
      stderr: 'error  night/run.json is of a newer version of pipe: go on with that one  [not-a-run]\n',
    });
    expect((await here(cwd, 'report', 'night')).stderr).toBe(told.stderr);
    expect((await here(cwd, 'lock', 'letters.yaml', '--from', 'partials')).stderr).toMatch(
      /^error {2}partials\/run\.json is not there.* \[not-a-run\]$/mu,
    );
  });

  it('says of a run that asked another server how it can tell', async () => {
    const cwd = project();
    const run = 'runs/letters-20260301T000000Z-0000';
    runOf(cwd, run, { overrides: ['--set model.base_url=http://x.example'] });
    runOf(cwd, 'runs/letters-20260302T000000Z-0000', { simulated: true });
    expect((await here(cwd, 'lock', 'letters.yaml')).stderr).toContain(
      `which model answers is not known: the newest real run, ${run}, asked another server; \`--from ${run}\` takes it from there all the same\n`,
    );
    const told = await here(cwd, 'lock', 'letters.yaml', '--from', run);
    expect(told.stderr).toContain(`answered by mistral-small-2603 in ${run}\n`);
  });

  it('names the pipeline of a lock that is given in its place', async () => {
    const cwd = project();
    await here(cwd, 'lock', 'letters.yaml');
    const before = lockOf(cwd);
    expect(await here(cwd, 'lock', 'letters.lock')).toMatchObject({
      exitCode: 2,
      stderr:
        'error  `letters.lock` is the lock of `letters.yaml`, and no pipeline  [not-a-pipeline]\n' +
        '  hint: name `letters.yaml`\n',
    });
    expect(lockOf(cwd)).toBe(before);
    writeFileSync(join(cwd, 'yarn.lock'), '# yarn lockfile v1\n');
    expect((await here(cwd, 'lock', 'yarn.lock')).stderr).not.toContain('is the lock of');
  });

  it('refuses a run that says nothing', async () => {
    const cwd = project();
    runOf(cwd, 'made-up', { simulated: true });
    runOf(cwd, 'again', { replay: { paths: ['/r.jsonl'], live_tools: false, strict: false } });
    runOf(cwd, 'foreign', { pipeline: { path: '/other.yaml', sha256: 'y' } });
    for (const [run, words] of [
      ['made-up', 'the answers of `made-up` were simulated  [simulated-run]'],
      ['again', 'the answers of `again` were replayed  [replayed-run]'],
      ['foreign', 'does not tell who answers for letters.lock: it is a run of another pipeline'],
      ['nowhere', 'there is no run `nowhere`'],
    ]) {
      const told = await here(cwd, 'lock', 'letters.yaml', '--from', run ?? '');
      expect(told.exitCode).toBe(2);
      expect(told.stderr).toContain(words);
    }
  });

  it('locks what is sound of several files, and tells the mistakes of the others', async () => {
    const cwd = project();
    writeFileSync(join(cwd, 'broken.yaml'), pipeline.replace('chat', 'chta'));
    const told = await here(cwd, 'lock', 'broken.yaml', 'nowhere.yaml', 'letters.yaml');
    expect(told.exitCode).toBe(2);
    expect(told.stderr).toContain('broken.yaml:8:');
    expect(told.stderr).toContain('[missing-file]');
    expect(lockOf(cwd)).toContain('pipeline: letters.yaml');
  });

  it.each([
    ['of another program', '[[package]]\n', "`letters.lock` is no lock of pipe's, and is left as it is"],
    [
      'of another pipeline',
      '# The lock of letters.json: of it\nversion: 1\n',
      '`letters.lock` is the lock of `letters.json`, and is left as it is',
    ],
  ])('leaves a file alone that is %s', async (_, text, words) => {
    const cwd = project();
    writeFileSync(join(cwd, 'letters.json'), '{}');
    writeFileSync(join(cwd, 'letters.lock'), text);
    const told = await here(cwd, 'lock', 'letters.yaml');
    expect(told.exitCode).toBe(2);
    expect(told.stderr).toContain(words);
    expect(lockOf(cwd)).toBe(text);
  });

  it('leaves a lock of a newer version as it is', async () => {
    const cwd = project();
    await here(cwd, 'lock', 'letters.yaml');
    edit(cwd, 'letters.lock', (text) => text.replace('version: 1', 'version: 2'));
    const before = lockOf(cwd);
    const { exitCode, stderr } = await here(cwd, 'lock', 'letters.yaml');
    expect({ exitCode, lock: lockOf(cwd) }).toEqual({ exitCode: 2, lock: before });
    expect(stderr).toMatch(/^letters\.lock:3:10 {2}error {2}the lock is of a newer version .*\[newer-lock\]/);
  });

  it('writes a lock anew that is empty, in conflict, or of a pipeline that is gone', async () => {
    const cwd = project();
    await here(cwd, 'lock', 'letters.yaml');
    const sound = lockOf(cwd);
    for (const text of [
      '',
      `<<<<<<< HEAD\n${sound}=======\n>>>>>>> x\n`,
      '# The lock of gone.yaml: of it\n',
    ]) {
      writeFileSync(join(cwd, 'letters.lock'), text);
      expect(await here(cwd, 'lock', 'letters.yaml')).toMatchObject({ exitCode: 0 });
      expect(lockOf(cwd)).toBe(sound);
    }
  });

  it('writes a name of more lines into one line, and knows the lock again', async () => {
    const cwd = project();
    const name = 'two\nlines: x.yaml';
    writeFileSync(join(cwd, name), readFileSync(join(cwd, 'letters.yaml')));
    for (const _ of ['first', 'again']) expect(await here(cwd, 'lock', name)).toMatchObject({ exitCode: 0 });
    const text = readFileSync(join(cwd, 'two\nlines: x.lock'), 'utf8');
    expect(text.split('\n')[0]).toMatch(/^# The lock of two\\nlines: x\.yaml: the files/u);
    expect(await here(cwd, 'check', name, '--locked')).toMatchObject({ exitCode: 0 });
  });

  it('says where it cannot be written', async () => {
    const cwd = project();
    mkdirSync(join(cwd, 'letters.lock'));
    const told = await here(cwd, 'lock', 'letters.yaml');
    expect(told.exitCode).toBe(2);
    expect(told.stderr).toContain('is a folder, not a file');
  });
});

describe('what is not as it was locked', () => {
  /** What `check --locked` and `run --locked` tell of a locked project that was changed. */
  async function driftsOf(
    change: (cwd: string) => void,
    ...flags: readonly string[]
  ): Promise<readonly string[]> {
    const cwd = project();
    runOf(cwd, 'night', {});
    await here(cwd, 'lock', 'letters.yaml', '--from', 'night');
    change(cwd);
    const input = join(cwd, 'rows.jsonl');
    const run = await here(cwd, 'run', 'letters.yaml', '--input', input, '--locked', '--simulate=', ...flags);
    expect(run.exitCode).toBe(2);
    expect(run.stdout).toBe('');
    const checked = await here(cwd, 'check', 'letters.yaml', '--locked', ...flags);
    expect(checked.exitCode).toBe(2);
    expect(checked.stderr).toBe(run.stderr);
    return run.stderr.match(/^\S.*\[[\w-]+\]$|^ {2}hint: .*$/gm) ?? [];
  }

  const review = '  hint: look at the change, then pin it by `pipe lock letters.yaml`';
  const drift = (message: string, place: string) => [`${place}  error  ${message}  [lock-drift]`, review];

  it('is a file, whatever has changed in it', async () => {
    const comment = (cwd: string) => edit(cwd, 'letters.yaml', (text) => `${text}# more\n`);
    expect(await driftsOf(comment)).toEqual(
      drift('`letters.yaml` has changed since it was locked', 'letters.yaml:1'),
    );
    const partial = (cwd: string) => edit(cwd, 'partials/style.hbs', (text) => text.replace('kind', 'firm'));
    expect(await driftsOf(partial)).toEqual(
      drift('`partials/style.hbs` has changed since it was locked', 'partials/style.hbs:1'),
    );
  });

  it('is a line ending, which is told as such', async () => {
    const crlf = (cwd: string) => edit(cwd, 'partials/style.hbs', (text) => text.replaceAll('\n', '\r\n'));
    expect(await driftsOf(crlf)).toEqual([
      'partials/style.hbs:1  error  `partials/style.hbs` has other line endings than when it was locked  [lock-drift]',
      '  hint: check it out as it was committed: `* text eol=lf` in .gitattributes keeps git from changing them',
    ]);
  });

  it('is a file more or less, and a model by its line', async () => {
    const told = await driftsOf((cwd) => {
      edit(cwd, 'letters.yaml', (text) =>
        text.replace('{{> style}}', '{{> tone}}').replace('small-latest', 'large-latest'),
      );
      writeFileSync(join(cwd, 'partials/tone.hbs'), 'Be firm.');
    });
    expect(told).toEqual([
      ...drift('`partials/style.hbs` is no part of the pipeline any more', 'letters.lock:9:3'),
      ...drift('`mistralai/mistral-small-latest` is not asked any more', 'letters.lock:11:3'),
      ...drift('`letters.yaml` has changed since it was locked', 'letters.yaml:1'),
      ...drift(
        '`mistralai/mistral-large-latest` is asked, and was not when the pipeline was locked',
        'letters.yaml:4:15',
      ),
      ...drift(
        '`partials/tone.hbs` has become part of the pipeline since it was locked',
        'partials/tone.hbs:1',
      ),
    ]);
  });

  it('is a price', async () => {
    const dearer = (cwd: string) =>
      edit(cwd, 'letters.lock', (text) => text.replace('input: 0.15', 'input: 0.1'));
    const [told] = await driftsOf(dearer);
    expect(told).toBe(
      'letters.lock:13:5  error  the price of `mistralai/mistral-small-latest` was $0.1 for a million tokens of input, $0.015 of it cached, $0.6 of output when it was locked, and is $0.15 for a million tokens of input, $0.015 of it cached, $0.6 of output  [lock-drift]',
    );
  });

  it('is the way in which answers are known', async () => {
    const older = (cwd: string) =>
      edit(cwd, 'letters.lock', (text) => text.replace('fingerprints: 1', 'fingerprints: 0'));
    expect((await driftsOf(older))[0]).toContain(
      'by version 1 of their fingerprints, and the lock is of version 0',
    );
  });

  it.each([
    [['--model', 'mistral-large-latest'], '--model mistral-large-latest'],
    [['--set', 'model.temperature=1'], '--set model.temperature=1'],
    [
      ['--set', 'steps.ask.prompt={{> style}} {{vars.language}}: {{input.text}}'],
      '--set steps.ask.prompt={{> style}} {{vars.language}}: {{input.text}}',
    ],
    [['--set', 'model.name=x', '--var', 'language=Dutch'], '--set model.name=x'],
  ])('is a flag that changes what is asked: %j', async (flags, shown) => {
    expect(await driftsOf(() => {}, ...flags)).toEqual([
      `error  \`${shown}\` changes what was locked  [lock-drift]`,
      '  hint: leave it out, or write it into the pipeline and lock that',
    ]);
  });

  it('is no variable, limit, budget or cache', async () => {
    const cwd = project();
    await here(cwd, 'lock', 'letters.yaml');
    const free = [
      '--var',
      'language=Dutch',
      '--set',
      'limits.concurrency=2',
      '--set',
      'steps.ask.cache=false',
    ];
    const told = await here(cwd, 'check', 'letters.yaml', '--locked', ...free);
    expect(told.exitCode).toBe(0);
  });

  it('is a lock that is not there, of another pipeline, or no lock', async () => {
    const gone = (cwd: string) => rmSync(join(cwd, 'letters.lock'));
    expect(await driftsOf(gone)).toEqual([
      'letters.yaml:1  error  there is no lock of `letters.yaml`: `letters.lock` is not there  [missing-lock]',
      '  hint: `pipe lock letters.yaml` writes it, when you have tested what is to be held',
    ]);
    const foreign = (cwd: string) =>
      edit(cwd, 'letters.lock', (text) => text.replace('pipeline: letters.yaml', 'pipeline: letters.json'));
    expect((await driftsOf(foreign))[0]).toContain('the lock is of `letters.json`, not of `letters.yaml`');
    const pipe = (cwd: string) => {
      gone(cwd);
      execFileSync('mkfifo', [join(cwd, 'letters.lock')]);
    };
    expect((await driftsOf(pipe))[0]).toContain('is a device or a pipe, not a file  [not-a-file]');
    const folder = (cwd: string) => {
      gone(cwd);
      mkdirSync(join(cwd, 'letters.lock'));
    };
    expect((await driftsOf(folder))[0]).toContain('is a folder, not a file  [not-a-file]');
    const bytes = (cwd: string) => writeFileSync(join(cwd, 'letters.lock'), Buffer.from([0xff, 0xfe, 0x00]));
    expect((await driftsOf(bytes))[0]).toMatch(/^letters\.lock.*\[[\w-]+\]$/);
  });
});

describe('a locked run', () => {
  it('stops with 3 where another model answers, stays locked, and goes on without', async () => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    const cwd = project(pipeline.replace('small-latest}', `small-latest, base_url: "${server.url}"}`));
    runOf(cwd, 'night', {});
    await here(cwd, 'lock', 'letters.yaml', '--from', 'night');
    const input = join(cwd, 'rows.jsonl');
    const args = [
      'run',
      'letters.yaml',
      '--input',
      input,
      '--run-dir',
      'r',
      '--concurrency',
      '1',
      '--locked',
    ];
    const running = here(cwd, ...args);
    (await server.nextCall()).reply({ content: 'un', model: 'mistral-small-2612' });
    const told = await running;
    expect(told.exitCode).toBe(3);
    expect(told.stderr.replaceAll(/\n {11}/g, ' ')).toContain(
      'reason     `mistral-small-latest` was answered by `mistral-small-2612`, and the lock pins `mistral-small-2603` (model_moved)',
    );
    expect(told.stderr).toContain(
      'pipe resume r --no-locked\n    goes on with the pending record, whichever model answers\n',
    );
    expect(JSON.parse(readFileSync(join(cwd, 'r/run.json'), 'utf8'))).toMatchObject({ locked: true });

    const env = { MISTRAL_API_KEY: 'k' };
    const refused = await pipeHere(['resume', 'r'], { cwd, env });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      '`mistral-small-2612` was the last to answer as `mistral-small-latest` in this run, and the lock pins `mistral-small-2603`',
    );
    await here(cwd, 'lock', 'letters.yaml', '--from', 'r');
    const resumed = pipeHere(['resume', 'r'], { cwd, env });
    (await server.nextCall()).reply({ content: 'deux', model: 'mistral-small-2701' });
    expect(await resumed).toMatchObject({ exitCode: 3 });
    expect(JSON.parse(readFileSync(join(cwd, 'r/run.json'), 'utf8'))).toMatchObject({
      locked: true,
      counts: { succeeded: 2 },
    });
    const unlocked = await pipeHere(['resume', 'r', '--no-locked'], { cwd, env });
    expect(unlocked).toMatchObject({ exitCode: 0 });
  });
});
