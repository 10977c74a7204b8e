import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { pipeHere } from '../support/pipe-here.ts';
import { command as builtCommand, pipe, root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const key = 'secret-key-7f3a91';

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

/** A folder with a pipeline that speaks to this server, and rows. */
function project(server: FakeServer, rows: readonly unknown[], extra = ''): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'translate.yaml'),
    `version: 1
name: translate
vars: {input_language: English, output_language: German}
input: {key: id}
model:
  name: mistral-large-latest
  temperature: 0
  base_url: ${server.url}
  api_key_env: FAKE_KEY
${extra}steps:
  translate:
    type: chat
    system: You are a helpful assistant that translates {{vars.input_language}} to {{vars.output_language}}.
    prompt: "{{input.input}}"
`,
  );
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return folder;
}

/** For a machine that is slow, or busy with other tests. */
const patient = { timeout: 20_000 };

const command = ['run', 'translate.yaml', '--input', 'rows.jsonl', '--run-dir', 'out'] as const;

const run = (folder: string, ...args: readonly string[]) =>
  pipeHere([...command, ...args], { cwd: folder, env: { FAKE_KEY: key } });

/** The same as a process of its own. */
const start = (folder: string, ...args: readonly string[]) =>
  pipe([...command, ...args], { cwd: folder, env: { FAKE_KEY: key } });

