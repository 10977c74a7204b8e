import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { bounded } from '../diagnostic/printable.ts';
import { zeroUsage } from '../usage/add.ts';
import { version } from '../version.ts';
import { judge } from './attempt.ts';
import type { Server } from './explain.ts';
import type { CallOutcome, ClientServices, ModelClient, ModelSettings } from './contract.ts';
import { parseEndpoint } from './endpoint.ts';
import { mistralBody } from './mistralai-body.ts';
import { PipeChatMistralAI } from './mistralai-chat.ts';
import type { ChatCall } from './mistralai-chat.ts';
import { langChainMessages } from './mistralai-messages.ts';
import { oneLine } from './provider-text.ts';
import { createRedact } from './redact.ts';
import type { Redact } from './redact.ts';
import { callWithRetries } from './retry.ts';
import { openTransport } from './transport.ts';

/** The largest answer that is read, in bytes: hundreds of times what any model writes. */
const max_body = 32 * 1024 * 1024;

/** How long `close` waits for traces to leave, in milliseconds: a tracing server that is down must not hold a run. */
const traceGrace = 5000;

export interface MistralHome {
  readonly base_url: string;
  readonly api_key_env: string;
}

export async function openMistralClient(
  settings: ModelSettings,
  services: ClientServices,
  home: MistralHome,
): Promise<ModelClient> {
  const { api_key } = services;
  const endpoint = parseEndpoint(settings.base_url ?? home.base_url);
  if (endpoint === undefined) throw new Error('base_url was not checked');
  const redact = createRedact(api_key);
  const server: Server = {
    host: endpoint.host,
    model: settings.name,
    key_name: api_key === undefined ? null : (settings.api_key_env ?? home.api_key_env),
    timeout: settings.timeout,
    max_body,
    redact,
    now: services.now,
  };
  const transport = openTransport({
    origin: endpoint.origin,
    path: endpoint.path,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': `prompt-pipe/${version}`,
      ...(api_key !== undefined && { authorization: `Bearer ${api_key}` }),
    },
    connections: services.connections,
    timeout: settings.timeout,
    max_body,
  });
  const model = new PipeChatMistralAI(settings, (json, signals) =>
    callWithRetries(async (signal) => judge(await transport.post(json, signal), server), services, signals),
  );

  return {
    async call(request, { signal, waiting, step, record }) {
      const body = mistralBody(settings, request);
      const { messages: _, ...parameters } = body;
      const call: ChatCall = {
        json: JSON.stringify(body),
        parameters,
        signals: { signal, waiting },
        result: undefined,
        bug: undefined,
      };
      try {
        await model.ask(langChainMessages(request.messages), call, step, record);
      } catch (error) {
        if (call.bug !== undefined) throw call.bug;
        if (call.result === undefined || call.result.outcome.ok) return unreadable(error, call, redact);
      }
      if (call.result === undefined) throw new Error('LangChain answered without asking');
      return call.result.outcome;
    },
    async close() {
      await transport.close();
      if (model.listened) await flushTraces(services);
    },
  };
}

/** LangChain itself could not handle the call or its answer. The tokens were used all the same. */
function unreadable(error: unknown, { result }: ChatCall, redact: Redact): CallOutcome {
  const why = error instanceof Error ? error.message : String(error);
  return {
    ok: false,
    error: {
      code: 'malformed_answer',
      message: bounded(redact(`LangChain cannot handle the call: ${oneLine(why)}`), 500),
      status: result === undefined ? null : 200,
      attempts: result?.attempts ?? 0,
      request_id: result?.outcome.ok === true ? result.outcome.completion.request_id : null,
      scope: 'record',
    },
    usage: result?.outcome.usage ?? zeroUsage,
  };
}

async function flushTraces({ sleep }: Pick<ClientServices, 'sleep'>): Promise<void> {
  const flushed = new AbortController();
  const patience = sleep(traceGrace, flushed.signal).catch(() => undefined);
  await Promise.race([awaitAllCallbacks(), patience]);
  flushed.abort();
}
