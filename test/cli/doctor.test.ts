import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { expectGolden } from '../support/golden.ts';
import { startFakeServer } from '../support/fake-server.ts';
import { runInProcess } from '../support/in-process.ts';
import { root } from '../support/pipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const golden = (name: string) => join(root, 'test/cli/golden', name);

function project(base_url: string, model = 'mistral-small-latest'): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, '.git'));
  const text = `version: 1
model: {name: ${model}, base_url: "${base_url}", api_key_env: OUR_KEY}
steps:
  ask: {type: chat, prompt: hello}
`;
  writeFileSync(join(cwd, 'p.yaml'), text);
  return cwd;
}

function steady(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '<host>')
    .replaceAll(/(node +)\d\S+/g, '$1<version>')
    .replaceAll(/(pipe +)\d\S+/g, '$1<version>')
    .replaceAll(/in \d+ ms/g, 'in <duration>')
    .replaceAll(/[\d.]+ GB/g, '<size>');
}

const key = 'a-key-that-nobody-is-to-see';

describe('pipe doctor', () => {
  it('tells that all is well, and what is to be looked at', async () => {
    const started = await startSimulator({ requests_per_minute: 60, tokens_per_minute: 50_000 });
    if (!started.ok) throw new Error(started.error.message);
    onTestFinished(() => started.value.close());
    const cwd = project(started.value.url);
    const env = { OUR_KEY: key, https_proxy: 'http://user:secret@proxy' };
    const { exitCode, stdout, stderr } = await runInProcess(cwd, ['doctor', join(cwd, 'p.yaml')], env);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).not.toContain('secret');
    expectGolden(golden('doctor.txt'), steady(stdout));
  });

  it('tells what is missing, as JSON too', async () => {
    const cwd = project('http://127.0.0.1:9');
    const { exitCode, stdout } = await runInProcess(cwd, ['doctor', join(cwd, 'p.yaml'), '--format', 'json']);
    expect(exitCode).toBe(2);
    const told = JSON.parse(stdout) as { findings: readonly { check: string; message: string }[] };
    expect(told.findings).toContainEqual(
      expect.objectContaining({ check: 'key', status: 'missing', message: '`OUR_KEY` is not set' }),
    );
  });

  it.each([
    [401, { detail: `Unauthorized: ${key}` }, 3, 'rejected the API key in `OUR_KEY` (401: Unauthorized'],
    [500, {}, 3, 'answered with an error (500)'],
    [404, {}, 0, 'has no list of models'],
    [429, {}, 0, 'refused for its rate limit'],
  ])('tells what a %i of the server means', async (status, body, code, told) => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    const cwd = project(server.url);
    const ran = runInProcess(cwd, ['doctor', join(cwd, 'p.yaml')], { OUR_KEY: key });
    const call = await server.nextCall();
    expect([call.method, call.path, call.headers.authorization]).toEqual([
      'GET',
      '/v1/models',
      `Bearer ${key}`,
    ]);
    call.fail(status, { body });
    const { exitCode, stdout } = await ran;
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(told);
    expect(stdout).not.toContain(key);
    expect(exitCode).toBe(code);
  });

  it('tells of a model that the server does not list, and of a clock that is wrong', async () => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    const cwd = project(server.url, 'mistral-smal-latest');
    const ran = runInProcess(cwd, ['doctor', join(cwd, 'p.yaml')], { OUR_KEY: key });
    const body = JSON.stringify({ data: [{ id: 'x', aliases: ['mistral-small-latest'] }] });
    (await server.nextCall()).raw({ body, headers: { date: new Date(0).toUTCString() } });
    const { stdout } = await ran;
    expect(stdout).toContain('did you mean `mistral-small-latest`?');
    expect(stdout).toContain('ahead of');
  });

  it('tells of each tool whether it could run, and executes none', async () => {
    const cwd = temporaryFolder();
    const witness = join(cwd, 'executed');
    const writes = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(witness)}, '');`;
    writeFileSync(join(cwd, 'tool.mjs'), `${writes}\nexport default () => null;\n`);
    writeFileSync(join(cwd, 'look.sh'), `#!/bin/sh\ntouch ${witness}\n`, { mode: 0o755 });
    writeFileSync(
      join(cwd, 'p.yaml'),
      `version: 1
model: {name: mistral-small-latest, base_url: "http://127.0.0.1:9"}
steps:
  ask:
    type: tools
    prompt: hello
    tools:
      there: {command: [./look.sh]}
      typo: {command: [pyton3, look.py]}
      convert: {module: ./tool.mjs}
  collect: {type: tools, prompt: hello, max_rounds: 0, tools: {never_run: {command: [pyton3]}}}
`,
    );
    const ran = await runInProcess(cwd, ['doctor', 'p.yaml', '--offline'], { PATH: cwd });
    expect(ran.exitCode).toBe(2);
    const ofTools = ran.stdout.slice(ran.stdout.indexOf('✓ tools'), ran.stdout.indexOf('✓ key'));
    expectGolden(golden('doctor-tools.txt'), ofTools);
    expect(existsSync(witness)).toBe(false);
  });

  it('asks nobody with --offline, and tells of a pipeline that is none', async () => {
    const cwd = project('http://127.0.0.1:9');
    const offline = await runInProcess(cwd, ['doctor', join(cwd, 'p.yaml'), '--offline'], { OUR_KEY: key });
    expect(offline.exitCode).toBe(0);
    expect(offline.stdout).toContain('is not asked');
    const absent = await runInProcess(cwd, ['doctor', 'none.yaml', '--offline']);
    expect(absent.exitCode).toBe(2);
    expect(absent.stdout).toContain('there is no file `none.yaml`\n            check the path\n');
    writeFileSync(join(cwd, 'wrong.yaml'), 'version: 1\nsteps: {a: {type: chat}}\n');
    const wrong = await runInProcess(cwd, ['doctor', join(cwd, 'wrong.yaml'), '--offline']);
    expect(wrong.stdout).toMatch(/`pipe check\s+\S+wrong\.yaml`\s+tells\s+where/u);
  });

  it('passes on what is to be doubted in a pipeline that may run', async () => {
    const cwd = project('http://127.0.0.1:9');
    const env = { MISTRAL_API_KEY: key };
    const text = (rest: string) =>
      `version: 1\nmodel: {name: mistral-smal-latest}\n${rest}steps:\n  a: {type: chat, prompt: hello}\n`;
    writeFileSync(join(cwd, 'one.yaml'), text(''));
    writeFileSync(
      join(cwd, 'two.yaml'),
      text('limits: {requests_per_second: 1, requests_per_minute: 600}\n'),
    );
    const one = await runInProcess(cwd, ['doctor', 'one.yaml', '--offline'], env);
    expect(one.stdout).toContain('! pipeline  `mistral-smal-latest` is none of the Mistral models');
    expect(one.stdout).toContain('`pipe check one.yaml` tells where');
    const two = await runInProcess(cwd, ['doctor', 'two.yaml', '--offline'], env);
    expect(two.stdout).toContain('! pipeline  two.yaml has 2 warnings\n');
    expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
  });
});