const json = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));
const lines = (...path: readonly string[]): unknown[] =>
  readFileSync(join(...path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

describe('pipe run', () => {
  it("sends the messages of LangChain's page and keeps its three counts", async () => {
    const server = await fakeServer();
    const folder = project(server, [{ id: 'a', input: 'I love programming.' }]);
    const running = run(folder);
    const call = await server.nextCall();
    expect(call.path).toBe('/v1/chat/completions');
    expect(call.headers.authorization).toBe(`Bearer ${key}`);
    expect(call.body).toEqual({
      model: 'mistral-large-latest',
      temperature: 0,
      messages: [
        { role: 'system', content: 'You are a helpful assistant that translates English to German.' },
        { role: 'user', content: 'I love programming.' },
      ],
    });
    call.reply({
      content: 'Ich liebe Programmieren.',
      model: 'mistral-large-2512',
      usage: { prompt_tokens: 24, completion_tokens: 8, total_tokens: 32 },
    });
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(0);
    expect(stdout).toBe('');
    expect(lines(folder, 'out/results.jsonl')).toEqual([
      {
        index: 0,
        key: 'a',
        output: { id: 'a', input: 'I love programming.', translate: 'Ich liebe Programmieren.' },
      },
    ]);
    expect(json(folder, 'out/usage.json')).toMatchObject({
      total: {
        records: 1,
        requests: 1,
        retries: 0,
        cached_requests: 0,
        input_tokens: 24,
        output_tokens: 8,
        total_tokens: 32,
        cost_usd: (24 * 0.5 + 8 * 1.5) / 1e6,
      },
    });
    expect(json(folder, 'out/run.json')).toMatchObject({
      state: 'completed',
      counts: { total: 1, succeeded: 1, failed: 0, skipped: 0, pending: 0 },
    });
  });

  it('writes results in input order however the answers come, and bare rows to --output', async () => {
    const server = await fakeServer();
    const rows = Array.from({ length: 6 }, (_, index) => ({ id: `r${index}`, input: `sentence ${index}` }));
    const folder = project(server, rows);
    const running = run(folder, '--output', 'out.csv', '--concurrency', '6');
    const calls = [];
    for (let index = 0; index < 6; index += 1) calls.push(await server.nextCall());
    expect(server.maxInFlight).toBe(6);
    for (const call of calls.reverse()) {
      const [, user] = call.body['messages'] as readonly { content: string }[];
      call.reply(`re: ${user?.content}`);
    }
    expect((await running).exitCode).toBe(0);
    expect(lines(folder, 'out/results.jsonl')).toMatchObject(
      rows.map(({ id }, index) => ({ index, key: id })),
    );
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(
      `id,input,translate\n${rows.map(({ id, input }) => `${id},${input},re: ${input}\n`).join('')}`,
    );
  });

  it('never has more calls under way than --concurrency', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('ok');
    const folder = project(
      server,
      Array.from({ length: 40 }, (_, id) => ({ id, input: `sentence ${id}` })),
    );
    expect((await run(folder, '--concurrency', '3')).exitCode).toBe(0);
    expect(server.calls).toHaveLength(40);
    expect(server.maxInFlight).toBeLessThanOrEqual(3);
  });

  it('retries what may pass, counts it, and fails only the record that it is for', async () => {
    const server = await fakeServer();
    const seen = new Map<string, number>();
    server.answer = (call) => {
      const [, user] = call.body['messages'] as readonly { content: string }[];
      const text = user?.content ?? '';
      const times = (seen.get(text) ?? 0) + 1;
      seen.set(text, times);
      if (text === 'once' && times === 1) call.fail(503);
      else if (text === 'never') call.fail(422);
      else call.reply('fine');
    };
    const folder = project(server, [
      { id: 'a', input: 'once' },
      { id: 'b', input: 'never' },
      { id: 'c', input: 'at once' },
    ]);
    const { exitCode, stderr } = await run(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('rows.jsonl:2');
    expect(lines(folder, 'out/errors.jsonl')).toMatchObject([
      {
        index: 1,
        line: 2,
        key: 'b',
        input: { id: 'b', input: 'never' },
        step: 'translate',
        error: { code: 'invalid_request', status: 422, attempts: 1 },
      },
    ]);
    expect(json(folder, 'out/usage.json')).toMatchObject({ total: { requests: 4, retries: 1 } });
  });

  it.each([
    [401, 'rejected'],
    [404, 'mistral-large-latest'],
  ])('stops on a %i with exit 3 and one sentence', async (status, word) => {
    const server = await fakeServer();
    server.answer = (call) => call.fail(status);
    const folder = project(
      server,
      Array.from({ length: 50 }, (_, id) => ({ id, input: `sentence ${id}` })),
    );
    const { exitCode, stderr } = await run(folder, '--concurrency', '2');
    expect(exitCode).toBe(3);
    expect(stderr).toContain(word);
    expect(server.calls.length).toBeLessThanOrEqual(4);
    expect(lines(folder, 'out/errors.jsonl')).toEqual([]);
    expect(json(folder, 'out/run.json')).toMatchObject({
      state: 'stopped',
      counts: { total: 50, succeeded: 0, failed: 0, skipped: 0, pending: 50 },
    });
  });

  it('pauses on a 429 and uses none of the attempts', async () => {
    const server = await fakeServer();
    const folder = project(server, [{ id: 'a', input: 'patience' }], 'retry: {attempts: 1}\n');
    const running = run(folder);
    for (let time = 0; time < 3; time += 1) {
      (await server.nextCall()).fail(429, { headers: { 'retry-after': '0' } });
    }
    (await server.nextCall()).reply('at last');
    expect((await running).exitCode).toBe(0);
    expect(json(folder, 'out/usage.json')).toMatchObject({ total: { requests: 4, retries: 3 } });
  });

  it('refuses to start without a key, before any call', async () => {
    const server = await fakeServer();
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    const { exitCode, stderr } = await pipeHere(['run', 'translate.yaml', '--input', 'rows.jsonl'], {
      cwd: folder,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('`FAKE_KEY` is not set');
    expect(server.calls).toHaveLength(0);
    expect(readdirSync(folder)).toEqual(['rows.jsonl', 'translate.yaml']);
  });

  it('names the package of a provider that pipe comes without, where it is not installed', async () => {
    const folder = temporaryFolder();
    cpSync(join(root, 'dist/cli'), join(folder, 'cli'), { recursive: true });
    writeFileSync(
      join(folder, 'p.yaml'),
      'version: 1\nmodel: {provider: openai, name: gpt-x}\nsteps: {a: {type: chat, prompt: "{{input.t}}"}}\n',
    );
    writeFileSync(join(folder, 'rows.jsonl'), '{"t":"x"}\n');
    const run = (...flags: readonly string[]) =>
      execa(process.execPath, ['cli/pipe.js', 'run', 'p.yaml', '--input', 'rows.jsonl', ...flags], {
        cwd: folder,
        env: { OPENAI_API_KEY: key },
        extendEnv: false,
        reject: false,
      });
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('npm install @langchain/openai');
    expect((await run('--simulate')).exitCode).toBe(0);
  });

  it("names the provider's own variable", async () => {
    const args = ['run', 'pipelines/translate.yaml', '--input', 'pipelines/data/rows.jsonl'];
    const { exitCode, stderr } = await pipeHere(args, { cwd: root });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('`MISTRAL_API_KEY` is not set');
  });

  it('keeps the key out of every file and message, whatever the server says', async () => {
    const server = await fakeServer();
    server.answer = (call) =>
      call.fail(400, { body: { message: `bad header: ${String(call.headers.authorization)}` } });
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    const { stderr, stdout } = await run(folder);
    expect(stderr + stdout).not.toContain(key);
    for (const file of readdirSync(join(folder, 'out'))) {
      expect(readFileSync(join(folder, 'out', file), 'utf8'), file).not.toContain(key);
    }
  });

  it('keeps data files to their owner', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('fine');
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    await run(folder, '--output', 'out.jsonl');
    const files = readdirSync(join(folder, 'out')).map((file) => join(folder, 'out', file));
    expect(files.length).toBeGreaterThan(3);
    for (const file of [...files, join(folder, 'out.jsonl')]) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
    }
  });

  it('streams rows to stdout in input order, and nothing else', async () => {
    const server = await fakeServer();
    const folder = project(server, [
      { id: 'a', input: 'one' },
      { id: 'b', input: 'two' },
    ]);
    const running = run(folder, '--output', '-');
    const [first, second] = [await server.nextCall(), await server.nextCall()];
    second.reply('second answer');
    first.reply('first answer');
    const { stdout } = await running;
    const bodies = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(bodies.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('drains on the first Ctrl-C and leaves what has succeeded', async () => {
    const server = await fakeServer();
    const folder = project(
      server,
      Array.from({ length: 10 }, (_, id) => ({ id, input: `sentence ${id}` })),
    );
    const running = start(folder, '--concurrency', '2', '--output', 'out.jsonl');
    const [first, second] = [await server.nextCall(), await server.nextCall()];
    running.kill('SIGINT');
    await stderrSays(running, /finish/i);
    first.reply('one');
    second.reply('two');
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(server.calls).toHaveLength(2);
    expect(json(folder, 'out/run.json')).toMatchObject({
      state: 'interrupted',
      counts: { total: 10, succeeded: 2, pending: 8 },
    });
    expect(lines(folder, 'out/results.jsonl')).toHaveLength(2);
    expect(existsSync(join(folder, 'out.jsonl'))).toBe(false);
    expect(lines(folder, 'out.jsonl.partial')).toHaveLength(2);
  });

  it('ends at once on the second Ctrl-C', async () => {
    const server = await fakeServer();
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    const running = start(folder);
    const call = await server.nextCall();
    running.kill('SIGINT');
    await stderrSays(running, /again/i);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(await call.ended).toBe('closed');
    expect(json(folder, 'out/run.json')).toMatchObject({ state: 'interrupted', counts: { pending: 1 } });
  });

  it.each([
    ['--fail-fast', 1],
    ['--max-failures=2', 2],
  ])('stops with 1 by %s', async (flag, failures) => {
    const server = await fakeServer();
    server.answer = (call) => call.fail(422);
    const folder = project(
      server,
      Array.from({ length: 10 }, (_, id) => ({ id, input: `sentence ${id}` })),
    );
    const { exitCode, stderr } = await run(folder, flag, '--concurrency', '1');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('pipe resume');
    expect(stderr).toContain(`goes on with the ${10 - failures} pending records`);
    expect(server.calls).toHaveLength(failures);
    expect(json(folder, 'out/run.json')).toMatchObject({
      state: 'stopped',
      counts: { failed: failures, pending: 10 - failures },
    });
  });

  it('keeps a key out of every file even where an answer echoes it', async () => {
    const server = await fakeServer();
    const echo = `Bearer ${key}`;
    server.answer = (call) => call.reply({ content: echo, model: echo, id: echo, finish_reason: echo });
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    const { stderr, stdout, exitCode } = await run(folder, '--format', 'json');
    expect(exitCode).toBe(0);
    expect(`${stderr}${stdout}`).not.toContain(key);
    for (const file of readdirSync(join(folder, 'out'))) {
      expect(readFileSync(join(folder, 'out', file), 'utf8'), file).not.toContain(key);
    }
  });

  it('prints one JSON object that agrees with the exit code', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('fine');
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    const { stdout, exitCode } = await run(folder, '--format', 'json', '--output', 'out.csv');
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'completed',
      exit_code: 0,
      counts: { total: 1, succeeded: 1 },
      output: 'out.csv',
    });
    expect(exitCode).toBe(0);
  });

  it('says so by exit 5 where the rows cannot be written at the end', async () => {
    const server = await fakeServer();
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    mkdirSync(join(folder, 'results'));
    const running = run(folder, '--format', 'json', '--output', 'results/out.csv');
    const call = await server.nextCall();
    rmSync(join(folder, 'results'), { recursive: true });
    call.reply('fine');
    const { stdout, exitCode } = await running;
    expect(exitCode).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 5, output: null });
    expect(lines(folder, 'out/results.jsonl')).toHaveLength(1);
  });

  it('takes away what an interrupted run has left beside its output', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('fine');
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    writeFileSync(join(folder, 'out.jsonl.partial'), 'old');
    await run(folder, '--output', 'out.jsonl');
    expect(existsSync(join(folder, 'out.jsonl.partial'))).toBe(false);
  });

  it('finishes what is in flight and says why in one line when the reader of the rows goes', async () => {
    const server = await fakeServer();
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, input: `sentence ${id}` }));
    const folder = project(server, rows);
    const running = start(folder, '--output', '-', '--concurrency', '2');
    running.stdout?.once('data', () => running.stdout?.destroy());
    server.answer = (call) => call.reply('fine');
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stderr).not.toContain('interrupted');
    expect(stderr).toMatch(
      /^nobody reads stdout any more, so the run has stopped, \d+ of 50 records done; `pipe resume out --output -` goes on$/mu,
    );
    expect(json(folder, 'out/run.json')).toMatchObject({ reason: { code: 'output_closed' } });
  });

  it('says nothing with --quiet when the reader of the rows goes', async () => {
    const server = await fakeServer();
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, input: `sentence ${id}` }));
    const folder = project(server, rows);
    const running = start(folder, '--output', '-', '--concurrency', '2', '--quiet');
    running.stdout?.once('data', () => running.stdout?.destroy());
    server.answer = (call) => call.reply('fine');
    expect(await running).toMatchObject({ exitCode: 130, stderr: '' });
  });

  it('does not wait for a reader who takes nothing when it is interrupted twice', async () => {
    const server = await fakeServer();
    const folder = project(
      server,
      Array.from({ length: 60 }, (_, id) => ({ id, input: `sentence ${id}` })),
    );
    server.answer = (call) => call.reply('fine '.repeat(20_000));
    const running = spawn(process.execPath, [builtCommand, ...command, '--output', '-'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], FAKE_KEY: key },
    });
    onTestFinished(() => void running.kill('SIGKILL'));
    running.stderr.setEncoding('utf8');
    let told = '';
    running.stderr.on('data', (text: string) => (told += text));
    const exited = once(running, 'exit');
    await expect
      .poll(() => existsSync(join(folder, 'out/usage.json')) && json(folder, 'out/run.json'), patient)
      .toMatchObject({ state: 'completed' });
    running.kill('SIGINT');
    await expect.poll(() => told, patient).toContain('waiting for whoever reads stdout');
    running.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(told).toContain('not read to its end');
    expect(told).toContain('pipe resume out --output -');
    const resumed = await pipe(['resume', 'out', '--output', '-'], { cwd: folder, env: { FAKE_KEY: key } });
    expect(resumed.exitCode).toBe(0);
    expect(String(resumed.stdout).split('\n')).toHaveLength(61);
    expect(server.calls).toHaveLength(60);
  });

  it('does not wait for a reader who takes nothing of stdout and stderr either', async () => {
    const server = await fakeServer();
    const folder = project(
      server,
      Array.from({ length: 60 }, (_, id) => ({ id, input: `sentence ${id}` })),
    );
    server.answer = (call) => call.reply('fine '.repeat(20_000));
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Open at both ends, so that nobody waits for the other.
    const file = openSync(fifo, 'r+');
    const running = spawn(process.execPath, [builtCommand, ...command, '--output', '-'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], FAKE_KEY: key },
      stdio: ['ignore', file, file],
    });
    onTestFinished(() => void running.kill('SIGKILL'));
    const exited = once(running, 'exit');
    await expect
      .poll(() => existsSync(join(folder, 'out/usage.json')) && json(folder, 'out/run.json'), patient)
      .toMatchObject({ state: 'completed' });
    const again = setInterval(() => running.kill('SIGTERM'), 200);
    const [code] = await exited;
    clearInterval(again);
    // By the signal itself where one more came when all had been told.
    expect([130, null]).toContain(code);
    closeSync(file);
  });

  it('never writes over another run', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('fine');
    const folder = project(server, [{ id: 'a', input: 'hello' }]);
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out', 'precious.txt'), 'mine');
    const { exitCode, stderr } = await run(folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('out');
    expect(server.calls).toHaveLength(0);
  });
});

