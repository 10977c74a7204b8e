import { bounded } from '../diagnostic/printable.ts';
import { zeroUsage } from '../usage/add.ts';
import { version } from '../version.ts';
import { judge } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Server } from './explain.ts';
import type { CallOutcome, ClientServices, ModelClient, ModelSettings } from './contract.ts';
import { parseEndpoint } from './endpoint.ts';
import { mistralBody } from './mistralai-body.ts';
import { PipeChatMistralAI } from './mistralai-chat.ts';
import type { ChatCall, Tell } from './mistralai-chat.ts';
import { oneLine } from './provider-text.ts';
import { createRedact } from './redact.ts';
import type { Redact } from './redact.ts';
import { callWithRetries } from './retry.ts';
import { judgeStream, tellWhole } from './stream-attempt.ts';
import { createStreamReader } from './stream-reader.ts';
import { openTransport } from './transport.ts';

/** The largest answer that is read, in bytes: hundreds of times what any model writes. */
const max_body = 32 * 1024 * 1024;

/** A stream has some two hundred bytes around each token. */
const max_stream = 4 * max_body;

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
    idle_timeout: settings.idle_timeout,
    max_body,
    max_stream,
    redact,
    now: services.now,
  };
  const transport = openTransport({
    origin: endpoint.origin,
    path: endpoint.path,
    headers: {
      'content-type': 'application/json',
      'user-agent': `prompt-pipe/${version}`,
      ...(api_key !== undefined && { authorization: `Bearer ${api_key}` }),
    },
    connections: services.connections,
    timeout: settings.timeout,
    idle_timeout: settings.idle_timeout,
    max_body,
    max_stream,
  });
  const ask = async ({ json }: ChatCall, signal: AbortSignal): Promise<Attempt> =>
    judge(await transport.post(json, signal), server);
  const askForStream = async ({ json }: ChatCall, tell: Tell, signal: AbortSignal): Promise<Attempt> => {
    const reader = createStreamReader(tell, api_key, redact);
    const attempt = judgeStream(await transport.stream(json, signal, reader), reader, server);
    if (reader.headers === undefined) tellWhole(attempt, tell);
    return attempt;
  };
  const model = new PipeChatMistralAI(settings, (call) => {
    const { tell, signals } = call;
    const attempt = (signal: AbortSignal) =>
      tell === undefined ? ask(call, signal) : askForStream(call, tell, signal);
    return callWithRetries(attempt, services, signals);
  });

  return {
    async call(request, { signal, waiting, stream, step, record }) {
      const body = mistralBody(settings, request, stream !== undefined);
      const { messages: _, ...parameters } = body;
      const call: ChatCall = {
        json: JSON.stringify(body),
        parameters,
        signals: { signal, waiting },
        tell: stream,
        result: undefined,
        bug: undefined,
      };
      try {
        await model.ask(request.messages, call, step, record);
      } catch (error) {
        if (call.bug !== undefined) throw call.bug;
        if (call.result === undefined || call.result.outcome.ok) return unreadable(error, call, redact);
      }
      if (call.result === undefined) throw new Error('LangChain answered without asking');
      return call.result.outcome;
    },
    close: () => transport.close(),
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
