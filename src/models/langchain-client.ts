import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import { bounded } from '../diagnostic/printable.ts';
import type { JsonObject } from '../json/json.ts';
import { zeroUsage } from '../usage/add.ts';
import { version } from '../version.ts';
import type { Answer } from './answer.ts';
import type { Attempt } from './attempt.ts';
import type { Exchange } from './collector.ts';
import type {
  CallError,
  CallOptions,
  CallOutcome,
  ClientServices,
  ModelClient,
  ModelRequest,
  ModelSettings,
  RequestSize,
} from './contract.ts';
import type { Server } from './explain.ts';
import { hasListeners, tellingTokens } from './langchain-listeners.ts';
import type { Tell } from './langchain-listeners.ts';
import { langChainMessages } from './langchain-messages.ts';
import { oneLine } from './provider-text.ts';
import { createRedactAll } from '../diagnostic/redact.ts';
import { preparePieceRedact } from './redact-pieces.ts';
import { sizeOf } from './request-size.ts';
import { callWithRetries } from './retry.ts';
import type { CallControl, RetriedCall } from './retry.ts';
import { tellCompletion } from './tell-completion.ts';
import type { Tokens } from './tokens.ts';
import { openTransport } from './transport.ts';
import type { Transport } from './transport.ts';
import { judge, judgeStream } from './wire-attempt.ts';
import { createWireReader } from './wire-reader.ts';
import type { Wire } from './wire.ts';

/** One call on its way through LangChain: what the provider's class is to know of it, and how it gets its answer. */
export interface LangChainCall {
  readonly model: string;
  /** The request without its conversation, for traces. */
  readonly parameters: JsonObject;
  /** Has a run of LangChain's told of the tokens of a stream, beside whoever asked for it. To be called before `send`. */
  listen(run: CallbackManagerForLLMRun | undefined): void;
  /**
   * Makes the call, with all its attempts, and resolves with what is read of its answer; rejects where it fails. To be
   * called once for each.
   */
  send<Read>(read: (said: Said) => Read): Promise<Read>;
}

/** An answer without the key, for the provider's class to read. */
export interface Said {
  readonly answer: Answer;
  readonly tokens: Tokens | null;
}

/**
 * Makes an instance of the provider's class of LangChain's, for one call after the other: what `call` says and does is
 * that of whichever is under way. Nothing but `send` may leave it for the network.
 */
export type CreateChat = (call: LangChainCall) => Chat;

interface Chat {
  invoke(
    messages: BaseMessage[],
    options: {
      readonly runName: string;
      readonly metadata: { readonly step: string; readonly record: string };
    },
  ): Promise<unknown>;
  /** What `invoke` calls once it has told of the call whoever listens. */
  _generate(messages: BaseMessage[], options: object): Promise<unknown>;
}

/** Stands where a class insists on a key: the real one never enters LangChain, so that no trace can hold it. */
export const heldKey = 'held-by-the-transport';

/** The largest answer that is read, in bytes: hundreds of times what any model writes. */
const max_body = 32 * 1024 * 1024;

/** A stream has some two hundred bytes around each token. */
const max_stream = 4 * max_body;

export interface LangChainProvider {
  readonly wire: Wire;
  /** The variable with the provider's own key; null where it asks for none. */
  readonly api_key_env: string | null;
  readonly createChat: CreateChat;
}

/**
 * A client of any provider that LangChain has a class for. The class makes the call and reads its answer, so that
 * whoever traces LangChain sees the model, its parameters, the conversation and what was used. What is sent, and when
 * it is sent again, is ours: the body that `render` shows, over our own transport, under the one retry policy.
 */
