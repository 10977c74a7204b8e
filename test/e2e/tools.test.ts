import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeCall, type FakeServer } from '../support/fake-server.ts';
import { pipe } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const key = 'secret-key-7f3a91';
const token = 'order-token-5512';

async function fakeServer(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

/** Asks a server what to say, so that a test decides when and what the tool answers. It heeds no word to end. */
const tool = `
process.on('SIGTERM', () => {});
let given = '';
for await (const chunk of process.stdin) given += chunk;
const answer = await fetch(process.env.TOOL_URL, {
  method: 'POST',
  headers: { 'x-pid': String(process.pid), 'x-names': Object.keys(process.env).sort().join() },
  body: given,
});
if (answer.status !== 200) {
  console.error('no order', process.env.ORDERS_TOKEN);
  process.exit(3);
}
process.stdout.write(await answer.text());
`;

function project(server: FakeServer): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'tools'));
  writeFileSync(join(folder, 'tools/order.mjs'), tool);
  writeFileSync(
    join(folder, 'p.yaml'),
    `version: 1
input: {key: id}
model: {name: small, base_url: "${server.url}", api_key_env: FAKE_KEY}
steps:
  find:
    type: tools
    prompt: "Where is order {{input.id}}?"
    tools:
      order:
        parameters: {type: object, required: [id], properties: {id: {type: string}}}
        command: ["${process.execPath}", ./tools/order.mjs]
        env: [TOOL_URL, ORDERS_TOKEN]
output:
  answer: "{{steps.find.output}}"
  calls: "{{steps.find.tool_calls}}"
`,
  );
  writeFileSync(join(folder, 'rows.jsonl'), '{"id":"A1"}\n');
  return folder;
}

function run(folder: string, tools: FakeServer | undefined, ...args: readonly string[]) {
  const url = tools === undefined ? {} : { TOOL_URL: tools.url };
  return pipe(['run', 'p.yaml', '--input', 'rows.jsonl', '--run-dir', 'out', ...args], {
    cwd: folder,
    env: { FAKE_KEY: key, ORDERS_TOKEN: token, ...url },
  });
}

const asksTool = { tool_calls: [{ id: 'abc123def', name: 'order', arguments: { id: 'A1' } }] };

const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly [name: string]: unknown });

function isAlive(call: FakeCall): boolean {
  try {
    process.kill(Number(call.headers['x-pid']), 0);
    return true;
  } catch {
    return false;
  }
}

