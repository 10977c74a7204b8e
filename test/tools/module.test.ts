import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { module } from '../../src/tools/module.ts';
import { toolKinds } from '../../src/tools/registry.ts';
import { call, compileTool, errorOf, folderOf, type CallOptions } from './support.ts';

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

  it('imports the module once, and only when it is called', async () => {
    const program = await compile(
      'globalThis.timesImported = (globalThis.timesImported ?? 0) + 1; export default () => globalThis.timesImported',
    );
    expect(globalThis).not.toHaveProperty('timesImported');
    const outcomes = await Promise.all([call(program), call(program), call(program)]);
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual([1, 1, 1]);
    Reflect.deleteProperty(globalThis, 'timesImported');
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
    ['a promise inside', '[Promise.resolve(1)]', 'the tool returned a promise, which JSON cannot say'],
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

  it('is not awaited when the run is stopped, and is told so', async () => {
    const stop = new AbortController();
    const seen = new Promise<unknown>((resolve) => {
      Object.assign(globalThis, { toolWasTold: resolve });
    });
    const outcome = run(
      `signal.addEventListener('abort', () => globalThis.toolWasTold(signal.reason.name));
       globalThis.toolWasCalled(); await new Promise(() => {});`,
      {},
      { signal: stop.signal },
    );
    await new Promise<void>((resolve) => Object.assign(globalThis, { toolWasCalled: resolve }));
    stop.abort();
    expect(errorOf(await outcome).code).toBe('aborted');
    expect(await seen).toBe('AbortError');
    for (const name of ['toolWasTold', 'toolWasCalled']) Reflect.deleteProperty(globalThis, name);
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
    const outcome = await run('globalThis.wasCalled = true', {}, { signal: AbortSignal.abort() });
    expect(errorOf(outcome).code).toBe('aborted');
    expect(globalThis).not.toHaveProperty('wasCalled');
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

  it('gives the remedy', async () => {
    expect(errorOf(await call(await compile(''))).message).toContain(hint);
  });

  it('waits for the import no longer than for the call', async () => {
    const program = await compile('await new Promise(() => {}); export default () => 1', { timeout: '50ms' });
    expect(errorOf(await call(program)).code).toBe('timed_out');
  });
});
