import { chmod, readFile, realpath as realPath } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { command } from '../../src/tools/command.ts';
import { toolKinds } from '../../src/tools/registry.ts';
import { call, compileTool, errorOf, folderOf, isGone, prepare, type CallOptions } from './support.ts';
import { tooDeep } from '../support/too-deep.ts';

/** A process that was killed is gone as soon as the system comes to it. */
const patient = { timeout: 20_000 };

const path = { PATH: process.env['PATH'] };

/** Runs a script of Node's as a tool. */
async function run(
  script: string,
  given: JsonObject = {},
  { spec = {}, env = path, ...options }: CallOptions & { readonly spec?: JsonObject } = {},
) {
  const folder = await folderOf({ 'tool.mjs': script });
  const compiled = await compileTool(command, { command: ['node', './tool.mjs'], ...spec }, { folder });
  expect(compiled.mistakes).toEqual([]);
  return { folder, outcome: await call(compiled.program, given, { env, ...options }) };
}

const outcomeOf = async (...given: Parameters<typeof run>) => (await run(...given)).outcome;

describe('the command kind', () => {
  it('is registered by its key', () => {
    expect(toolKinds.get('command')).toBe(command);
  });

  it('gives the arguments as one line of JSON on stdin', async () => {
    const echo = 'process.stdin.pipe(process.stdout)';
    const given = JSON.parse('{"q":"ü\\n","n":[1,null],"__proto__":{"a":1},"constructor":"c"}') as JsonObject;
    const outcome = await outcomeOf(echo, given);
    expect(outcome).toEqual({ ok: true, value: given });
    expect(outcome.ok && Object.keys(outcome.value as JsonObject)).toEqual(Object.keys(given));
    const lines = `let s = ''; for await (const c of process.stdin) s += c; console.log(JSON.stringify(s))`;
    expect(await outcomeOf(lines, { a: 1 })).toEqual({ ok: true, value: '{"a":1}\n' });
  });

  it.each<[string, string, JsonValue]>([
    ['JSON', '{"state": "sent", "n": [1, 2.5, null]}\n', { state: 'sent', n: [1, 2.5, null] }],
    ['text', 'two lines\nof text\n', 'two lines\nof text'],
    ['text with more than one line break at its end', 'text\r\n\r\n', 'text\r\n'],
    ['nothing', '', ''],
    ['a number that a double cannot hold, as text', '9007199254740993\n', '9007199254740993'],
    ['an object that names something twice, as text', '{"a":1,"a":2}', '{"a":1,"a":2}'],
    ['what is no template', '{{env.HOME}} $HOME `id`', '{{env.HOME}} $HOME `id`'],
  ])('reads %s from stdout', async (_name, stdout, value) => {
    const script = `process.stdout.write(${JSON.stringify(stdout)})`;
    expect(await outcomeOf(script)).toEqual({ ok: true, value });
  });

  it('refuses stdout that is no UTF-8', async () => {
    const outcome = await outcomeOf('process.stdout.write(Buffer.from([0x61, 0xff]))');
    expect(errorOf(outcome)).toEqual({ code: 'malformed', message: 'the result is no text in UTF-8' });
  });

  it('runs in the folder of the pipeline, with its words as they are', async () => {
    const script = 'console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]))';
    const words = ['$HOME', '*', 'a b', '; id', '', '"'];
    const { folder, outcome } = await run(
      script,
      {},
      { spec: { command: ['node', './tool.mjs', ...words] } },
    );
    expect(outcome).toEqual({ ok: true, value: [await realPath(folder), ...words] });
  });

  it('finds a program by its path in the folder', async () => {
    const folder = await folderOf({ 'bin/tool': '#!/bin/sh\necho found\n' });
    await chmod(join(folder, 'bin/tool'), 0o700);
    for (const word of ['./bin/tool', 'bin/tool', join(folder, 'bin/tool')]) {
      const { program, mistakes } = await compileTool(command, { command: [word] }, { folder });
      expect(mistakes).toEqual([]);
      expect(await call(program)).toEqual({ ok: true, value: 'found' });
    }
  });
});

