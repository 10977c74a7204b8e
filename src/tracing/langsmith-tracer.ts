import { AsyncLocalStorage } from 'node:async_hooks';
import { RunnableLambda } from '@langchain/core/runnables';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain';
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { RunTree } from 'langsmith/run_trees';
import { withRunTree } from 'langsmith/singletons/traceable';
import type { JsonObject } from '../json/json.ts';
import { createDelivery } from './langsmith-delivery.ts';
import { longestFlush } from './tracer.ts';
import type { Span, SpanEnd, Tracer, TracerServices } from './tracer.ts';

/** Thrown to LangChain, which shows its message, and never to anyone else. */
class SpanFailed extends Error {}

export function openLangSmith({ sleep, warn }: TracerServices): Tracer {
  // Runs inside of a runnable find it by LangChain's storage, which has to be there.
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
  const surrounded = AsyncLocalStorageProviderSingleton.getRunnableConfig() !== undefined;
  const delivery = createDelivery(fetch);
  const tracer = new LangChainTracer({ client: delivery.client });

  async function traced<Value>(told: Told, work: () => Promise<Value>, ended: (value: Value) => SpanEnd) {
    let done: { readonly value: Value } | undefined;
    const runnable = RunnableLambda.from(async () => {
      const value = await work();
      done = { value };
      return outputOf(ended(value));
    });
    const { name, input, metadata, isRecord } = told;
    // Whoever runs us as a part of his own trace has his own tracer, which what is inside inherits.
    const callbacks = isRecord && !surrounded ? { callbacks: [tracer] } : {};
    try {
      await runnable.invoke(input, { runName: name, metadata, ...callbacks });
    } catch (error) {
      // What LangChain makes of a value is no concern of the run that it belongs to.
      if (done === undefined) throw error;
    }
    if (done === undefined) throw new Error('LangChain did not do the work of a span');
    return done.value;
  }

  /** Nothing inside is traced, whatever the environment says. */
  function untraced<Value>(work: () => Promise<Value>): Promise<Value> {
    const nothing = new RunTree({ name: 'untraced', tracingEnabled: false, client: delivery.client });
    return withRunTree(nothing, work);
  }

  return {
    async span(span, work, ended) {
      const told = describe(span);
      // The model's own run is LangChain's to tell.
      if (told === undefined) return work();
      return told.isRecord && !delivery.accepts() ? untraced(work) : traced(told, work, ended);
    },
    async close() {
      const flushed = new AbortController();
      const patience = sleep(longestFlush, flushed.signal).catch(() => undefined);
      // Callbacks come to their end before the batches that they fill.
      await Promise.race([awaitAllCallbacks().then(() => delivery.flush()), patience]);
      flushed.abort();
      const shortfall = delivery.shortfall();
      if (shortfall !== undefined) warn(shortfall);
    },
  };
}

interface Told {
  readonly name: string;
  readonly input: JsonObject;
  readonly metadata: { readonly [name: string]: string | number };
  readonly isRecord: boolean;
}

function describe(span: Span): Told | undefined {
  switch (span.kind) {
    case 'record': {
      const { pipeline, key, index, input } = span;
      return { name: pipeline, input, metadata: { pipeline, record: key, index }, isRecord: true };
    }
    case 'step':
      return {
        name: span.id,
        input: {},
        metadata: { step: span.id, type: span.type },
        isRecord: false,
      };
    case 'tool':
      return {
        name: span.name,
        input: { arguments: span.arguments },
        metadata: { tool: span.name },
        isRecord: false,
      };
    case 'call':
      return undefined;
  }
}

/** Under a name of its own: LangChain runs an object that looks like one of its runnables, and data may look so. */
function outputOf(end: SpanEnd): JsonObject {
  if (end.ok) return { output: end.output };
  throw new SpanFailed(`${end.code}: ${end.message}`);
}
