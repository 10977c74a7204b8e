import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { langsmith } from '../../src/tracing/langsmith.ts';
import { openTracer } from '../../src/tracing/registry.ts';
import type { Span, SpanEnd } from '../../src/tracing/tracer.ts';
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

// LangSmith's client reads its variables once in a process.
let server: FakeLangSmith;
beforeAll(async () => {
  server = await startFakeLangSmith();
  process.env['LANGSMITH_TRACING'] = 'true';
  process.env['LANGSMITH_API_KEY'] = 'langsmith-key';
  process.env['LANGSMITH_ENDPOINT'] = server.url;
});
afterAll(() => {
  server.close();
  for (const name of ['LANGSMITH_TRACING', 'LANGSMITH_API_KEY', 'LANGSMITH_ENDPOINT'])
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
    const tracer = await openTracer(process.env, { sleep: endless });
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
      outputs: { value: 'translate and classify' },
      extra: { metadata: { pipeline: 'tickets', record: 't1', index: 4 } },
    });
    expect(root['parent_run_id']).toBeUndefined();
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
    const tracer = await openTracer(process.env, { sleep: endless });
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
    const tracer = await openTracer(process.env, { sleep: endless });
    const work = () => Promise.reject(new RangeError('a bug'));
    await expect(tracer?.span(record('lost tickets'), work, succeeded('never'))).rejects.toThrow(RangeError);
    await tracer?.close();
  });

  it('is not waited for longer than five seconds', async () => {
    const waits: number[] = [];
    const tracer = await openTracer(process.env, {
      sleep(milliseconds) {
        waits.push(milliseconds);
        return Promise.resolve();
      },
    });
    await tracer?.close();
    expect(waits).toEqual([5000]);
  });
});
