import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeServer } from '../support/fake-server.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

/** Runs a translation of so many rows, four at a time, in two workers unless told. */
function run(server: FakeServer, rows: number, args: readonly string[] = ['--workers', '2'], env = {}) {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'p.yaml'),
    `version: 1
model: {name: small, base_url: "${server.url}", api_key_env: FAKE_KEY}
steps:
  translate: {type: chat, prompt: "Translate {{input.text}}"}
`,
  );
  const lines = Array.from({ length: rows }, (_, nth) => `${JSON.stringify({ text: `row ${nth}` })}\n`);
  writeFileSync(join(folder, 'rows.jsonl'), lines.join(''));
  const all = ['run', 'p.yaml', '--input', 'rows.jsonl', '--run-dir', 'out', '--concurrency', '4', ...args];
  return pipe(all, { cwd: folder, env: { FAKE_KEY: 'secret-key-7f3a91', ...env } });
}

it('a 429 pauses all workers, and one request alone asks again', async () => {
  const server = await fakeServer();
  const running = run(server, 12);
  const wait = { headers: { 'retry-after': '1' } };
  const first = [];
  while (first.length < 4) first.push(await server.nextCall());
  for (const call of first) call.fail(429, wait);
  const probe = await server.nextCall();
  probe.fail(429, wait);
  // A worker with a limiter of its own would have asked by now, too.
  const another = await server.nextCall();
  expect([server.calls.length, server.inFlight]).toEqual([6, 1]);
  server.answer = (call) => call.reply();
  another.reply();
  const { exitCode, stderr } = await running;
  expect(exitCode, String(stderr)).toBe(0);
  expect(server.calls.length).toBe(17);
});

it('sends the key that the main thread has found, and the same body', async () => {
  const server = await fakeServer();
  const bodies = [];
  for (const args of [[], ['--workers', '1']]) {
    const running = run(server, 1, [...args, '--no-cache']);
    const call = await server.nextCall();
    expect(call.headers.authorization).toBe('Bearer secret-key-7f3a91');
    bodies.push(call.rawBody);
    call.reply();
    expect((await running).exitCode).toBe(0);
  }
  expect(bodies[1]).toBe(bodies[0]);
});

it.each(['0', '65', '1.5', 'all'])('--workers %s is refused before a call is made', async (count) => {
  const server = await fakeServer();
  const { exitCode, stderr } = await run(server, 1, ['--workers', count]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`'--workers <n>' argument '${count}' is invalid`);
  expect(server.calls).toEqual([]);
});

it('--stream makes its call without workers, and says so', async () => {
  const server = await fakeServer();
  server.answer = (call) => call.replyStream('Guten Tag');
  const { exitCode, stdout, stderr } = await run(server, 1, ['--workers', '2', '--stream']);
  expect(exitCode, String(stderr)).toBe(0);
  expect(stdout).toContain('Guten Tag');
  expect(stderr).toContain(
    'no workers are used: a run whose answers are shown as they come makes its calls in one thread',
  );
});

it('a run that is traced makes its calls without workers, and says so', async () => {
  const [server, traces] = [await fakeServer(), await fakeServer()];
  server.answer = (call) => call.reply();
  traces.answer = (call) => call.raw({ status: 202, body: '{}' });
  const env = { LANGSMITH_TRACING: 'true', LANGSMITH_ENDPOINT: traces.url, LANGSMITH_API_KEY: 'traces-key' };
  const { exitCode, stderr } = await run(server, 2, ['--workers', '2'], env);
  expect(exitCode, String(stderr)).toBe(0);
  expect(stderr).toContain('no workers are used: a run that is traced makes its calls in one thread');
});

it('connects as NODE_OPTIONS tells', async () => {
  const server = await fakeServer();
  server.answer = (call) => call.reply('Guten Tag', { 'x-long': 'x'.repeat(20_000) });
  const env = { NODE_OPTIONS: '--max-http-header-size=65536' };
  const { exitCode, stderr } = await run(server, 1, ['--workers', '1'], env);
  expect(exitCode, String(stderr)).toBe(0);
  expect(server.calls.length).toBe(1);
});