describe('a step with tools', () => {
  it('runs a program between two questions, journals and counts it', async () => {
    const [server, tools] = [await fakeServer(), await fakeServer()];
    const folder = project(server);
    const running = run(folder, tools, '--format', 'json');
    (await server.nextCall()).reply(asksTool);
    const call = await tools.nextCall();
    expect(call.body).toEqual({ id: 'A1' });
    expect(call.headers['x-names']).toBe('ORDERS_TOKEN,PATH,TOOL_URL');
    call.raw({ body: '{"state": "sent"}' });
    const second = await server.nextCall();
    expect((second.body['messages'] as readonly unknown[]).at(-1)).toMatchObject({
      role: 'tool',
      tool_call_id: 'abc123def',
      content: '{"state":"sent"}',
    });
    second.reply('It is sent.');
    const { stdout, stderr, exitCode } = await running;
    expect(exitCode, String(stderr)).toBe(0);
    expect(JSON.parse(String(stdout))).toMatchObject({ tool_calls: { total: 1, failed: 0 } });
    expect(stderr).toContain('tools      1 call\n');
    const [result] = lines(join(folder, 'out/results.jsonl'));
    const told = { id: 'abc123def', name: 'order', arguments: { id: 'A1' }, result: { state: 'sent' } };
    expect(result?.['output']).toEqual({ answer: 'It is sent.', calls: [{ ...told, error: null }] });
    expect(lines(join(folder, 'out/journal.jsonl')).map(({ type }) => type)).toEqual([
      'run',
      'call',
      'tool',
      'call',
      'record',
      'end',
    ]);
    expect(lines(join(folder, 'out/journal.jsonl'))[2]).toMatchObject({
      step: 'find',
      call: 1,
      ...told,
      ok: true,
      duration: expect.any(Number),
    });
  });

  it('tells nobody the values of its variables, whatever it prints', async () => {
    const [server, tools] = [await fakeServer(), await fakeServer()];
    const folder = project(server);
    const running = run(folder, tools);
    (await server.nextCall()).reply(asksTool);
    (await tools.nextCall()).raw({ body: JSON.stringify({ [token]: `${token} ${btoa(token)}` }) });
    const second = await server.nextCall();
    expect(second.rawBody).toContain('[redacted]');
    second.reply(asksTool);
    (await tools.nextCall()).fail(404);
    const third = await server.nextCall();
    expect(third.rawBody).toContain('no order [redacted]');
    // Whoever has it from elsewhere is not to tell it either.
    third.reply(`It is ${token}, or ${btoa(token)}.`);
    const { stdout, stderr } = await running;
    const [result] = lines(join(folder, 'out/results.jsonl'));
    expect(result?.['output']).toMatchObject({
      answer: expect.stringMatching(/^It is \[redacted\], or \[redacted\]/),
    });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
    const seen = [stdout, stderr, second.rawBody, third.rawBody, ...files].join('\n');
    expect(seen).toContain('tools      2 calls, 1 failed');
    expect(seen).not.toContain(token);
    expect(seen).not.toContain(btoa(token).slice(0, -4));
  });

  it.each([[[]], [['--simulate']]])('is not begun without its variables: %j', async (flags) => {
    const server = await fakeServer();
    const { stderr, exitCode } = await run(project(server), undefined, ...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('`TOOL_URL` is not set, and the tools of step `find` need it');
    expect(stderr).toContain('export TOOL_URL=…');
    expect(server.calls).toHaveLength(0);
  });

  it('lets a program finish on the first Ctrl-C, and begins nothing more', async () => {
    const [server, tools] = [await fakeServer(), await fakeServer()];
    const folder = project(server);
    const running = run(folder, tools);
    (await server.nextCall()).reply(asksTool);
    const call = await tools.nextCall();
    running.kill('SIGINT');
    await stderrSays(running, /press Ctrl-C again/);
    expect(isAlive(call)).toBe(true);
    call.raw({ body: '"sent"' });
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(server.calls).toHaveLength(1);
    const journal = lines(join(folder, 'out/journal.jsonl'));
    expect(journal.map(({ type }) => type)).toEqual(['run', 'call', 'tool', 'end']);
    expect(JSON.parse(readFileSync(join(folder, 'out/run.json'), 'utf8'))).toMatchObject({
      state: 'interrupted',
      counts: { pending: 1, failed: 0 },
      tool_calls: { total: 1, failed: 0 },
    });
  });

  it('ends it on the second, and leaves nobody behind', async () => {
    const [server, tools] = [await fakeServer(), await fakeServer()];
    const folder = project(server);
    const running = run(folder, tools);
    (await server.nextCall()).reply(asksTool);
    const call = await tools.nextCall();
    running.kill('SIGINT');
    await stderrSays(running, /press Ctrl-C again/);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(await call.ended).toBe('closed');
    expect(isAlive(call)).toBe(false);
    expect(lines(join(folder, 'out/journal.jsonl')).map(({ type }) => type)).toEqual(['run', 'call', 'end']);
  });
});

describe('an answer that cannot be used', () => {
  it('is kept with the error', async () => {
    const server = await fakeServer();
    const folder = project(server);
    writeFileSync(
      join(folder, 'p.yaml'),
      `version: 1
model: {name: small, base_url: "${server.url}", api_key_env: FAKE_KEY}
steps:
  topic:
    type: structured
    repair: 0
    prompt: "{{input.id}}"
    schema: {type: object, required: [topic], properties: {topic: {enum: [order]}}}
`,
    );
    server.answer = (call) => call.reply('{"topic": "weather"}');
    const { exitCode } = await run(folder, undefined);
    expect(exitCode).toBe(1);
    expect(lines(join(folder, 'out/errors.jsonl'))).toMatchObject([
      { step: 'topic', error: { code: 'schema_mismatch', raw: '{"topic": "weather"}' } },
    ]);
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
