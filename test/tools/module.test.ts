import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { module } from '../../src/tools/module.ts';
import { toolKinds } from '../../src/tools/registry.ts';
import { call, compileTool, errorOf, folderOf, prepare, shared, type CallOptions } from './support.ts';

async function compile(script: string, spec: JsonObject = {}) {
  const folder = await folderOf({ 'tool.mjs': script });
  const { program, mistakes } = await compileTool(module, { module: './tool.mjs', ...spec }, { folder });
  expect(mistakes).toEqual([]);
  return program;
}

/** Calls a module whose default export has this body. */
async function run(body: string, given: JsonObject = {}, options: CallOptions & { spec?: JsonObject } = {}) {
  const program = await compile(
    `export default async (args, { signal, record }) => { ${body} }`,
    options.spec,
  );
  return call(program, given, options);
}

describe('the module kind', () => {
  it('is registered by its key, and reads no environment', async () => {
    expect(toolKinds.get('module')).toBe(module);
    expect((await compile('export default () => 1')).env).toEqual([]);
  });

  it('is not told again what the process was told to load before all else', async () => {
    vi.stubEnv('NODE_OPTIONS', '--import data:text/javascript,globalThis.preloaded=true');
    onTestFinished(() => void vi.unstubAllEnvs());
    const outcome = await run('return [globalThis.preloaded === true, process.env.NODE_OPTIONS]');
    expect(outcome).toEqual({ ok: true, value: [false, ''] });
  });

  it('calls the default export with the arguments, the record and a signal', async () => {
    const outcome = await run(
      'return [args, record, signal instanceof AbortSignal, signal.aborted]',
      { a: 1 },
      { input: { id: 'x' } },
    );
    expect(outcome).toEqual({ ok: true, value: [{ a: 1 }, { id: 'x' }, true, false] });
  });

  it('calls a function that is not async', async () => {
    const program = await compile('export default function add({ a, b }) { return a + b }');
    expect(await call(program, { a: 1, b: 2 })).toEqual({ ok: true, value: 3 });
  });

  it('keeps every name of the arguments, also those of prototypes', async () => {
    const given = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as JsonObject;
    const outcome = await run('return [Object.keys(args), args]', given);
    expect(outcome.ok && JSON.stringify(outcome.value)).toBe(
      '[["__proto__","constructor"],{"__proto__":{"a":1},"constructor":2}]',
    );
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it('lets the function change only copies', async () => {
    const given = { list: [1] };
    const input = { tags: ['a'] };
    const outcome = await run('args.list.push(2); record.tags.length = 0; return null', given, { input });
    expect(outcome).toEqual({ ok: true, value: null });
    expect([given, input]).toEqual([{ list: [1] }, { tags: ['a'] }]);
  });

  it('imports the module once for all calls, and only when it is needed', async () => {
    const folder = await folderOf({
      'tool.mjs': `import { appendFileSync } from 'node:fs';
        appendFileSync(new URL('./imported', import.meta.url), 'x');
        let calls = 0;
        export default () => (calls += 1);`,
    });
    const { program } = await compileTool(module, { module: './tool.mjs' }, { folder });
    expect(existsSync(join(folder, 'imported'))).toBe(false);
    const outcomes = await Promise.all([call(program), call(program), call(program)]);
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual([1, 2, 3]);
    expect(await readFile(join(folder, 'imported'), 'utf8')).toBe('x');
  });

  it('runs several calls at a time', async () => {
    const program = await compile(
      `let meet = () => {};
       const met = new Promise((resolve) => { meet = resolve; });
       export default ({ n }) => (n === 1 ? met : (meet('met'), 'second'))`,
    );
    const outcomes = await Promise.all([call(program, { n: 1 }), call(program, { n: 2 })]);
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(['met', 'second']);
  });

  it('is given the environment without the keys of providers', async () => {
    vi.stubEnv('MISTRAL_API_KEY', 'secret');
    vi.stubEnv('ORDERS_URL', 'https://orders.example.com');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await run('return [process.env.MISTRAL_API_KEY ?? null, process.env.ORDERS_URL]')).toEqual({
      ok: true,
      value: [null, 'https://orders.example.com'],
    });
    expect(process.env['MISTRAL_API_KEY']).toBe('secret');
  });

  it('writes nothing on our stdout and stderr', async () => {
    const written: unknown[] = [];
    const keep = (chunk: unknown) => written.push(chunk) > 0;
    for (const stream of [process.stdout, process.stderr]) {
      const spy = vi.spyOn(stream, 'write').mockImplementation(keep);
      onTestFinished(() => spy.mockRestore());
    }
    const body = `console.log('out'); console.error('err'); process.stdout.write('direct'); return 1`;
    expect(await run(body)).toEqual({ ok: true, value: 1 });
    // By its end, all that a thread has printed has come.
    await shared.close();
    expect(written.filter((chunk) => /out|err|direct/u.test(String(chunk)))).toEqual([]);
  });

  it('tells of a file that is not there', async () => {
    expect((await compileTool(module, { module: './none.mjs' })).mistakes).toEqual(['missing-file module']);
  });
});

describe('what a module returns', () => {
  it.each<[string, string, JsonValue]>([
    ['a value', `{ a: [1, 'x', true, null] }`, { a: [1, 'x', true, null] }],
    ['nothing', 'undefined', null],
    ['nothing in an object', '{ a: undefined, b: 1 }', { b: 1 }],
    ['a Date', 'new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['a promise', 'Promise.resolve(1)', 1],
    ['what says itself how it is written', '{ toJSON: () => undefined }', null],
    ['a large number that it has', '2 ** 60', 2 ** 60],
    ['an object without a prototype', 'Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
    ['an empty object and list', '[{}, []]', [{}, []]],
    ['an object of a class', 'new (class Order { id = 1 })()', { id: 1 }],
    ['boxed values', `[new String(''), new Number(1)]`, ['', 1]],
    ['an address', `new URL('https://example.com/')`, 'https://example.com/'],
    ['a text that looks like JSON', `'{"a":1}'`, '{"a":1}'],
  ])('is JSON: %s', async (_name, returned, value) => {
    expect(await run(`return ${returned}`)).toEqual({ ok: true, value });
  });

  it.each<[string, string, string]>([
    ['a function', '() => 1', 'the tool returned a function, which JSON cannot say'],
    ['a function inside', '[{ f() {} }]', 'the tool returned a function, which JSON cannot say'],
    ['a BigInt', '{ n: 1n }', 'the tool returned a BigInt, which JSON cannot say'],
    ['NaN', '[NaN]', 'the tool returned NaN, which JSON cannot say'],
    ['infinity', '-Infinity', 'the tool returned -Infinity, which JSON cannot say'],
    ['a symbol', `Symbol('x')`, 'the tool returned a symbol, which JSON cannot say'],
    ['a Map', 'new Map([[1, 2]])', 'the tool returned a Map, which JSON cannot say'],
    ['a Set', '{ a: new Set() }', 'the tool returned a Set, which JSON cannot say'],
    ['a promise inside', '[Promise.resolve(1)]', 'the tool returned a Promise, which JSON cannot say'],
    [
      'an Error',
      `new TypeError('no')`,
      'the tool returned an Error (throw it, and the model is told that the tool failed), which JSON cannot say',
    ],
    [
      'an Error that says how it is written',
      `[Object.assign(new Error(), { toJSON: () => 'x' })]`,
      'the tool returned an Error (throw it, ',
    ],
    ['an expression', '{ a: /x/ }', 'the tool returned a RegExp, which JSON cannot say'],
    ['a WeakMap', 'new WeakMap()', 'the tool returned a WeakMap, which JSON cannot say'],
    ['a response', `new Response('{}')`, 'the tool returned a Response, which JSON cannot say'],
    ['bytes', 'new Uint8Array(2)', 'the tool returned a Uint8Array, which JSON cannot say'],
    ['an invalid Date', `[new Date('x')]`, 'the tool returned an invalid Date, which JSON cannot say'],
    ['nothing in a list', '[1, undefined]', 'the tool returned undefined in a list, which JSON cannot say'],
    ['a list with a hole', '[1, , 2]', 'the tool returned undefined in a list, which JSON cannot say'],
    [
      'a value that holds itself',
      '(() => { const a = {}; a.a = a; return a })()',
      'the tool returned a value that holds itself, is too large or cannot be read',
    ],
    [
      'a value that cannot be read',
      '{ get a() { throw null } }',
      'the tool returned a value that holds itself, is too large or cannot be read',
    ],
    [
      'a revoked proxy inside',
      '[(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()]',
      'the tool returned a value that holds itself, is too large or cannot be read',
    ],
    ['half a character', String.raw`'\ud800'`, 'the tool returned what cannot be kept: '],
    [
      'what is nested too deeply',
      `JSON.parse('['.repeat(600) + ']'.repeat(600))`,
      'the tool returned what cannot be kept: the value is nested deeper than 500 levels',
    ],
  ])('is refused: %s', async (_name, returned, message) => {
    const error = errorOf(await run(`return ${returned}`));
    expect(error.code).toBe('malformed');
    expect(error.message.startsWith(message)).toBe(true);
    expect(error.fatal).toBeUndefined();
  });

  it('is bounded, in bytes of its JSON', async () => {
    const body = `return 'ü'.repeat(10)`;
    expect(await run(body, {}, { spec: { max_bytes: 22 } })).toEqual({ ok: true, value: 'ü'.repeat(10) });
    expect(errorOf(await run(body, {}, { spec: { max_bytes: 21 } }))).toEqual({
      code: 'too_large',
      message: 'the result is larger than 21 bytes (`max_bytes`)',
    });
  });
});

describe('a module that fails', () => {
  it.each<[string, string, string]>([
    [
      'an error',
      `throw new TypeError('no such\\ncurrency\\x1b[31m')`,
      'the tool failed: no such currency\\x1b[31m',
    ],
    ['an error without words', 'throw new RangeError()', 'the tool failed: RangeError'],
    ['a text', `throw 'no'`, 'the tool failed: no'],
    ['nothing', 'throw undefined', 'the tool failed: undefined'],
    ['what has no text', 'throw Object.create(null)', 'the tool failed: it threw what cannot be told'],
    [
      'what throws when it is read',
      'throw { toString() { throw 1 } }',
      'the tool failed: it threw what cannot be told',
    ],
    ['a rejected promise', `return Promise.reject(new Error('later'))`, 'the tool failed: later'],
    ['a promise that throws', 'return { get then() { throw 7 } }', 'the tool failed: 7'],
  ])('by %s', async (_name, body, message) => {
    expect(errorOf(await run(body))).toEqual({ code: 'tool_failed', message });
  });

  it('says no more than fits', async () => {
    const { message } = errorOf(await run(`throw new Error('x'.repeat(1e6))`));
    expect(message.length).toBeLessThan(1100);
  });

  it('is not awaited for longer than its time', async () => {
    const outcome = await run('return new Promise(() => {})', {}, { spec: { timeout: '20ms' } });
    expect(errorOf(outcome)).toEqual({ code: 'timed_out', message: 'the tool took longer than 20 ms' });
  });

  it('is told when its time is over or the run is stopped, and may then end', async () => {
    const stop = new AbortController();
    const [told, tell] = [new BroadcastChannel('told'), new BroadcastChannel('called')];
    onTestFinished(() => [told, tell].forEach((channel) => channel.close()));
    const called = new Promise((resolve) => tell.addEventListener('message', resolve, { once: true }));
    const seen = new Promise<unknown>((resolve) =>
      told.addEventListener('message', (event) => resolve((event as MessageEvent).data), { once: true }),
    );
    const outcome = run(
      `new BroadcastChannel('called').postMessage(1);
       await new Promise((resolve) => signal.addEventListener('abort', resolve));
       new BroadcastChannel('told').postMessage(signal.reason.name);`,
      {},
      { signal: stop.signal },
    );
    await called;
    stop.abort();
    expect(errorOf(await outcome).code).toBe('aborted');
    expect(await seen).toBe('AbortError');
  });

  it('may fail after it was given up, and nobody is hurt', async () => {
    const body = `return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))))`;
    expect(errorOf(await run(body, {}, { spec: { timeout: '20ms' } })).code).toBe('timed_out');
  });

  it('shares the signal of a run with any number of others, without a warning', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const stop = new AbortController();
    const program = await compile('export default () => new Promise(() => {})');
    const outcomes = Array.from({ length: 50 }, () => call(program, {}, { signal: stop.signal }));
    // Warnings are told in a later turn.
    await new Promise(setImmediate);
    stop.abort();
    expect((await Promise.all(outcomes)).map((outcome) => errorOf(outcome).code)).toEqual(
      Array(50).fill('aborted'),
    );
    expect(warnings).toEqual([]);
  });

  it('is not called when the run is stopped already', async () => {
    const folder = await folderOf({
      'tool.mjs': `import { writeFileSync } from 'node:fs';
        writeFileSync(new URL('./imported', import.meta.url), '');
        export default () => 1;`,
    });
    const { program } = await compileTool(module, { module: './tool.mjs' }, { folder });
    expect(errorOf(await call(program, {}, { signal: AbortSignal.abort() })).code).toBe('aborted');
    expect(existsSync(join(folder, 'imported'))).toBe(false);
  });
});

describe('a module that goes wrong beside its calls', () => {
  it.each<[string, string, string]>([
    ['process.exit', 'process.exit(0)', 'it ended its thread with exit code 0'],
    ['an error in a timer', `setTimeout(() => { throw new Error('late') })`, 'nothing caught an error: late'],
    ['a stray rejection', `void Promise.reject(new Error('stray'))`, 'nothing caught an error: stray'],
    ['something else thrown', `setTimeout(() => { throw null })`, 'nothing caught an error: '],
  ])('ends no more than its calls at work, by %s', async (_name, wrong, how) => {
    const program = await compile(
      `export default ({ wrong }) => { if (wrong === 2) return 'fine'; if (wrong) { ${wrong} } return new Promise(() => {}) }`,
    );
    const atWork = call(program, { wrong: 0 });
    for (const outcome of await Promise.all([atWork, call(program, { wrong: 1 })])) {
      const { code, message, fatal } = errorOf(outcome);
      expect({ code, fatal }).toEqual({ code: 'tool_failed', fatal: undefined });
      expect(message).toContain(`the tool's module \`./tool.mjs\` failed: ${how}`);
    }
    expect(await call(program, { wrong: 2 })).toEqual({ ok: true, value: 'fine' });
  });

  it('is ended when it is in an endless loop, and is there again for the next call', async () => {
    const program = await compile(`export default ({ loop }) => { while (loop) {} return 'done' }`, {
      timeout: '2s',
    });
    expect(errorOf(await call(program, { loop: true }))).toEqual({
      code: 'timed_out',
      message: 'the tool took longer than 2.0 s',
    });
    expect(await call(program, { loop: false })).toEqual({ ok: true, value: 'done' });
  });

  it('makes the calls again that wait behind an endless loop, and those alone', async () => {
    const program = await compile(
      `export default ({ n, loop }) => { if (n === 0) return new Promise(() => {}); while (loop) {} return n }`,
      { timeout: '2s' },
    );
    expect(await prepare(program)).toBeUndefined();
    const given: readonly JsonObject[] = [
      { n: 0 },
      { n: 1, loop: true },
      { n: 2 },
      { n: 3, loop: true },
      { n: 4 },
      { n: 5 },
    ];
    const outcomes = await Promise.all(given.map((one) => call(program, one)));
    const told = outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.code));
    expect(told).toEqual(['timed_out', 'timed_out', 2, 'timed_out', 4, 5]);
  });

  it('does not count the time that a call waits for others', async () => {
    const pause = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900)';
    const program = await compile(`export default ({ n }) => { ${pause}; return n }`, { timeout: '2s' });
    const outcomes = await Promise.all([1, 2, 3].map((n) => call(program, { n })));
    expect(outcomes).toEqual([1, 2, 3].map((value) => ({ ok: true, value })));
  });

  it('leaves a call its time that keeps the thread busy while another is too late', async () => {
    const pause = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)';
    const folder = await folderOf({
      'tool.mjs': `export default ({ busy }) => { if (!busy) return new Promise(() => {}); ${pause}; return 'done' }`,
    });
    const tool = async (timeout: string) =>
      (await compileTool(module, { module: './tool.mjs', timeout }, { folder })).program;
    const [hasty, calm] = [await tool('300ms'), await tool('1m')];
    expect(await prepare(calm)).toBeUndefined();
    const outcomes = await Promise.all([call(hasty), call(calm, { busy: true })]);
    expect(errorOf(outcomes[0]).code).toBe('timed_out');
    expect(outcomes[1]).toEqual({ ok: true, value: 'done' });
  });

  /** A loop that begins once the thread has told all that it has to, and before it hears of anything more. */
  const stray = 'const stray = async () => { for (let n = 0; n < 1000; n += 1) await null; for (;;) {} };';

  it('makes a call again that a loop which another has left behind keeps waiting', async () => {
    const program = await compile(
      `${stray} export default ({ leave }) => { if (leave) void stray(); return 'done' }`,
      { timeout: '2s' },
    );
    expect(await call(program, { leave: true })).toEqual({ ok: true, value: 'done' });
    expect(await call(program, { leave: false })).toEqual({ ok: true, value: 'done' });
  });

  it('is given up where it takes no call at all', async () => {
    const program = await compile(`${stray} void stray(); export default () => 'done'`, { timeout: '2s' });
    expect(await prepare(program)).toBeUndefined();
    expect(errorOf(await call(program))).toEqual({
      code: 'tool_failed',
      message: "the tool's module was ended, since it kept its thread busy for longer than a call may take",
    });
  });

  it('makes a call again that had not begun when another ended the thread', async () => {
    const program = await compile(
      `export default ({ ends }) => { if (ends) process.exit(1); return 'done' }`,
    );
    expect(await prepare(program)).toBeUndefined();
    const outcomes = await Promise.all([true, false, true, false].map((ends) => call(program, { ends })));
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([false, true, false, true]);
  });

  it('fails the call that waited for its import where it has ended before we read of either', async () => {
    const folder = await folderOf({
      'tool.mjs': `import { writeFileSync } from 'node:fs';
        setTimeout(() => { writeFileSync(new URL('./ending', import.meta.url), ''); process.exit(3); }, 30);
        export default () => new Promise(() => {});`,
    });
    const { program } = await compileTool(module, { module: './tool.mjs', timeout: '300ms' }, { folder });
    const outcome = call(program);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    // We are busy until the thread is surely over, and read then what it has told, in whatever order.
    while (!existsSync(join(folder, 'ending'))) Atomics.wait(pause, 0, 0, 10);
    Atomics.wait(pause, 0, 0, 200);
    expect(errorOf(await outcome)).toEqual({
      code: 'tool_failed',
      message: "the tool's module `./tool.mjs` failed: it ended its thread with exit code 3",
    });
  });

  it('is ended once, however many calls of it are too late', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const program = await compile(
      `let called = 0;
       export default async () => { called += 1; while (called === 20) {} await new Promise(() => {}); }`,
      { timeout: '2s' },
    );
    expect(await prepare(program)).toBeUndefined();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => call(program)));
    expect(outcomes.map((outcome) => errorOf(outcome).code)).toEqual(Array(20).fill('timed_out'));
    // Warnings are told in a later turn.
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });

  it('stays where it answers after a call that was too late', async () => {
    const program = await compile(
      `let calls = 0; export default ({ wait }) => { calls += 1; return wait ? new Promise(() => {}) : calls }`,
      { timeout: '2s' },
    );
    await call(program, {});
    expect(errorOf(await call(program, { wait: true })).code).toBe('timed_out');
    expect(await call(program, {})).toEqual({ ok: true, value: 3 });
  });
});

