import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { pipeHere } from '../support/pipe-here.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const key = 'secret-key-7f3a91';

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

const translate = '{type: chat, prompt: "Translate {{input.text}}"}';

/** A folder with three rows and a pipeline of these steps that speaks to this server. */
function project(server: FakeServer, steps: { readonly [id: string]: string } = { translate }): string {
  const folder = temporaryFolder();
  const model = `{name: small, base_url: "${server.url}", api_key_env: FAKE_KEY}`;
  const lines = Object.entries(steps).map(([id, step]) => `  ${id}: ${step}\n`);
  writeFileSync(join(folder, 'p.yaml'), `version: 1\nmodel: ${model}\nsteps:\n${lines.join('')}`);
  writeFileSync(join(folder, 'rows.jsonl'), '{"text":"a"}\n{"text":"b"}\n{"text":"c"}\n');
  return folder;
}

function run(folder: string, ...args: readonly string[]) {
  return pipe(['run', 'p.yaml', '--input', 'rows.jsonl', '--run-dir', 'out', ...args], {
    cwd: folder,
    env: { FAKE_KEY: key },
  });
}

function runHere(folder: string, ...args: readonly string[]) {
  const words = ['run', 'p.yaml', '--input', 'rows.jsonl', '--run-dir', 'out', ...args];
  return pipeHere(words, { cwd: folder, env: { FAKE_KEY: key } });
}

const piece = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const lastPiece = { choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop' }] };

/** Resolves when these words have come; the stream goes on. */
function says(stream: NodeJS.ReadableStream | null | undefined, words: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    const hear = (chunk: unknown) => {
      said += String(chunk);
      if (!said.includes(words)) return;
      stream?.off('data', hear);
      resolve();
    };
    stream?.on('data', hear);
  });
}

