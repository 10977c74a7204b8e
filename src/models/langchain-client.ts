import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { BaseMessage } from '@langchain/core/messages';
import { bounded } from '../diagnostic/printable.ts';
import type { JsonObject } from '../json/json.ts';
import { zeroUsage } from '../usage/add.ts';
import { version } from '../version.ts';
import type { Answer } from './answer.ts';
import type { Attempt } from './attempt.ts';
import type {
  CallError,
  CallOutcome,
  ClientServices,
  ModelClient,
  ModelRequest,
  ModelSettings,
} from './contract.ts';
import type { Server } from './explain.ts';
import { hasListeners, tellingTokens } from './langchain-listeners.ts';
import type { Tell } from './langchain-listeners.ts';
import { langChainMessages } from './langchain-messages.ts';
import { oneLine } from './provider-text.ts';
import { createRedact } from './redact.ts';
import { callWithRetries } from './retry.ts';
import type { RetriedCall } from './retry.ts';
import type { Tokens } from './tokens.ts';
import { openTransport } from './transport.ts';
import type { Transport } from './transport.ts';
import { judge, judgeStream, tellWhole } from './wire-attempt.ts';
import { createWireReader } from './wire-reader.ts';
import type { Wire } from './wire.ts';

/** One call on its way through LangChain: what the provider's class is to know of it, and how it gets its answer. */
export interface LangChainCall {
  readonly model: string;
  /** The request without its conversation, for traces. */
  readonly parameters: JsonObject;
  /** Has a run of LangChain's told of the tokens of a stream, beside whoever asked for it. To be called before `send`. */
  listen(run: CallbackManagerForLLMRun | undefined): void;
  /** Makes the call, with all its attempts; rejects where it fails. To be called once. */
  send(): Promise<Said>;
}

/** An answer without the key, for the provider's class to read. */
export interface Said {
  readonly answer: Answer;
  readonly tokens: Tokens | null;
}

/** Makes the provider's class of LangChain's for one call. Nothing but `send` may leave it for the network. */
export type CreateChat = (call: LangChainCall) => {
  invoke(
    messages: BaseMessage[],
    options: {
      readonly runName: string;
      readonly metadata: { readonly step: string; readonly record: string };
    },
  ): Promise<unknown>;
  /** What `invoke` calls once it has told of the call whoever listens. */
  _generate(messages: BaseMessage[], options: object): Promise<unknown>;
};

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
  const redact = createRedact(api_key);
  const server: Server = {
    host: new URL(wire.url(settings, false)).host,
    model: settings.name,
    key_name: api_key === undefined ? null : (settings.api_key_env ?? api_key_env),
    timeout: settings.timeout,
    idle_timeout: settings.idle_timeout,
    max_body,
    max_stream,
    redact,
    now: services.now,
  };
  const transports = new Map<string, Transport>();
  const listened = hasListeners();

  /** Some providers have another path for streams. */
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

  async function attempt(json: string, tell: Tell | undefined, signal: AbortSignal): Promise<Attempt> {
    const transport = transportTo(wire.url(settings, tell !== undefined));
    if (tell === undefined) return judge(await transport.post(json, signal), wire, server);
    const reader = createWireReader(wire.stream, tell, api_key, redact);
    const judged = judgeStream(await transport.stream(json, signal, reader), reader, wire, server);
    if (reader.headers === undefined) tellWhole(judged, tell);
    return judged;
  }

  return {
    async call(request, { signal, waiting, gate, stream, step, record }) {
      const refused = wire.refusedImage?.(request);
      if (refused !== undefined) return unsent('refused_image', refused);
      const body = wire.body(settings, request, stream !== undefined);
      const json = JSON.stringify(body);
      const size = { bytes: Buffer.byteLength(json), linked_images: linkedImages(request) };
      let tell = stream;
      const sent: { result?: RetriedCall; bug?: unknown } = {};
      const chat = createChat({
        model: settings.name,
        parameters: withoutConversation(body, wire),
        listen(run) {
          if (run !== undefined && stream !== undefined) tell = tellingTokens(stream, run);
        },
        async send() {
          try {
            const one = (signal: AbortSignal): Promise<Attempt> => attempt(json, tell, signal);
            sent.result = await callWithRetries(one, size, services, { signal, waiting, gate });
          } catch (error) {
            sent.bug = error;
            throw error;
          }
          return saidBy(sent.result);
        },
      });
      try {
        // Where nobody listens, what `invoke` does around the call is left out: it would take longer than the call.
        await (listened
          ? chat.invoke(langChainMessages(request.messages), { runName: step, metadata: { step, record } })
          : chat._generate([], {}));
      } catch (error) {
        if (sent.bug !== undefined) throw sent.bug;
        const why = bounded(redact(oneLine(error instanceof Error ? error.message : String(error))), 500);
        if (sent.result === undefined)
          return unsent('invalid_request', `LangChain cannot make the call: ${why}`);
        if (sent.result.outcome.ok) return unread(sent.result, `LangChain cannot read the answer: ${why}`);
      }
      if (sent.result === undefined) throw new Error('LangChain answered without asking');
      return sent.result.outcome;
    },
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

function linkedImages({ messages }: ModelRequest): number {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  return parts.filter((part) => part.type === 'image_url' && !part.image_url.startsWith('data:')).length;
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
