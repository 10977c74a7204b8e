import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span as OpenSpan, SpanOptions } from '@opentelemetry/api';
import type { JsonValue } from '../json/json.ts';
import type { CallOutcome } from '../models/contract.ts';
import { parseAddress } from '../models/endpoint.ts';
import { version } from '../version.ts';
import { longestFlush } from './tracer.ts';
import type { Span, SpanEnd, Tracer, TracerServices } from './tracer.ts';

/**
 * Spans by the semantic conventions for generative AI (https://opentelemetry.io/docs/specs/semconv/gen-ai/), which are
 * experimental: names may change with them. Prompts and answers are left out, as the conventions have it by default.
 */
export function openOpenTelemetry({ sleep, warn }: TracerServices): Tracer {
  const tracer = trace.getTracer('prompt-pipe', version);
  return {
    span: (span, work, ended) =>
      tracer.startActiveSpan(nameOf(span), optionsOf(span), async (open) => {
        try {
          const value = await work();
          finish(open, ended(value));
          return value;
        } catch (error) {
          open.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          open.end();
        }
      }),
    async close() {
      const flushed = new AbortController();
      const patience = sleep(longestFlush, flushed.signal).catch(() => undefined);
      try {
        await Promise.race([flush(), patience]);
      } catch (error) {
        warn(
          `OpenTelemetry could not export all spans: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      flushed.abort();
    },
  };
}

/** Whoever registered the SDK ends it; but a process that exits gives it no time to, and a batch would be lost. */
async function flush(): Promise<void> {
  const registered: unknown = trace.getTracerProvider();
  // Not told by its class: the process may have another copy of the package than this module.
  const provider = isProxy(registered) ? registered.getDelegate() : registered;
  if (canFlush(provider)) await provider.forceFlush();
}

function isProxy(provider: unknown): provider is { getDelegate(): unknown } {
  return typeof provider === 'object' && provider !== null && 'getDelegate' in provider;
}

function canFlush(provider: unknown): provider is { forceFlush(): Promise<void> } {
  return typeof provider === 'object' && provider !== null && 'forceFlush' in provider;
}

function nameOf(span: Span): string {
  switch (span.kind) {
    case 'record':
      return `record ${span.pipeline}`;
    case 'step':
      return `step ${span.id}`;
    case 'call':
      return `chat ${span.settings.name}`;
    case 'tool':
      return `execute_tool ${span.name}`;
  }
}

function optionsOf(span: Span): SpanOptions {
  return {
    kind: span.kind === 'call' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes: attributesOf(span),
  };
}

/** Providers by the names that the conventions have for them. */
const providerNames: { readonly [provider: string]: string } = {
  mistralai: 'mistral_ai',
  'google-genai': 'gcp.gemini',
};

/** Our parameters by the conventions' names. */
const parameterNames: { readonly [parameter: string]: string } = {
  temperature: 'gen_ai.request.temperature',
  top_p: 'gen_ai.request.top_p',
  top_k: 'gen_ai.request.top_k',
  max_tokens: 'gen_ai.request.max_tokens',
  random_seed: 'gen_ai.request.seed',
  seed: 'gen_ai.request.seed',
  stop: 'gen_ai.request.stop_sequences',
  stop_sequences: 'gen_ai.request.stop_sequences',
  presence_penalty: 'gen_ai.request.presence_penalty',
  frequency_penalty: 'gen_ai.request.frequency_penalty',
};

function attributesOf(span: Span): Attributes {
  switch (span.kind) {
    case 'record':
      return {
        'pipe.pipeline': span.pipeline,
        'pipe.record.key': span.key,
        'pipe.record.index': span.index,
      };
    case 'step':
      return { 'pipe.step': span.id, 'pipe.step.type': span.type };
    case 'tool':
      return {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': span.name,
        'gen_ai.tool.call.id': span.id,
        'gen_ai.tool.type': 'function',
      };
    case 'call': {
      const { provider, name, parameters, base_url } = span.settings;
      const server = base_url === undefined ? undefined : parseAddress(base_url);
      const [address, port] = server?.host.split(/:(?=\d+$)/u) ?? [];
      return {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': providerNames[provider] ?? provider,
        'gen_ai.request.model': name,
        'gen_ai.output.type': span.request.response_format === undefined ? 'text' : 'json',
        'pipe.step': span.step,
        ...(address !== undefined && { 'server.address': address }),
        ...(port !== undefined && { 'server.port': Number(port) }),
        ...Object.fromEntries(
          Object.entries(parameters).flatMap(([parameter, value]) => attribute(parameter, value)),
        ),
      };
    }
  }
}

function attribute(parameter: string, value: JsonValue): readonly (readonly [string, number | string[]])[] {
  const known = parameterNames[parameter];
  if (known === undefined) return [];
  if (typeof value === 'number') return [[known, value]];
  const texts = [value].flat().filter((text) => typeof text === 'string');
  return texts.length === 0 ? [] : [[known, texts]];
}

function finish(open: OpenSpan, end: SpanEnd): void {
  if (end.call !== undefined) open.setAttributes(answerAttributes(end.call));
  if (end.ok) return;
  open.setAttribute('error.type', end.code);
  // Without its message, which may quote an answer.
  open.setStatus({ code: SpanStatusCode.ERROR });
}

function answerAttributes(outcome: CallOutcome): Attributes {
  const { input_tokens, output_tokens } = outcome.usage;
  const completion = outcome.ok ? outcome.completion : undefined;
  return {
    ...(input_tokens !== null && { 'gen_ai.usage.input_tokens': input_tokens }),
    ...(output_tokens !== null && { 'gen_ai.usage.output_tokens': output_tokens }),
    ...(completion?.model && { 'gen_ai.response.model': completion.model }),
    ...(completion?.request_id && { 'pipe.request_id': completion.request_id }),
    ...(completion?.finish_reason && { 'gen_ai.response.finish_reasons': [completion.finish_reason] }),
  };
}
