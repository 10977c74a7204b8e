import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { assert, asyncProperty, oneof, string, stringMatching } from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { http } from '../../src/tools/http.ts';
import { toolKinds } from '../../src/tools/registry.ts';
import { startFakeServer, type FakeCall, type FakeServer } from '../support/fake-server.ts';
import { call, compileTool, errorOf, type CallOptions } from './support.ts';
import { tooDeep } from '../support/too-deep.ts';

async function serve(): Promise<FakeServer> {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return server;
}

interface Options extends CallOptions {
  /** Keys of the tool beside `http`. */
  readonly spec?: JsonObject;
}

/** Calls a tool whose `url` is below the server. */
async function start(server: FakeServer, request: JsonObject, given: JsonObject = {}, options: Options = {}) {
  const { url = '/', ...others } = request;
  const spec = { ...options.spec, http: { ...others, url: server.url + (url as string) } };
  const { program, mistakes } = await compileTool(http, spec);
  expect(mistakes).toEqual([]);
  return { outcome: call(program, given, options), program };
}

/** The request that these arguments give. */
async function sent(request: JsonObject, given: JsonObject = {}, options: Options = {}): Promise<FakeCall> {
  const server = await serve();
  server.answer = (call) => call.raw({ body: '1' });
  const { outcome } = await start(server, request, given, options);
  expect(await outcome).toEqual({ ok: true, value: 1 });
  const [request_] = server.calls;
  if (request_ === undefined) throw new Error('nothing was sent');
  return request_;
}

/** The error of a call that sends nothing. */
async function unsent(request: JsonObject, given: JsonObject = {}, options: Options = {}) {
  const server = await serve();
  server.answer = (call) => call.raw({ body: '1' });
  const { outcome } = await start(server, request, given, options);
  const error = errorOf(await outcome);
  expect(server.calls).toEqual([]);
  return error;
}

/** What comes of an answer. */
async function answered(answer: Parameters<FakeCall['raw']>[0], options: Options = {}) {
  const server = await serve();
  server.answer = (call) => call.raw(answer);
  const { outcome } = await start(server, {}, {}, options);
  return outcome;
}