describe('pipe run --stream', () => {
  it('prints the answer on stdout as it is written, and all else on stderr', async () => {
    const server = await fakeServer();
    const folder = project(server);
    const running = run(folder, '--limit', '1', '--stream');
    const call = await server.nextCall();
    expect(call.body).toMatchObject({ stream: true });
    const answer = call.startStream();
    await answer.event(piece('Guten '));
    await says(running.stdout, 'Guten ');
    await answer.event(piece('Tag'));
    await answer.event(lastPiece);
    await answer.event('[DONE]');
    answer.end();
    const { stdout, stderr, exitCode } = await running;
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toBe('Guten Tag\n');
    expect(stderr).toContain('completed in');
    expect(readFileSync(join(folder, 'out/results.jsonl'), 'utf8')).toContain('"translate":"Guten Tag"');
  });

  it('names the steps, and says which are skipped and which tools are called', async () => {
    const server = await fakeServer();
    const folder = project(server, {
      translate,
      topic: `{type: structured, method: function_calling, prompt: "{{input.text}}", needs: [translate], schema: {type: object, properties: {a: {type: string}}}}`,
      never: `{type: chat, when: "{{eq input.text 'z'}}", prompt: "{{steps.topic.output}}"}`,
    });
    const running = run(folder, '--limit', '1', '--stream');
    (await server.nextCall()).replyStream('Hallo');
    const call = await server.nextCall();
    const [tool] = call.body['tools'] as readonly { function: { name: string } }[];
    const name = tool?.function.name ?? '';
    call.replyStream({ tool_calls: [{ name, arguments: { a: 'b' } }] });
    const { stdout, stderr, exitCode } = await running;
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toBe('Hallo\n');
    expect(String(stderr)).toContain(
      `\ntranslate\ntopic\ntopic calls ${name}\nnever is skipped by its \`when\`\n`,
    );
  });

  it('asks again for an answer that broke off, and says so', async () => {
    const server = await fakeServer();
    const running = run(project(server), '--limit', '1', '--stream', '--set', 'retry.max_delay=1ms');
    const broken = (await server.nextCall()).startStream();
    await broken.event(piece('Gut'));
    await says(running.stdout, 'Gut');
    broken.cut();
    (await server.nextCall()).replyStream('Guten Tag');
    const { stdout, stderr, exitCode } = await running;
    expect(exitCode, String(stderr)).toBe(0);
    expect(stdout).toBe('Gut\nGuten Tag\n');
    expect(stderr).toContain('the answer broke off, asking again\n');
  });

  it('tells of a failure as any run does', async () => {
    const server = await fakeServer();
    const running = run(project(server), '--limit', '1', '--stream');
    (await server.nextCall()).fail(422);
    const { stdout, stderr, exitCode } = await running;
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('rows.jsonl:1');
  });

  it('says nothing but the answer with --quiet', async () => {
    const server = await fakeServer();
    const running = run(project(server), '--limit', '1', '--stream', '--quiet');
    (await server.nextCall()).replyStream('Hallo\n');
    expect(await running).toMatchObject({ stdout: 'Hallo\n', stderr: '', exitCode: 0 });
  });

  it('takes a record from stdin', async () => {
    const server = await fakeServer();
    const folder = project(server);
    const running = pipe(['run', 'p.yaml', '--input', '-', '--limit', '1', '--stream', '--run-dir', 'out'], {
      cwd: folder,
      env: { FAKE_KEY: key },
      input: '{"text":"a"}\n',
    });
    (await server.nextCall()).replyStream('Hallo');
    expect(await running).toMatchObject({ stdout: 'Hallo\n', exitCode: 0 });
  });

  it('lets no piece of an answer become a command in the log of a CI runner', async () => {
    const server = await fakeServer();
    const folder = project(server);
    const words = 'run p.yaml --input rows.jsonl --run-dir out --limit 1 --stream';
    const running = pipe(words.split(' '), { cwd: folder, env: { FAKE_KEY: key, CI: 'true' } });
    const answer = (await server.nextCall()).startStream();
    for (const part of ['Well\n:', ':err', 'or::it failed\n##[', 'error]']) await answer.event(piece(part));
    await answer.event(lastPiece);
    await answer.event('[DONE]');
    answer.end();
    const { stdout, exitCode } = await running;
    expect([stdout, exitCode]).toEqual(['Well\n\\x3a:error::it failed\n##\\x5berror]\n', 0]);
  });

  it('finishes the answer and says nothing when its reader goes', async () => {
    const server = await fakeServer();
    const folder = project(server);
    const running = run(folder, '--limit', '1', '--stream');
    const answer = (await server.nextCall()).startStream();
    await answer.event(piece('Guten '));
    await says(running.stdout, 'Guten ');
    running.stdout?.destroy();
    for (let more = 0; more < 200; more += 1) await answer.event(piece(`and ${more} `));
    await answer.event(lastPiece);
    await answer.event('[DONE]');
    answer.end();
    const { stderr, exitCode } = await running;
    expect(exitCode).toBe(0);
    expect(stderr).not.toMatch(/error|interrupted/);
    expect(readFileSync(join(folder, 'out/journal.jsonl'), 'utf8')).toContain('and 199');
  });

  it.each([
    [['--stream'], '`--stream` is for one record, and 3 are selected', 'add `--limit 1`'],
    [['--stream', '--limit', '2'], 'and 2 are selected', 'add `--limit 1`'],
    [['--stream', '--offset', '9'], 'and no record is selected', 'select one'],
    [['--stream', '--limit', '1', '--output', '-'], '--stream and --output - both want stdout', 'keep one'],
    [
      ['--stream', '--limit', '1', '--format', 'json'],
      '--stream and --format json both want stdout',
      'keep one',
    ],
  ])('is refused before any call: %j', async (flags, why, remedy) => {
    const server = await fakeServer();
    const { stdout, stderr, exitCode } = await runHere(project(server), ...flags);
    expect(exitCode).toBe(2);
    const said = flags.includes('json') ? (JSON.parse(stdout) as { state: string }).state : stdout;
    expect(said).toBe(flags.includes('json') ? 'refused' : '');
    expect(stderr).toContain(why);
    expect(stderr).toContain(remedy);
    expect(server.calls).toHaveLength(0);
  });

  it('is refused for stdin without a limit', async () => {
    const server = await fakeServer();
    const { stderr, exitCode } = await pipeHere(['run', 'p.yaml', '--input', '-', '--stream'], {
      cwd: project(server),
      env: { FAKE_KEY: key },
      input: '{"text":"a"}\n',
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('this input may have more');
  });
});

describe('`stream: true` of a step', () => {
  it('has answers come as streams and prints none of them', async () => {
    const server = await fakeServer();
    const folder = project(server, { translate: translate.replace('{', '{stream: true, ') });
    server.answer = (call) => call.replyStream('Hallo');
    const { stdout, exitCode } = await runHere(folder);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('');
    expect(server.calls.map(({ body }) => body['stream'])).toEqual([true, true, true]);
  });
});