export function openLangChainClient(
  settings: ModelSettings,
  services: ClientServices,
  { wire, api_key_env, createChat }: LangChainProvider,
): ModelClient {
  const { api_key } = services;
  const secrets = [api_key ?? '', ...(services.secrets ?? [])];
  const redact = createRedactAll(secrets);
  const textRedact = preparePieceRedact(secrets, redact);
  const server: Server = {
    host: services.server_name ?? new URL(wire.url(settings, false)).host,
    model: settings.name,
    key_name: api_key === undefined ? null : (settings.api_key_env ?? api_key_env),
    timeout: settings.timeout,
    idle_timeout: settings.idle_timeout,
    max_body,
    max_stream,
    redact,
    now: services.now,
  };
  const listened = hasListeners();
  /** Some providers have another path for streams. */
  const urls = { whole: wire.url(settings, false), stream: wire.url(settings, true) };
  const transports = new Map<string, Transport>();
  /** Those that are through with their call. To make one takes longer than all that it does for a call. */
  const idle: Seat[] = [];

  function transportTo(url: string): Transport {
    const opened = transports.get(url);
    if (opened !== undefined) return opened;
    const { origin, pathname, search } = new URL(url);
    const transport = openTransport({
      origin,
      path: `${pathname}${search}`,
      headers: {
        'content-type': 'application/json',
        'user-agent': `prompt-pipe/${version}`,
        ...wire.headers(api_key),
      },
      connections: services.connections,
      timeout: settings.timeout,
      idle_timeout: settings.idle_timeout,
      max_body,
      max_stream,
    });
    transports.set(url, transport);
    return transport;
  }

  function judged(exchange: Exchange): Attempt {
    return judge(exchange, wire, server);
  }

  function attempt({ json, tell }: Underway, signal: AbortSignal): Promise<Attempt> {
    if (tell !== undefined) return attemptStream(json, tell, signal);
    return transportTo(urls.whole).post(json, signal, judged);
  }

  async function attemptStream(json: string, tell: Tell, signal: AbortSignal): Promise<Attempt> {
    const reader = createWireReader(wire.stream, tell, redact, textRedact);
    const exchange = await transportTo(urls.stream).stream(json, signal, reader);
    const judged = judgeStream(exchange, reader, wire, server);
    const { result } = judged;
    // It came whole although it was asked for as a stream.
    if (reader.headers === undefined && result.kind === 'completed') tellCompletion(result.completion, tell);
    return judged;
  }

  function send<Read>(call: Underway, read: (said: Said) => Read): Promise<Read> {
    return callWithRetries((signal) => attempt(call, signal), call.size, services, call.control).then(
      (result) => {
        call.result = result;
        return read(saidBy(result));
      },
      (bug: unknown) => {
        call.bug = bug;
        throw bug;
      },
    );
  }

  function openSeat(first: Underway): Seat {
    let call = first;
    const chat = createChat({
      model: settings.name,
      get parameters() {
        return call.parameters;
      },
      listen(run) {
        if (run !== undefined && call.tell !== undefined) call.tell = tellingTokens(call.tell, run);
      },
      send: (read) => send(call, read),
    });
    return {
      chat,
      take(next) {
        call = next;
      },
    };
  }

  /** In a function of its own: what `call` holds while it waits is held for each call in flight. */
  function underway(request: ModelRequest, { signal, waiting, gate, stream }: CallOptions): Underway {
    const body = wire.body(settings, request, stream !== undefined);
    const json = JSON.stringify(body);
    return {
      json,
      size: sizeOf(json, request),
      control: { signal, waiting, gate },
      parameters: listened ? withoutConversation(body, wire) : {},
      tell: stream,
      result: undefined,
      bug: undefined,
    };
  }

  /** Where nobody listens, what `invoke` does around the call is left out: it would take longer than the call. */
  function through(chat: Chat, { messages }: ModelRequest, { step, record }: CallOptions): Promise<unknown> {
    if (!listened) return chat._generate([], {});
    return chat.invoke(langChainMessages(messages), { runName: step, metadata: { step, record } });
  }

  function failed({ result, bug }: Underway, error: unknown): CallOutcome {
    if (bug !== undefined) throw bug;
    const why = bounded(redact(oneLine(error instanceof Error ? error.message : String(error))), 500);
    if (result === undefined) return unsent('invalid_request', `LangChain cannot make the call: ${why}`);
    if (result.outcome.ok) return unread(result, `LangChain cannot read the answer: ${why}`);
    return result.outcome;
  }

  return {
    async call(request, options) {
      const refused = wire.refusedImage?.(request);
      if (refused !== undefined) return unsent('refused_image', refused);
      const call = underway(request, options);
      const seat = idle.pop() ?? openSeat(call);
      seat.take(call);
      try {
        await through(seat.chat, request, options);
      } catch (error) {
        return failed(call, error);
      }
      // A seat whose call has failed is left: nobody knows what its class still does.
      idle.push(seat);
      if (call.result === undefined) throw new Error('LangChain answered without asking');
      return call.result.outcome;
    },
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

/** An instance of the provider's class, for one call at a time. */
interface Seat {
  readonly chat: Chat;
  /** Has the instance make this call next. */
  take(call: Underway): void;
}

/** A call that an instance of the provider's class makes, and what came of it. */
interface Underway {
  readonly json: string;
  readonly size: RequestSize;
  readonly control: CallControl;
  readonly parameters: JsonObject;
  /** Who is told the pieces of the answer, where it is to come as a stream. */
  tell: Tell | undefined;
  result: RetriedCall | undefined;
  bug: unknown;
}

function withoutConversation(body: JsonObject, { conversation }: Wire): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !conversation.includes(name)));
}

function saidBy({ outcome, last }: RetriedCall): Said {
  if (!outcome.ok) throw new Error(outcome.error.message);
  if (last?.result.kind !== 'completed') throw new Error('a call succeeded without a completed attempt');
  return { answer: last.result.answer, tokens: last.tokens };
}

function unsent(code: CallError['code'], message: string): CallOutcome {
  const error: CallError = { code, message, status: null, attempts: 0, request_id: null, scope: 'record' };
  return { ok: false, error, usage: zeroUsage };
}

/** The tokens were used all the same. */
function unread({ outcome, attempts }: RetriedCall, message: string): CallOutcome {
  const request_id = outcome.ok ? outcome.completion.request_id : null;
  return {
    ok: false,
    error: { code: 'malformed_answer', message, status: 200, attempts, request_id, scope: 'record' },
    usage: outcome.usage,
  };
}