describe('the request of an http tool', () => {
  it('is registered by its key', () => {
    expect(toolKinds.get('http')).toBe(http);
  });

  it('is a GET without a body', async () => {
    expect(await sent({ url: '/v1/rates' })).toMatchObject({ method: 'GET', path: '/v1/rates', rawBody: '' });
  });

  it('reads the arguments, the record and variables', async () => {
    const request = { url: '/{{args.a}}/{{input.b}}', query: { c: '{{length args.list}}' } };
    const { path } = await sent(request, { a: 'x', list: [1, 2] }, { input: { b: 7 } });
    expect(path).toBe('/x/7?c=2');
  });

  it.each<[string, JsonValue, string]>([
    ['text', 'EUR', '/v1/EUR/x'],
    ['a number', 1.5, '/v1/1.5/x'],
    ['a slash', 'a/b', '/v1/a%2Fb/x'],
    ['what begins a query or a fragment', 'a?b=1&c#d', '/v1/a%3Fb%3D1%26c%23d/x'],
    ['what is encoded already', '%2e%2e', '/v1/%252e%252e/x'],
    ['white space and line breaks', ' a\r\n', '/v1/%20a%0D%0A/x'],
    ['another alphabet', 'ünï 漢', '/v1/%C3%BCn%C3%AF%20%E6%BC%A2/x'],
    ['a template', '{{env.HOME}}', '/v1/%7B%7Benv.HOME%7D%7D/x'],
    ['another server', 'https://evil.example/', '/v1/https%3A%2F%2Fevil.example%2F/x'],
    ['dots within words', 'a..b', '/v1/a..b/x'],
    ['three dots', '...', '/v1/.../x'],
    ['an object', { a: 1 }, '/v1/%7B%22a%22%3A1%7D/x'],
  ])('percent-encodes %s in the path as one component', async (_name, value, path) => {
    expect((await sent({ url: '/v1/{{args.a}}/x' }, { a: value })).path).toBe(path);
  });

  it.each<[string, string, string]>([
    ['..', '/v1/{{args.a}}', 'may not hold `.` or `..`'],
    ['.', '/v1/{{args.a}}', 'may not hold `.` or `..`'],
    ['../../admin', '/v1/{{args.a}}', 'may not hold `.` or `..`'],
    ['x/../../admin', '/v1/{{args.a}}', 'may not hold `.` or `..`'],
    ['..\\admin', '/v1/{{args.a}}', 'may not hold `.` or `..`'],
    ['.', '/v1/.{{args.a}}', 'may not hold `.` or `..`'],
    ['.', '/v1/{{args.a}}{{args.a}}/x', 'may not hold `.` or `..`'],
    ['.', '/v1/%2e{{args.a}}', 'may not hold `.` or `..`'],
    ['e', '/v1/%2{{args.a}}.', 'may not hold `.` or `..`'],
    ['/..', '/v1/a{{args.a}}', 'may not hold `.` or `..`'],
    ['', '/v1/{{args.a}}', 'is empty'],
    ['', '/v1/{{args.a}}/x?q=1', 'is empty'],
    ['\ud800', '/v1/{{args.a}}', 'holds half of a character'],
    ['\udc00', '/v1?q={{args.a}}', 'holds half of a character'],
  ])('is not sent with %j in %s', async (value, url, said) => {
    const error = await unsent({ url }, { a: value });
    expect(error).toEqual({ code: 'bad_arguments', message: expect.stringContaining(said) as string });
    expect(error.message).toMatch(/^`\{\{args\.a\}\}` /u);
  });

  it('arrives as it was written, whatever the argument is, or is not sent', async () => {
    const server = await serve();
    server.answer = (call) => call.raw({ body: '1' });
    const { program } = await start(server, { url: '/v1/%2{{args.a}}/x{{args.a}}/{{args.a}}?q={{args.a}}' });
    const hostile = stringMatching(/^(?:\.|\/|\\|%|2|e|E|\?|#|@|:|a){0,6}$/u);
    let arrived = 0;
    await assert(
      asyncProperty(oneof(hostile, string({ unit: 'binary', maxLength: 4 })), async (a) => {
        const outcome = await call(program, { a });
        const path = server.calls[arrived]?.path;
        const part = outcome.ok ? encodeURIComponent(a) : '';
        const expected = outcome.ok ? `/v1/%2${part}/x${part}/${part}?q=${part}` : undefined;
        expect(path).toBe(expected);
        expect(outcome.ok || outcome.error.code).toBe(outcome.ok || 'bad_arguments');
        if (outcome.ok) arrived += 1;
      }),
      { numRuns: 300 },
    );
    expect(arrived).toBeGreaterThan(50);
  });

  it('may be empty, or dots, in the query', async () => {
    const { path } = await sent({ url: '/v1/?a={{args.a}}&b={{args.b}}' }, { a: '', b: '../&c=1' });
    expect(path).toBe('/v1/?a=&b=..%2F%26c%3D1');
  });

  it('adds the parameters of `query`, encoded, and leaves out null', async () => {
    const query = {
      text: '{{args.text}} + {{args.none}}',
      typed: '{{args.list}}',
      none: '{{args.none}}',
      missing: '{{default args.missing null}}',
      page: 2,
      deep: true,
      'a&b': 'c',
    };
    const given = { text: 'a&b=c', list: [1, 'x'], none: null };
    const pairs = 'text=a%26b%3Dc+%2B+&typed=%5B1%2C%22x%22%5D&page=2&deep=true&a%26b=c';
    expect((await sent({ url: '/', query }, given)).path).toBe(`/?${pairs}`);
    expect((await sent({ url: '/?v=a%20b', query }, given)).path).toBe(`/?v=a%20b&${pairs}`);
    expect((await sent({ url: '/', query: { none: '{{args.none}}' } }, given)).path).toBe('/');
    expect(await unsent({ query: { q: '{{args.a}}' } }, { a: '\ud800' })).toMatchObject({
      code: 'bad_arguments',
    });
  });

  it('tells the model of an argument that it left out, and fails the record for anything else', async () => {
    const absent = (name: string) => ({ message: `\`${name}\` is absent` });
    const requests: readonly JsonObject[] = [
      { url: '/{{args.a}}' },
      { query: { q: '{{args.a}}' } },
      { headers: { x: '{{args.a}}' } },
      { method: 'POST', body: { b: ['{{args.a}}'] } },
    ];
    for (const request of requests) {
      expect(await unsent(request)).toEqual({ code: 'bad_arguments', ...absent('args.a') });
      const other = JSON.parse(JSON.stringify(request).replace('args.a', 'input.a')) as JsonObject;
      expect(await unsent(other)).toEqual({ code: 'not_started', fatal: true, ...absent('input.a') });
    }
  });

  it('finds nothing in prototypes', async () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect((await unsent({ url: `/{{args.${name}}}` })).message).toBe(`\`args.${name}\` is absent`);
  });
});

describe('the headers of an http tool', () => {
  const headers = { Authorization: 'Bearer {{env.RATES_TOKEN}}', 'X-Id': '{{args.id}}' };

  it('hold arguments and environment variables', async () => {
    const env = { RATES_TOKEN: 'sesame', OTHER: 'x' };
    const call = await sent({ headers }, { id: 'a b' }, { env });
    expect(call.headers).toMatchObject({ authorization: 'Bearer sesame', 'x-id': 'a b' });
    expect(JSON.stringify(call.headers)).not.toContain('OTHER');
  });

  it('say which variables they read', async () => {
    const spec = {
      http: { url: 'http://localhost/', headers: { ...headers, x: '{{default env.B env.C}}' } },
    };
    const { program, reads } = await compileTool(http, spec, { parameters: { type: 'object' } });
    expect(program.env).toEqual(['RATES_TOKEN', 'B', 'C']);
    const args = { type: 'object' };
    expect([...reads]).toEqual([
      ['http.url', { args }],
      ['http.headers.Authorization', { args, env: true }],
      ['http.headers.X-Id', { args, env: true }],
      ['http.headers.x', { args, env: true }],
    ]);
  });

  it.each([
    [
      'a missing one',
      {},
      'constructor',
      '`constructor`, which the tool reads, is not set: set it by `export constructor=…`',
    ],
    [
      'one with a line break',
      { A: 'sesame\nX-Evil: 1' },
      'A',
      '`A` holds a line break or another character that no header can: set it again without',
    ],
  ])('need their variables: %s', async (_name, env, name, message) => {
    const error = await unsent({ headers: { x: `{{env.${name}}}{{args.a}}` } }, { a: '1' }, { env });
    expect(error).toEqual({ code: 'not_started', message, fatal: true });
    expect(error.message).not.toContain('sesame');
  });

  it.each(['a\r\nX-Evil: 1', 'a\nb', '\0', '\x7f', '漢', '\ud800'])('are not sent with %j', async (id) => {
    const error = await unsent({ headers }, { id }, { env: { RATES_TOKEN: 'sesame' } });
    expect(error).toEqual({
      code: 'bad_arguments',
      message: 'the header `X-Id` would hold a line break or another character that no header can',
    });
  });
});

describe('the body of an http tool', () => {
  const given = { text: 'say "hi"', amount: 2.5, list: [1], none: null };

  it.each<[string, JsonValue, JsonValue]>([
    [
      'a structure whose single expressions keep their type',
      {
        a: '{{args.amount}}',
        b: ['{{args.list}}', '{{args.text}}!', 'x', 3, null],
        c: { d: '{{args.none}}' },
      },
      { a: 2.5, b: [[1], 'say "hi"!', 'x', 3, null], c: { d: null } },
    ],
    ['all arguments', '{{args}}', given],
    ['a text that is one argument', '{{args.text}}', 'say "hi"'],
    ['a number', 5, 5],
    ['null', null, null],
    [
      'names of prototypes',
      JSON.parse('{"__proto__":"{{args.amount}}"}') as JsonObject,
      JSON.parse('{"__proto__":2.5}') as JsonObject,
    ],
  ])('is JSON: %s', async (_name, body, expected) => {
    const call = await sent({ method: 'POST', body }, given);
    expect(call.rawBody).toBe(JSON.stringify(expected));
    expect(call.headers['content-type']).toBe('application/json');
  });

  it('is JSON of the type that a header says', async () => {
    const headers = { 'content-type': 'application/vnd.api+json' };
    const call = await sent({ method: 'PATCH', headers, body: { a: '{{args.text}}' } }, given);
    expect(call).toMatchObject({ method: 'PATCH', rawBody: '{"a":"say \\"hi\\""}', headers });
  });

  it('is a text as it is, where a header says another type', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    const call = await sent({ method: 'PUT', headers, body: 'It is {{args.text}}' }, given);
    expect(call).toMatchObject({
      method: 'PUT',
      rawBody: 'It is say "hi"',
      headers: { 'content-type': 'text/plain' },
    });
    expect(await unsent({ method: 'PUT', headers, body: '{{args.text}}' }, { text: '\ud800' })).toMatchObject(
      {
        code: 'bad_arguments',
      },
    );
  });

  it('is not sent when it is too deep for JSON', async () => {
    expect(await unsent({ method: 'POST', body: { a: '{{args.deep}}' } }, { deep: tooDeep })).toEqual({
      code: 'bad_arguments',
      message: 'the body would be nested too deeply',
    });
  });
});

