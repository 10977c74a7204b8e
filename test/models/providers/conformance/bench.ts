import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallbackHandlerMethods } from '@langchain/core/callbacks/base';
import { RunnableLambda } from '@langchain/core/runnables';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import type { CallError, CallOutcome, Completion } from '../../../../src/models/contract.ts';
import type { FakeCall } from '../../../support/fake-server.ts';
import { openRig } from '../../rig.ts';
import type { Rig, RigOptions } from '../../rig.ts';
import { streamHeaders } from '../fakes/fake-wire.ts';
import type { FakeWire, Said, SaidCall } from '../fakes/fake-wire.ts';

/** A provider's client beside a server that speaks as the provider's does. */
export interface Bench {
  readonly open: (options?: RigOptions) => Promise<Rig>;
  /** With a server that says the same each time. */
  readonly answering: (said: Said, options?: RigOptions) => Promise<Rig>;
  readonly reply: (call: FakeCall, said: Said) => void;
  readonly replyStream: (call: FakeCall, events: readonly string[]) => void;
  readonly fail: (call: FakeCall, status: number, headers?: { readonly [name: string]: string }) => void;
}

export function benchFor(wire: FakeWire): Bench {
  const open: Bench['open'] = (options = {}) =>
    openRig({ ...options, provider: wire.provider, settings: { ...wire.settings, ...options.settings } });
  const reply: Bench['reply'] = (call, said) =>
    call.raw({ headers: { [wire.requestId]: 'req-1' }, body: JSON.stringify(wire.answer(said)) });
  return {
    open,
    reply,
    async answering(said, options) {
      const rig = await open(options);
      rig.server.answer = (call) => reply(call, said);
      return rig;
    },
    replyStream: (call, events) =>
      call.raw({ headers: { ...streamHeaders(wire), [wire.requestId]: 'req-1' }, body: events.join('') }),
    fail: (call, status, headers = {}) =>
      call.fail(status, { headers, body: wire.error(status, 'The server says why.') }),
  };
}

export function failureOf(outcome: CallOutcome): CallError | undefined {
  return outcome.ok ? undefined : outcome.error;
}

export function completionOf(outcome: CallOutcome): Completion | undefined {
  return outcome.ok ? outcome.completion : undefined;
}

/** Whoever calls us from within LangChain is told of our calls by the context that it keeps. */
export async function withinLangChain(
  handler: CallbackHandlerMethods & { readonly awaitHandlers: boolean },
  work: () => Promise<void>,
): Promise<void> {
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
  await RunnableLambda.from(work).invoke('', { callbacks: [handler] });
}

/** Two calls of one answer. */
export const calls: readonly SaidCall[] = [
  { id: 'toolu_01A', name: 'add', arguments: { a: 1, b: 2 } },
  { id: 'toolu_01B', name: 'now', arguments: {} },
];
