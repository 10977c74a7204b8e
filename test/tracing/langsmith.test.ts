import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { langsmith } from '../../src/tracing/langsmith.ts';
import { openTracer } from '../../src/tracing/registry.ts';
import type { Span, SpanEnd, TracerServices } from '../../src/tracing/tracer.ts';
import { startFakeLangSmith, type FakeLangSmith } from '../support/fake-langsmith.ts';

const record = (pipeline: string): Span => ({
  kind: 'record',
  pipeline,
  key: 't1',
  index: 4,
  input: { text: 'Where is my parcel?' },
});
const step = (id: string): Span => ({ kind: 'step', id, type: 'chat' });
const succeeded = (output: string) => (): SpanEnd => ({ ok: true, output });
const endless = () => new Promise<void>(() => undefined);
const quiet = {
  sleep: endless,
  warn(message: string) {
    throw new Error(message);
  },
};

let server: FakeLangSmith;
beforeAll(async () => {
  server = await startFakeLangSmith();
  process.env['LANGSMITH_TRACING'] = 'true';
  process.env['LANGSMITH_API_KEY'] = 'langsmith-key';
  process.env['LANGSMITH_ENDPOINT'] = server.url;
  process.env['LANGSMITH_PROJECT'] = 'of the tests';
});
afterAll(() => {
  server.close();
  for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_API_KEY', 'LANGSMITH_ENDPOINT', 'LANGSMITH_PROJECT'])
    delete process.env[name];
});

describe('LangSmith', () => {
  it.each([
    [{}, false],
    [{ LANGSMITH_TRACING: 'false' }, false],
    [{ LANGSMITH_TRACING: 'true' }, true],
    [{ LANGCHAIN_TRACING_V2: 'true' }, true],
  ])('is wanted by %j: %s', (env, wanted) => {
    expect(langsmith.wanted(env)).toBe(wanted);
  });

  it('is told one trace a record, its steps as children, each with its own tools', async () => {
    const tracer = await openTracer(process.env, quiet);
    const value = await tracer?.span(
      record('tickets'),
      async () => {
        const steps = ['translate', 'classify'].map((id) =>
          tracer.span(
            step(id),
            () =>
              tracer.span(
                { kind: 'tool', id: 'c1', name: `tool of ${id}`, arguments: { a: 1 } },
                () => Promise.resolve(id),
                succeeded('found'),
              ),
            succeeded(`${id}d`),
          ),
        );
        return (await Promise.all(steps)).join(' and ');
      },
      (value) => ({ ok: true, output: { value } }),
    );
    await tracer?.close();

    expect(value).toBe('translate and classify');
    const root = server.run('tickets');
    expect(root).toMatchObject({
      inputs: { text: 'Where is my parcel?' },
      outputs: { output: { value: 'translate and classify' } },
      extra: { metadata: { pipeline: 'tickets', record: 't1', index: 4 } },
    });
    expect(root['parent_run_id']).toBeUndefined();
    expect(root['session_name']).toBe('of the tests');
    for (const id of ['translate', 'classify']) {
      expect(server.run(id)).toMatchObject({
        parent_run_id: root.id,
        trace_id: root.id,
        outputs: { output: `${id}d` },
      });
      expect(server.run(`tool of ${id}`)).toMatchObject({ parent_run_id: server.run(id).id });
    }
    expect(server.runs()).toHaveLength(5);
  });

  it('is told why a span failed, and the work gives its value all the same', async () => {
    const tracer = await openTracer(process.env, quiet);
    const value = await tracer?.span(
      record('late tickets'),
      () => Promise.resolve('failed'),
      () => ({ ok: false, code: 'timed_out', message: 'no answer within 60s' }),
    );
    await tracer?.close();
    expect(value).toBe('failed');
    expect(server.run('late tickets')['error']).toContain('timed_out: no answer within 60s');
  });

  it('lets what the work throws through', async () => {
    const tracer = await openTracer(process.env, quiet);
    const work = () => Promise.reject(new RangeError('a bug'));
    await expect(tracer?.span(record('lost tickets'), work, succeeded('never'))).rejects.toThrow(RangeError);
    await tracer?.close();
  });

  it.each([
    ['a runnable of LangChain', { lc_runnable: true, text: 'two' }],
    ['a message of LangChain', { lc: 1, type: 'constructor', id: ['langchain_core'], kwargs: {} }],
    ['nothing', null],
    ['a list', [1, 2]],
  ])('takes a value that looks like %s for data', async (name, output) => {
    const tracer = await openTracer(process.env, quiet);
    const value = await tracer?.span(
      record(name),
      () => Promise.resolve(output),
      () => ({ ok: true, output }),
    );
    await tracer?.close();
    expect(value).toBe(output);
    expect(server.run(name)).toMatchObject({ outputs: { output } });
  });

  describe('that does not take what it is sent', () => {
    /** Traces records, one after the other, and closes; gives what the user is told. */
    async function trace(
      records: number,
      sleep: TracerServices['sleep'] = endless,
    ): Promise<readonly string[]> {
      const warnings: string[] = [];
      const tracer = await openTracer(process.env, { sleep, warn: (message) => warnings.push(message) });
      for (let index = 0; index < records; index += 1) {
        const work = () => Promise.resolve(index);
        expect(await tracer?.span(record('unheard'), work, succeeded('done'))).toBe(index);
      }
      await tracer?.close();
      return warnings;
    }

    afterEach(() => {
      process.env['LANGSMITH_ENDPOINT'] = server.url;
    });

    it('costs nothing but its traces, and one warning', async () => {
      const refusing = createServer((_request, response) => response.writeHead(503).end());
      const url = await listen(refusing);
      process.env['LANGSMITH_ENDPOINT'] = url;
      expect(await trace(20)).toEqual([
        'LangSmith did not take the traces of this run, or not all of them: it answered 503',
      ]);
      refusing.close();
      expect(await trace(20)).toEqual([
        expect.stringMatching(
          /^LangSmith did not take the traces of this run, or not all of them: .*ECONNREFUSED/,
        ),
      ]);
    });

    it('is not waited for longer than five seconds, nor given more than memory holds', async () => {
      const mute = createServer();
      process.env['LANGSMITH_ENDPOINT'] = await listen(mute);
      const waits: number[] = [];
      const sleep = (milliseconds: number) => {
        waits.push(milliseconds);
        return Promise.resolve();
      };
      expect(await trace(600, sleep)).toEqual([
        'LangSmith did not keep up with this run: 100 of its records were not traced',
      ]);
      expect(waits).toEqual([5000]);
      mute.closeAllConnections();
      mute.close();
    });
  });
});

async function listen(listener: Server): Promise<string> {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}