describe('the environment of a command', () => {
  const names = 'console.log(JSON.stringify(process.env))';
  const env = { ...path, HOME: '/home/x', ORDERS_TOKEN: 't', SECRET: 's', LD_PRELOAD: 'x', UNSET: undefined };

  it('is PATH, HOME and what the tool names, nothing else', async () => {
    expect(await outcomeOf(names, {}, { env })).toEqual({
      ok: true,
      value: { PATH: env.PATH, HOME: '/home/x' },
    });
    expect(await outcomeOf(names, {}, { env, spec: { env: ['ORDERS_TOKEN'] } })).toEqual({
      ok: true,
      value: { PATH: env.PATH, HOME: '/home/x', ORDERS_TOKEN: 't' },
    });
  });

  it('has nothing of our own process', async () => {
    vi.stubEnv('SECRET_OF_THE_PARENT', 'sesame');
    const { outcome } = await run(names);
    vi.unstubAllEnvs();
    expect(outcome).toEqual({ ok: true, value: { PATH: path.PATH } });
  });

  it('must be set', async () => {
    for (const name of ['UNSET', 'MISSING']) {
      const outcome = await outcomeOf(names, {}, { env, spec: { env: [name] } });
      expect(errorOf(outcome)).toEqual({
        code: 'not_started',
        message: `\`${name}\`, which the tool reads, is not set: set it by \`export ${name}=…\``,
        fatal: true,
      });
    }
  });

  it('is told to whoever runs the tool', async () => {
    const { program } = await compileTool(command, { command: ['x'], env: ['A', 'B'] });
    expect(program.env).toEqual(['A', 'B']);
  });
});

describe('a command that fails', () => {
  it.each<[string, string, string]>([
    [
      'says so',
      `console.error('no such\\norder\\x1b[31m'); process.exitCode = 3`,
      'ended with exit code 3: no such order\\x1b[31m',
    ],
    ['says nothing', 'process.exitCode = 1', 'ended with exit code 1'],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`, 'was ended by SIGKILL'],
    ['has written a result', `console.log('{}'); process.exitCode = 1`, 'ended with exit code 1'],
  ])('%s', async (_name, script, said) => {
    expect(errorOf(await outcomeOf(script))).toEqual({ code: 'tool_failed', message: `\`node\` ${said}` });
  });

  it('may write any amount to stderr, of which the end is told', async () => {
    const script = `process.stderr.write('x'.repeat(10_000_000) + 'the end', () => process.exit(1))`;
    const { message } = errorOf(await outcomeOf(script));
    expect(message).toMatch(/: …x+the end$/u);
    expect(message.length).toBeLessThan(1100);
  });

  it('tells nothing of the values that it was given, not even half of one', async () => {
    const secret = 'tok-0123456789abcdef';
    // Each secret begins before the cut, whatever the length of the message.
    const script = `process.stderr.write(process.env.TOKEN.repeat(200)); process.exitCode = 1`;
    const outcome = await outcomeOf(
      script,
      {},
      { env: { ...path, TOKEN: secret }, spec: { env: ['TOKEN'] } },
    );
    const { message } = errorOf(outcome);
    expect(message).toContain('[redacted]');
    expect(message).not.toMatch(/tok-|abcdef|0123/u);
  });

  it('is ended when it writes too much', async () => {
    const script = `for (;;) process.stdout.write('x'.repeat(65536)) || (await new Promise((go) => process.stdout.once('drain', go)))`;
    expect(errorOf(await outcomeOf(script, {}, { spec: { max_bytes: 1000 } }))).toEqual({
      code: 'too_large',
      message: 'the result is larger than 1000 bytes (`max_bytes`)',
    });
  });

  it('may write as much as it may', async () => {
    const script = `process.stdout.write('x'.repeat(1000))`;
    expect(await outcomeOf(script, {}, { spec: { max_bytes: 1000 } })).toEqual({
      ok: true,
      value: 'x'.repeat(1000),
    });
    expect(await outcomeOf(script, {}, { spec: { max_bytes: 999 } })).toMatchObject({
      error: { code: 'too_large' },
    });
  });

  it('need not read its stdin, however much there is', async () => {
    const given = { text: 'x'.repeat(1_000_000) };
    expect(await outcomeOf(`console.log('done')`, given)).toEqual({ ok: true, value: 'done' });
    const closing = `import { closeSync } from 'node:fs'; closeSync(0); console.log('done')`;
    expect(await outcomeOf(closing, given)).toEqual({ ok: true, value: 'done' });
  });

  it('may close its stdout long before its end', async () => {
    const script = `import { closeSync } from 'node:fs'; process.stdout.write('"early"', () => { closeSync(1); setTimeout(() => {}, 100) })`;
    expect(await outcomeOf(script)).toEqual({ ok: true, value: 'early' });
  });
});

