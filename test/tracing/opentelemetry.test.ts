import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/models/contract.ts';
import { opentelemetry } from '../../src/tracing/opentelemetry.ts';
import { openTracer } from '../../src/tracing/registry.ts';
import type { Span } from '../../src/tracing/tracer.ts';
import { zeroUsage } from '../../src/usage/add.ts';

const services = { sleep: () => new Promise<void>(() => undefined), warn: () => undefined };

describe('OpenTelemetry without an SDK', () => {
  it('is not wanted, so that nothing of it is loaded', async () => {
    expect(opentelemetry.wanted({})).toBe(false);
    expect(await openTracer({}, services)).toBeUndefined();
  });
});

describe('OpenTelemetry with an SDK', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    trace.setGlobalTracerProvider(
      // As programs have it: spans wait for others, until somebody asks for them.
      new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }),
    );
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterEach(() => exporter.reset());
  afterAll(() => {
    trace.disable();
    context.disable();
  });

  const spanNamed = (name: string) => {
    const span = exporter.getFinishedSpans().find((one) => one.name === name);
    if (span === undefined) throw new Error(`no span ${name}`);
    return span;
  };

  const call: Span = {
    kind: 'call',
    step: 'reply',
    settings: {
      provider: 'mistralai',
      name: 'mistral-small-latest',
      parameters: { temperature: 0, max_tokens: 80, stop: 'END', safe_prompt: true },
      base_url: 'http://127.0.0.1:4000/v1',
      timeout: 1,
      idle_timeout: 1,
    },
    request: { messages: [{ role: 'user', content: 'secret of the record' }] },
  };
  const answer: CallOutcome = {
    ok: true,
    usage: { ...zeroUsage, requests: 1, input_tokens: 12, output_tokens: null },
    completion: {
      text: 'Hello',
      thinking: '',
      refusal: null,
      tool_calls: [],
      finish_reason: 'stop',
      model: 'mistral-small-2603',
      request_id: 'r1',
    },
  };

  it('is told record, step, call and tool, each inside of the one before', async () => {
    const tracer = await openTracer({}, services);
    await tracer?.span(
      { kind: 'record', pipeline: 'tickets', key: 't1', index: 0, input: { text: 'secret of the record' } },
      () =>
        tracer.span(
          { kind: 'step', id: 'reply', type: 'tools' },
          async () => {
            await tracer.span(
              call,
              () => Promise.resolve(answer),
              (outcome) => ({ ok: true, output: 'Hello', call: outcome }),
            );
            await tracer.span(
              { kind: 'tool', id: 'c1', name: 'lookup', arguments: { id: 'secret of the record' } },
              () => Promise.resolve(1),
              () => ({ ok: false, code: 'timed_out', message: 'it said: secret of the record' }),
            );
          },
          () => ({ ok: true, output: null }),
        ),
      () => ({ ok: true, output: null }),
    );
    await tracer?.close();

    const [record, step] = [spanNamed('record tickets'), spanNamed('step reply')];
    const [chat, tool] = [spanNamed('chat mistral-small-latest'), spanNamed('execute_tool lookup')];
    expect(record.parentSpanContext).toBeUndefined();
    expect(step.parentSpanContext?.spanId).toBe(record.spanContext().spanId);
    expect(chat.parentSpanContext?.spanId).toBe(step.spanContext().spanId);
    expect(tool.parentSpanContext?.spanId).toBe(step.spanContext().spanId);
    expect(record.attributes).toEqual({
      'pipe.pipeline': 'tickets',
      'pipe.record.key': 't1',
      'pipe.record.index': 0,
    });
    expect(chat.kind).toBe(SpanKind.CLIENT);
    expect(chat.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.request.model': 'mistral-small-latest',
      'gen_ai.output.type': 'text',
      'gen_ai.request.temperature': 0,
      'gen_ai.request.max_tokens': 80,
      'gen_ai.request.stop_sequences': ['END'],
      'pipe.step': 'reply',
      'server.address': '127.0.0.1',
      'server.port': 4000,
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.response.model': 'mistral-small-2603',
      'pipe.request_id': 'r1',
      'gen_ai.response.finish_reasons': ['stop'],
    });
    expect(chat.status.code).toBe(SpanStatusCode.UNSET);
    expect(tool.attributes).toMatchObject({ 'gen_ai.tool.name': 'lookup', 'error.type': 'timed_out' });
    expect(tool.status).toEqual({ code: SpanStatusCode.ERROR });
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
    expect(JSON.stringify(told)).not.toContain('secret of the record');
  });

  it('ends a span whose work throws', async () => {
    const tracer = await openTracer({}, services);
    const work = () => Promise.reject(new RangeError('a bug'));
    await expect(
      tracer?.span({ kind: 'step', id: 'reply', type: 'chat' }, work, () => ({ ok: true, output: null })),
    ).rejects.toThrow(RangeError);
    await tracer?.close();
    expect(spanNamed('step reply').status.code).toBe(SpanStatusCode.ERROR);
  });
});