describe('the answer to an http tool', () => {
  const text = { 'content-type': 'text/plain' };

  it.each<[string, Parameters<FakeCall['raw']>[0], JsonValue]>([
    ['JSON', { body: '{"rate": 1.08}' }, { rate: 1.08 }],
    ['JSON of another type', { headers: text, body: '[1]' }, [1]],
    ['text', { headers: text, body: 'a line\n' }, 'a line'],
    ['nothing', { status: 204, body: '' }, ''],
    ['no JSON at all where it is said to be', { body: '' }, ''],
    [
      'a number that a double cannot hold, as text',
      { body: '{"id":9007199254740993}' },
      '{"id":9007199254740993}',
    ],
    [
      'Latin-1',
      { headers: { 'content-type': 'text/html; charset="iso-8859-1"' }, body: Buffer.from([0xfc]) },
      'ü',
    ],
    ['packed', { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{"a":1}') }, { a: 1 }],
    ['another success', { status: 201, body: '"made"' }, 'made'],
  ])('is read: %s', async (_name, answer, value) => {
    expect(await answered(answer)).toEqual({ ok: true, value });
  });

  it.each<[string, Parameters<FakeCall['raw']>[0], RegExp]>([
    ['broken JSON', { body: '{"a":' }, /^the result is said to be JSON, but cannot be read: /u],
    ['no UTF-8', { headers: text, body: Buffer.from([0xff]) }, /^the result is no text in UTF-8$/u],
    [
      'an encoding that there is not',
      { headers: { 'content-type': 'text/plain; charset=x-none' }, body: 'a' },
      /^the result is no text in X-NONE$/u,
    ],
  ])('is malformed: %s', async (_name, answer, message) => {
    expect(errorOf(await answered(answer))).toEqual({
      code: 'malformed',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each<[string, Parameters<FakeCall['raw']>[0], string]>([
    [
      'a status with words',
      { status: 404, body: '{"error":\n"no such\x1b[31m currency"}' },
      'answered 404: {"error": "no such\\x1b[31m currency"}',
    ],
    ['a status alone', { status: 500, body: '' }, 'answered 500'],
    ['a redirect to nowhere', { status: 302, body: '' }, 'answered 302'],
    ['not modified', { status: 304, body: '' }, 'answered 304'],
  ])('is a failure: %s', async (_name, answer, said) => {
    const { code, message } = errorOf(await answered(answer));
    expect(code).toBe('tool_failed');
    expect(message.replace(/^127\.0\.0\.1:\d+ /u, '')).toBe(said);
  });

  it('is told in bounds', async () => {
    const { message } = errorOf(await answered({ status: 500, body: 'x'.repeat(1_000_000) }));
    expect(message).toMatch(/ answered 500: x+…$/u);
    expect(message.length).toBeLessThan(1100);
  });

  it.each([
    ['', 'sesame-123', 'answered 401: bad [redacted]bad [redacted]'],
    // So long that of the second one only a half is read.
    [', not even half of it', 'sesame-'.repeat(1500), 'answered 401'],
  ])('is told without the token that it repeats%s', async (_name, token, said) => {
    const server = await serve();
    server.answer = (call) =>
      call.raw({ status: 401, body: `bad ${String(call.headers['x-token'])}`.repeat(2) });
    const headers = { 'X-Token': '{{env.TOKEN}}' };
    const { outcome } = await start(server, { headers }, {}, { env: { TOKEN: token } });
    const { message } = errorOf(await outcome);
    expect(message).toContain(said);
    expect(message).not.toContain('sesame');
  });

  it('is bounded, once it is unpacked', async () => {
    const spec = { max_bytes: 1000 };
    expect(await answered({ body: `"${'x'.repeat(998)}"` }, { spec })).toMatchObject({ ok: true });
    const packed = { headers: { 'content-encoding': 'gzip' }, body: gzipSync('0'.repeat(100_000_000)) };
    for (const answer of [{ body: `"${'x'.repeat(999)}"` }, packed])
      expect(errorOf(await answered(answer, { spec }))).toEqual({
        code: 'too_large',
        message: 'the result is larger than 1000 bytes (`max_bytes`)',
      });
  });

  it('is not read on when it is endless', async () => {
    const server = await serve();
    const { outcome } = await start(server, {}, {}, { spec: { max_bytes: 3 } });
    const call = await server.nextCall();
    call.trickle();
    expect(errorOf(await outcome).code).toBe('too_large');
    expect(await call.ended).toBe('closed');
  });
});

describe('an exchange that goes wrong', () => {
  it.each(['before', 'inside'] as const)('is a failure when it is cut %s the answer', async (when) => {
    const server = await serve();
    const { outcome } = await start(server, {});
    (await server.nextCall()).drop(when);
    const { code, message } = errorOf(await outcome);
    expect(code).toBe('tool_failed');
    expect(message).toMatch(
      when === 'inside' ? /broke off its answer$/u : /could not be reached: other side closed$/u,
    );
  });

  it('is a failure when what is packed cannot be unpacked', async () => {
    const outcome = await answered({ headers: { 'content-encoding': 'gzip' }, body: 'no gzip' });
    expect(errorOf(outcome).message).toMatch(/broke off its answer$/u);
  });

  it('is a failure when nobody listens', async () => {
    const server = await serve();
    const { program } = await start(server, {});
    (await server.nextCall()).raw({ body: '1' });
    await server.close();
    const error = errorOf(await call(program));
    expect(error.code).toBe('tool_failed');
    expect(error.message).toBe(`${server.url.slice('http://'.length)} could not be reached: ECONNREFUSED`);
  });

  it.each([
    ['never begins', (call: FakeCall) => call.hang()],
    ['trickles', (call: FakeCall) => call.trickle()],
  ])('ends with its time when the answer %s', async (_name, answer) => {
    const server = await serve();
    const { outcome } = await start(server, {}, {}, { spec: { timeout: '200ms' } });
    const call = await server.nextCall();
    answer(call);
    expect(errorOf(await outcome)).toEqual({
      code: 'timed_out',
      message: 'the tool took longer than 200 ms',
    });
    expect(await call.ended).toBe('closed');
  });

  it.each([
    ['never begins', (call: FakeCall) => call.hang()],
    ['trickles', (call: FakeCall) => call.trickle()],
  ])('ends with the run when the answer %s', async (_name, answer) => {
    const server = await serve();
    const stop = new AbortController();
    const { outcome } = await start(server, {}, {}, { signal: stop.signal });
    const call = await server.nextCall();
    answer(call);
    stop.abort();
    expect(errorOf(await outcome).code).toBe('aborted');
    expect(await call.ended).toBe('closed');
  });

  it('is ended also after the garbage was collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const server = await serve();
    const stop = new AbortController();
    const { outcome } = await start(server, {}, {}, { signal: stop.signal });
    const call = await server.nextCall();
    collect();
    stop.abort();
    expect(errorOf(await outcome).code).toBe('aborted');
    expect(await call.ended).toBe('closed');
  });

  it('is not begun when the run is stopped already', async () => {
    expect(await unsent({}, {}, { signal: AbortSignal.abort() })).toMatchObject({ code: 'aborted' });
  });
});

describe('redirects of an http tool', () => {
  /** Answers each path with a redirect, and anything else with the request that came. */
  function redirect(
    server: FakeServer,
    to: { readonly [path: string]: readonly [status: number, location: string] },
  ) {
    server.answer = (call) => {
      const [status, location] = to[call.path] ?? [];
      if (status !== undefined && location !== undefined)
        call.raw({ status, headers: { location }, body: 'moved' });
      else
        call.raw({
          body: JSON.stringify([call.method, call.path, call.rawBody, call.headers['x-token'] ?? null]),
        });
    };
  }

  const post = {
    method: 'POST',
    url: '/a',
    body: { n: 1 },
    headers: { 'X-Token': '{{env.TOKEN}}', 'Content-Type': 'application/json' },
  };
  const env = { TOKEN: 'sesame' };

  it.each<[number, JsonValue]>([
    [301, ['GET', '/b?c=1', '', 'sesame']],
    [302, ['GET', '/b?c=1', '', 'sesame']],
    [303, ['GET', '/b?c=1', '', 'sesame']],
    [307, ['POST', '/b?c=1', '{"n":1}', 'sesame']],
    [308, ['POST', '/b?c=1', '{"n":1}', 'sesame']],
  ])('are followed on the same origin: %d', async (status, value) => {
    const server = await serve();
    redirect(server, { '/a': [status, '/b?c=1'] });
    const { outcome } = await start(server, post, {}, { env });
    expect(await outcome).toEqual({ ok: true, value });
    expect(server.calls[1]?.headers['content-type']).toBe(status < 304 ? undefined : 'application/json');
  });

  it('keep the method of what is no POST', async () => {
    const server = await serve();
    redirect(server, { '/a': [302, `${server.url}/b`] });
    const { outcome } = await start(server, { ...post, method: 'PUT' }, {}, { env });
    expect(await outcome).toEqual({ ok: true, value: ['PUT', '/b', '{"n":1}', 'sesame'] });
  });

  it('are followed five times', async () => {
    const server = await serve();
    redirect(
      server,
      Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`/${n}`, [302, String(n + 1)] as const])),
    );
    const { outcome } = await start(server, { url: '/0' });
    expect(await outcome).toMatchObject({ ok: true, value: ['GET', '/5', '', null] });
  });

  it('do not go round in circles', async () => {
    const server = await serve();
    redirect(server, { '/a': [302, '/a'] });
    const { outcome } = await start(server, { url: '/a' });
    expect(errorOf(await outcome).message).toMatch(/redirects more than 5 times$/u);
    expect(server.calls.length).toBe(6);
  });

  it('send nothing to another origin, and say where they wanted to go', async () => {
    const other = await serve();
    const { port } = new URL(other.url);
    for (const [location, where] of [
      [`${other.url}/steal?x=1`, other.url],
      [`//127.0.0.1:${port}/`, other.url],
      ['https://127.0.0.1/', 'https://127.0.0.1'],
      ['https://user:pass@127.0.0.1/', 'https://127.0.0.1'],
      ['file:///etc/passwd', 'file://'],
    ] as const) {
      const server = await serve();
      redirect(server, { '/a': [307, location] });
      const { outcome } = await start(server, post, {}, { env });
      const { code, message } = errorOf(await outcome);
      expect(code).toBe('tool_failed');
      expect(message).toMatch(/ redirects to another server, \S+, where no request is sent$/u);
      expect(message).toContain(` ${where},`);
    }
    expect(other.connections).toBe(0);
  });

  it('cannot bring a user and a password', async () => {
    const server = await serve();
    redirect(server, { '/a': [302, server.url.replace('//', '//user:pass@')] });
    const { outcome } = await start(server, { url: '/a' });
    const { code, message } = errorOf(await outcome);
    expect([code, server.calls.length]).toEqual(['tool_failed', 1]);
    expect(message).toMatch(
      / redirects to an address with a user name or password, where no request is sent$/u,
    );
    expect(message).not.toContain('pass@');
  });

  it('cannot lead to what is no address', async () => {
    const server = await serve();
    redirect(server, { '/a': [302, 'http://['] });
    const { outcome } = await start(server, { url: '/a' });
    expect(errorOf(await outcome).message).toMatch(/ redirects to what is no address: http:\/\/\[$/u);
  });
});

describe('an empty variable in a header of an http tool', () => {
  it('is not sent, and has to be filled before a run', async () => {
    const server = await serve();
    const spec = { url: '/a', headers: { Authorization: 'Bearer {{env.TOKEN}}' } };
    const { outcome } = await start(server, spec, {}, { env: { TOKEN: '' } });
    expect(errorOf(await outcome)).toEqual({
      code: 'not_started',
      message: '`TOKEN`, which a header reads, is empty: set it by `export TOKEN=…`',
      fatal: true,
    });
    expect(server.connections).toBe(0);
    const { program } = await compileTool(http, { http: { ...spec, url: server.url } });
    expect(program.filled).toEqual(['TOKEN']);
  });
});

describe('mistakes in an http tool', () => {
  const url = 'https://api.example.com/v1/{{args.id}}';

  it.each<[string, string]>([
    ['no scheme', 'api.example.com/{{args.id}}'],
    ['another scheme', 'ftp://api.example.com/'],
    ['a template for all', '{{args.url}}'],
    ['a template for the scheme', '{{args.s}}://api.example.com/'],
    ['a template for the host', 'https://{{args.host}}/v1'],
    ['a template within the host', 'https://api.{{args.host}}.com/v1'],
    ['a template at the end of the host', 'https://api.example.com{{args.path}}'],
    ['a template for the port', 'https://api.example.com:{{args.port}}/'],
    ['a comment before a template that ends the host', 'https://api.example.com{{! / }}{{args.path}}'],
    ['no host', 'https:///v1'],
    ['a host that there cannot be', 'https://a b.example/'],
    ['a port that there cannot be', 'https://api.example.com:99999/'],
    ['a user', 'https://user@api.example.com/'],
    ['a password', 'https://user:{{args.p}}@api.example.com/'],
    ['a fragment', 'https://api.example.com/#{{args.id}}'],
    ['a backslash after the host', 'https://api.example.com\\\\{{args.id}}'],
    ['a template that is escaped', 'https://api.example.com/\\{{args.id}}'],
    ['single braces', 'https://api.example.com/{id}'],
    ['a backslash in the path', 'https://api.example.com/v1\\x{{args.id}}'],
    ['a line break', 'https://api.example.com/v1\n'],
    ['a tab between dots', 'https://api.example.com/.\t{{args.id}}'],
    ['a block', 'https://api.example.com/{{#if args.id}}a{{/if}}'],
    ['a partial', 'https://api.example.com/{{> name}}'],
  ])('are told: a url with %s', async (_name, url) => {
    expect((await compileTool(http, { http: { url } })).mistakes).toEqual(['invalid-url http.url']);
  });

  it('tells of a template that is wrong once', async () => {
    const spec = { http: { method: 'POST', url: 'https://{{', body: '{{args.', headers: { x: '{{' } } };
    expect((await compileTool(http, spec)).mistakes).toEqual([
      'template-syntax http.url',
      'template-syntax http.headers.x',
      'template-syntax http.body',
    ]);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['a body of a GET', { body: 'x' }, ['text-as-json http.body', 'conflicting-keys http.body (key)']],
    ['JSON written as text', { method: 'POST', body: '{"a":"{{args.id}}"}' }, ['text-as-json http.body']],
    [
      'JSON written as text, said to be JSON',
      {
        method: 'POST',
        body: '{{args.id}},',
        headers: { 'Content-type': 'Application/JSON; charset=utf-8' },
      },
      ['text-as-json http.body'],
    ],
    [
      'headers that frame a message',
      { headers: { Host: 'x', 'content-length': '5', 'Transfer-Encoding': 'chunked', CONNECTION: 'close' } },
      ['Host', 'content-length', 'Transfer-Encoding', 'CONNECTION'].map(
        (name) => `invalid-header http.headers.${name} (key)`,
      ),
    ],
    [
      'no names of headers',
      { headers: { 'X Y': '1', 'X:Y': '1', '': '1', 'x\r\ny': '1' } },
      ['X Y', 'X:Y', '', 'x\r\ny'].map((name) => `invalid-header http.headers.${name} (key)`),
    ],
    [
      'a header twice',
      { headers: { Accept: 'a', accept: 'b' } },
      ['invalid-header http.headers.accept (key)'],
    ],
    ['a header of several lines', { headers: { x: 'a{{args.id}}\n' } }, ['invalid-header http.headers.x']],
    [
      "a provider's key",
      { headers: { Authorization: 'Bearer {{env.MISTRAL_API_KEY}}' } },
      ['misplaced-api-key http.headers.Authorization'],
    ],
    [
      'all of the environment',
      { headers: { x: '{{env}}', y: '{{#each env}}{{this}}{{/each}}' } },
      ['not-a-value http.headers.x', 'not-a-value http.headers.y'],
    ],
  ])('are told: %s', async (_name, request, mistakes) => {
    expect((await compileTool(http, { http: { url, ...request } })).mistakes).toEqual(mistakes);
  });

  it.each([
    'http://localhost/',
    'https://api.example.com',
    'https://[::1]:8080/x',
    'https://münchen.example/ä/{{args.id}}?q={{args.q}}&r=#'.slice(0, -1),
    'HTTPS://API.example.com?x={{args.q}}',
  ])('are none in %s', async (url) => {
    expect((await compileTool(http, { http: { url } })).mistakes).toEqual([]);
  });
});