describe('a command that does not end', () => {
  const says = (first: string) => `
    import { writeFileSync } from 'node:fs';
    import { spawn } from 'node:child_process';
    ${first}
    setInterval(() => {}, 1000);`;

  /** Starts a tool, waits until it has written the file `ready`, and ends it by the signal. */
  async function abortWhenReady(script: string) {
    const folder = await folderOf({ 'tool.mjs': script });
    const { program } = await compileTool(command, { command: ['node', './tool.mjs'] }, { folder });
    const stop = new AbortController();
    const outcome = call(program, {}, { env: path, signal: stop.signal });
    const ready = await vi.waitUntil(() => readFile(join(folder, 'ready'), 'utf8').catch(() => ''), patient);
    stop.abort();
    return { outcome: await outcome, pids: ready.trim().split(' ').map(Number) };
  }

  it('is ended when its time is over', async () => {
    const outcome = await outcomeOf(says(''), {}, { spec: { timeout: '300ms' } });
    expect(errorOf(outcome)).toEqual({ code: 'timed_out', message: 'the tool took longer than 300 ms' });
  });

  it('is ended when the run is stopped', async () => {
    const { outcome, pids } = await abortWhenReady(says(`writeFileSync('ready', process.pid + ' ');`));
    expect(errorOf(outcome)).toEqual({ code: 'aborted', message: 'the tool was stopped before its end' });
    expect(pids.map(isGone)).toEqual([true]);
  });

  it('is killed when it ignores SIGTERM', async () => {
    const script = says(`process.on('SIGTERM', () => {}); writeFileSync('ready', process.pid + ' ');`);
    const { outcome, pids } = await abortWhenReady(script);
    expect(errorOf(outcome).code).toBe('aborted');
    await expect.poll(() => pids.every(isGone), patient).toBe(true);
  });

  it.each([
    ['heeds', ''],
    ['ignores', `process.on('SIGTERM', () => {});`],
  ])(
    'takes with it what it has started and what ignores SIGTERM, where it %s that itself',
    async (_how, own) => {
      const inner = `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`;
      const script = says(`
      ${own}
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.once('data', () => writeFileSync('ready', process.pid + ' ' + child.pid + ' '));`);
      const { outcome, pids } = await abortWhenReady(script);
      expect(errorOf(outcome).code).toBe('aborted');
      expect(pids.length).toBe(2);
      await expect.poll(() => pids.every(isGone), patient).toBe(true);
    },
  );

  it('is not started when the run is stopped already', async () => {
    const folder = await folderOf();
    const { program } = await compileTool(command, { command: ['touch', 'made'] }, { folder });
    const outcome = await call(program, {}, { env: path, signal: AbortSignal.abort() });
    expect(errorOf(outcome).code).toBe('aborted');
    await expect(readFile(join(folder, 'made'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['in its own group', false],
    ['in a group of its own', true],
  ])('leaves no one behind who keeps us waiting, %s', async (_name, detached) => {
    const script = `
      import { spawn } from 'node:child_process';
      const stdio = ['ignore', 'inherit', 'inherit'];
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio, detached: ${detached} });
      child.unref();
      console.log(child.pid);`;
    const outcome = await outcomeOf(script);
    if (!outcome.ok) throw new Error(outcome.error.message);
    const pid = outcome.value as number;
    if (detached) process.kill(pid);
    await expect.poll(() => isGone(pid), patient).toBe(true);
  });
});

describe('a command that ends well', () => {
  it('leaves no one behind in its group who does not keep us waiting either', async () => {
    const script = `
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
      child.unref();
      console.log(child.pid);`;
    const outcome = await outcomeOf(script);
    if (!outcome.ok) throw new Error(outcome.error.message);
    const pid = outcome.value as number;
    await expect.poll(() => isGone(pid), patient).toBe(true);
  });
});

describe('a command that cannot be run', () => {
  it.each<[string, readonly string[], string]>([
    [
      'a program that is not installed',
      ['no-such-program'],
      '`no-such-program` is not on PATH: install it, or correct the first word of `command`',
    ],
    [
      'a line of a shell',
      ['bin/none --fast'],
      '`bin/none --fast` is not there: arguments are words of `command` by themselves',
    ],
    [
      'a path that leads nowhere',
      ['bin/none'],
      '`bin/none` is not there, or the interpreter that its first line names is not',
    ],
    [
      'a file that may not be run',
      ['./tool.mjs'],
      '`./tool.mjs` may not be run: make it executable by `chmod +x`, or name the program that runs it first, as in [node, ./tool.mjs]',
    ],
  ])('%s', async (_name, words, message) => {
    const outcome = await outcomeOf('', {}, { spec: { command: words } });
    expect(errorOf(outcome)).toEqual({ code: 'not_started', message, fatal: true });
  });

  it('says so where the system refuses', async () => {
    const outcome = await outcomeOf('', {}, { spec: { command: ['node', 'x'.repeat(5_000_000)] } });
    expect(errorOf(outcome)).toMatchObject({ code: 'not_started', fatal: true });
    expect(errorOf(outcome).message).toMatch(/^`node` could not be started: .*E2BIG/u);
  });

  it('refuses arguments that are too deep for JSON', async () => {
    expect(errorOf(await outcomeOf('', { deep: tooDeep }))).toEqual({
      code: 'bad_arguments',
      message: 'the arguments are nested too deeply',
    });
  });
});

describe('mistakes in a command', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    [
      'templates',
      { command: ['node', '{{input.a}}', 'x{{args.b}}'] },
      ['misplaced-template command.1', 'misplaced-template command.2'],
    ],
    ['NUL characters', { command: ['node', 'a\0b'] }, ['control-character command.1']],
    ['a line of a shell', { command: ['node ./tool.mjs'] }, ['invalid-value command.0']],
    ['no program', { command: [' ', 'x'] }, ['invalid-value command.0']],
    [
      'files that are not there',
      { command: ['./none', '../none.mjs', 'none.txt'] },
      ['missing-file command.0', 'missing-file command.1'],
    ],
    ["a provider's key", { command: ['node'], env: ['A', 'MISTRAL_API_KEY'] }, ['misplaced-api-key env.1']],
    ['no time', { command: ['node'], timeout: '0s' }, ['invalid-value timeout']],
    ['too much time', { command: ['node'], timeout: '25h' }, ['invalid-value timeout']],
  ])('are told: %s', async (_name, spec, mistakes) => {
    expect((await compileTool(command, spec)).mistakes).toEqual(mistakes);
  });

  it('asks for the files that the words name, and for no others', async () => {
    const folder = await folderOf({ 'tool.mjs': '', 'a.json': '' });
    const words = ['node', './tool.mjs', '--import', './a.json', 'a.json', '.', '..', '.x', '/dev/null'];
    const { files, mistakes } = await compileTool(command, { command: words }, { folder });
    expect(mistakes).toEqual([]);
    expect(files).toEqual(['command.1', 'command.3']);
  });
});