describe('the records taken', () => {
  const rows = Array.from({ length: 10 }, (_, index) => ({ id: `r${index}`, input: `sentence ${index}` }));

  it.each([
    [
      ['--limit', '2'],
      ['r0', 'r1'],
    ],
    [
      ['--offset', '8'],
      ['r8', 'r9'],
    ],
    [
      ['--shard', '2/3'],
      ['r1', 'r4', 'r7'],
    ],
    [['--shard', '2/3', '--offset', '1', '--limit', '1'], ['r4']],
    [['--offset', '99'], []],
  ])('are those of %j', async (flags, keys) => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('fine');
    const folder = project(server, rows);
    expect((await run(folder, ...flags)).exitCode).toBe(0);
    expect(lines(folder, 'out/results.jsonl').map((line) => (line as { key: string }).key)).toEqual(keys);
    expect(json(folder, 'out/run.json')).toMatchObject({ counts: { total: keys.length, pending: 0 } });
  });

  it('are the same sample for the same seed, in input order, and kept in run.json', async () => {
    const server = await fakeServer();
    server.answer = (call) => call.reply('fine');
    const folder = project(server, rows);
    const sample = async (out: string) => {
      const flags = ['--sample', '4', '--seed', '7', '--run-dir', out];
      await pipeHere(['run', 'translate.yaml', '--input', 'rows.jsonl', ...flags], {
        cwd: folder,
        env: { FAKE_KEY: key },
      });
      return lines(folder, out, 'results.jsonl').map((line) => (line as { index: number }).index);
    };
    const once = await sample('a');
    const again = await sample('b');
    expect(once).toHaveLength(4);
    expect(again).toEqual(once);
    expect(once.toSorted((one, other) => one - other)).toEqual(once);
    expect(json(folder, 'a/run.json')).toMatchObject({ selection: { sample: { size: 4, seed: 7 } } });
  });
});

describe('the first command of the README', () => {
  it('runs the translator without a key', async () => {
    const folder = temporaryFolder();
    const { exitCode, stderr } = await pipeHere(
      `run pipelines/translate.yaml --input pipelines/data/rows.jsonl --simulate --run-dir ${folder}/run`.split(
        ' ',
      ),
      { cwd: root },
    );
    expect(exitCode, stderr).toBe(0);
    const rows = lines(folder, 'run/results.jsonl');
    expect(rows.length).toBeGreaterThan(5);
    expect(JSON.stringify(rows[0])).toMatch(/simulated/i);
  });
});

async function stderrSays(running: ReturnType<typeof pipe>, pattern: RegExp): Promise<void> {
  let said = '';
  for await (const chunk of running.stderr ?? []) {
    said += String(chunk);
    if (pattern.test(said)) return;
  }
  throw new Error(`stderr never said ${String(pattern)}:\n${said}`);
}
