import { AsyncLocalStorage } from 'node:async_hooks';
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { RunnableLambda } from '@langchain/core/runnables';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import type { JsonObject } from '../json/json.ts';
import type { Span, SpanEnd, Tracer, TracerServices } from './tracer.ts';

/** How long `close` waits for traces to leave, in milliseconds: a tracing server that is down must not hold a run. */
const longestFlush = 5000;

/** Told to LangChain, which shows the message of what was thrown, and caught again before anyone else sees it. */
class SpanFailed extends Error {}

export function openLangSmith({ sleep }: TracerServices): Tracer {
  // Runs inside of a runnable find it by LangChain's storage, which has to be there.
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
  return {
    async span(span, work, ended) {
      const told = describe(span);
      // The model's own run is LangChain's to tell.
      if (told === undefined) return work();
      const { name, input, metadata } = told;
      let done: { readonly value: Awaited<ReturnType<typeof work>> } | undefined;
      const runnable = RunnableLambda.from(async () => {
        const value = await work();
        done = { value };
        return outputOf(ended(value));
      });
      try {
        await runnable.invoke(input, { runName: name, ...(metadata && { metadata }) });
      } catch (error) {
        if (!(error instanceof SpanFailed)) throw error;
      }
      if (done === undefined) throw new Error('LangChain did not do the work of a span');
      return done.value;
    },
    async close() {
      const flushed = new AbortController();
      const patience = sleep(longestFlush, flushed.signal).catch(() => undefined);
      await Promise.race([flush(), patience]);
      flushed.abort();
    },
  };
}

/** The queue of callbacks hands over to the client's batches, so that one is empty only after the other. */
async function flush(): Promise<void> {
  await awaitAllCallbacks();
  await awaitAllCallbacks();
}

interface Told {
  readonly name: string;
  readonly input: JsonObject;
  readonly metadata?: { readonly [name: string]: string | number };
}

function describe(span: Span): Told | undefined {
  switch (span.kind) {
    case 'record': {
      const { pipeline, key, index, input } = span;
      return { name: pipeline, input, metadata: { pipeline, record: key, index } };
    }
    case 'step':
      return { name: span.id, input: {}, metadata: { step: span.id, type: span.type } };
    case 'tool':
      return { name: span.name, input: { arguments: span.arguments } };
    case 'call':
      return undefined;
  }
}

/** LangChain shows an object as it is; anything else under `output`. */
function outputOf(end: SpanEnd): unknown {
  if (end.ok) return end.output;
  throw new SpanFailed(`${end.code}: ${end.message}`);
}