describe('a command before it is run', () => {
  const find = async (program: string, env: { readonly [name: string]: string }, folder: string) => {
    const { program: tool } = await compileTool(command, { command: [program] }, { folder });
    expect(await tool.look?.({ env })).toEqual(await prepare(tool, { env }));
    return (await prepare(tool, { env }))?.message;
  };

  it('is looked up where it would be', async () => {
    const folder = await folderOf({ 'bin/one': '#!/bin/sh', 'bin/two': '', 'bin/three/x': '', 'run.sh': '' });
    await chmod(join(folder, 'bin/one'), 0o755);
    const bin = { PATH: `/none:${join(folder, 'bin')}` };
    expect(await find('one', bin, folder)).toBeUndefined();
    expect(await find('one', { PATH: 'bin' }, folder)).toBeUndefined();
    expect(await find('./bin/one', {}, folder)).toBeUndefined();
    expect(await find('one', {}, folder)).toBeUndefined();
    expect(await find('one', { PATH: '/none' }, folder)).toMatch(/^`one` is not on PATH: /u);
    expect(await find('two', bin, folder)).toMatch(/^`two` may not be run: /u);
    expect(await find('three', bin, folder)).toMatch(/^`three` is not on PATH: /u);
    expect(await find('./run.sh', bin, folder)).toMatch(/^`\.\/run\.sh` may not be run: /u);
  });
});