describe('a module that cannot be called', () => {
  const hint = 'write `export default (args, {signal, record}) => …`';

  it.each<[string, string, RegExp]>([
    [
      'no default export',
      'export const a = 1',
      /^`.\/tool.mjs` does not export a function as its default: /u,
    ],
    ['a default export that is no function', 'export default { run() {} }', /does not export a function/u],
    ['a syntax error', 'export default (', /^`.\/tool.mjs` cannot be imported: /u],
    [
      'an import of what is not there',
      `import './none.mjs'; export default () => 1`,
      /cannot be imported: .*none\.mjs/u,
    ],
    [
      'an error as it is imported',
      `throw new Error('no database')`,
      /^`.\/tool.mjs` cannot be imported: no database$/u,
    ],
    ['something else thrown as it is imported', 'throw null', /cannot be imported: null$/u],
  ])('%s', async (_name, script, message) => {
    const program = await compile(script);
    for (const outcome of [await call(program), await call(program)]) {
      const error = errorOf(outcome);
      expect(error).toMatchObject({ code: 'not_started', fatal: true });
      expect(error.message).toMatch(message);
    }
  });

  it('is found before it is called', async () => {
    expect(await prepare(await compile('export default 1'))).toMatchObject({
      code: 'not_started',
      message: expect.stringContaining('does not export a function') as string,
    });
    expect(await prepare(await compile('export default () => 1'))).toBeUndefined();
    expect(
      (await prepare(await compile('', { timeout: '1ms' }), { signal: AbortSignal.abort() }))?.code,
    ).toBe('aborted');
  });

  it('is not waited for once the run is stopped, whatever it does as it is imported', async () => {
    const imported = new BroadcastChannel('importing');
    onTestFinished(() => imported.close());
    const importing = new Promise((resolve) => imported.addEventListener('message', resolve, { once: true }));
    const program = await compile(`new BroadcastChannel('importing').postMessage(1); for (;;) {}`, {
      timeout: '10m',
    });
    const stop = new AbortController();
    const outcomes = [
      prepare(program, { signal: stop.signal }),
      call(program, {}, { signal: stop.signal }).then(errorOf),
    ];
    await importing;
    stop.abort();
    expect((await Promise.all(outcomes)).map((error) => error?.code)).toEqual(['aborted', 'aborted']);
  });

  it('is ended where its import is an endless loop', async () => {
    const program = await compile('for (;;) {}', { timeout: '500ms' });
    for (const error of [await prepare(program), errorOf(await call(program))]) {
      expect(error?.message).toMatch(/^the import of `\.\/tool\.mjs` took longer than 500 ms/u);
    }
  });

  it.each([
    ['that ends itself', 'process.exit(3)', /cannot be imported: it ended its thread with exit code 3$/u],
    [
      'that throws later',
      `setTimeout(() => { throw new Error('x') }); await new Promise(() => {})`,
      /error: x$/u,
    ],
  ])('is fatal as it is imported by a module %s', async (_name, script, message) => {
    expect(await prepare(await compile(script))).toMatchObject({
      code: 'not_started',
      fatal: true,
      message: expect.stringMatching(message) as string,
    });
  });

  it('gives the remedy', async () => {
    expect(errorOf(await call(await compile(''))).message).toContain(hint);
  });

  it('waits for the import no longer than for the call', async () => {
    const program = await compile('await new Promise(() => {}); export default () => 1', { timeout: '50ms' });
    const error = {
      code: 'timed_out',
      message: "the import of `./tool.mjs` took longer than 50 ms, the tool's `timeout`",
      fatal: true,
    };
    expect(errorOf(await call(program))).toEqual(error);
    expect(await prepare(program)).toEqual(error);
  });
});
