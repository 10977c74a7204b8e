import type { IncomingHttpHeaders } from 'node:http';
import { createRedact } from '../diagnostic/redact.ts';
import { formatDuration } from '../duration.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { version } from '../version.ts';
import type { CallErrorCode, ModelSettings, Quota } from './contract.ts';
import { explainFault, explainStatus, type Server } from './explain.ts';
import { readHeader } from './header.ts';
import { readProviderError } from './provider-error.ts';
import { readQuota } from './quota.ts';
import { providers } from './registry.ts';
import { openTransport } from './transport.ts';

/** What a server says when it is asked for its models. */
export type ListedModels =
  | {
      readonly kind: 'listed';
      /** For people: host and port. */
      readonly host: string;
      readonly names: readonly string[];
      /** Null where the headers say nothing of it. */
      readonly quota: Quota | null;
      /** Milliseconds by which our clock is ahead of the server's; null where it does not tell the time. */
      readonly clock_ahead: number | null;
      /** Milliseconds. */
      readonly duration: number;
    }
  /** It answers, but has no list: whether it takes the key and knows a model is not known before a call. */
  | { readonly kind: 'no_list'; readonly host: string; readonly status: number }
  | {
      readonly kind: 'refused';
      readonly host: string;
      readonly code: CallErrorCode;
      /** One sentence with its remedy, as for a call, without the key. */
      readonly message: string;
    };

export interface ListServices {
  readonly api_key: string | undefined;
  /** The variable that holds it, for messages. */
  readonly key_name: string | null;
  /** For the whole exchange, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The longest list that is read, in bytes. */
const mostBytes = 8 * 1024 * 1024;

/** Asks the server of these settings for its models, over the transport of a run and with its key. Nothing is thrown. */
export async function listModels(settings: ModelSettings, services: ListServices): Promise<ListedModels> {
  const provider = providers.get(settings.provider);
  if (provider === undefined) throw new Error(`no provider ${settings.provider}: the plan was not checked`);
  const { listing } = provider;
  const { api_key, key_name, timeout, now } = services;
  const { origin, host, pathname, search } = new URL(listing.url(settings));
  const transport = openTransport({
    origin,
    path: `${pathname}${search}`,
    headers: { 'user-agent': `prompt-pipe/${version}`, ...listing.headers(api_key) },
    connections: 1,
    timeout,
    idle_timeout: timeout,
    max_body: mostBytes,
    max_stream: mostBytes,
  });
  const began = now();
  const exchange = await transport.get(new AbortController().signal);
  const duration = now() - began;
  await transport.close();

  const redact = createRedact(api_key);
  const limits = { timeout, idle_timeout: timeout, max_body: mostBytes, max_stream: mostBytes };
  const server: Server = { host, model: settings.name, key_name, ...limits, redact, now };
  if (exchange.kind === 'fault') {
    const { code, message } = explainFault(exchange, server, 'before it answered');
    const late = `${host} did not answer within ${formatDuration(timeout)}`;
    return { kind: 'refused', host, code, message: code === 'timed_out' ? late : message };
  }
  const { status, headers, body } = exchange;
  if (status === 200) {
    const names = listing.names(parsed(body));
    if (names === undefined) return { kind: 'no_list', host, status };
    const quota = readQuota(headers);
    return {
      kind: 'listed',
      host,
      names: names.map(redact),
      quota,
      clock_ahead: clockAhead(headers, began, duration),
      duration,
    };
  }
  if ([404, 405, 501].includes(status)) return { kind: 'no_list', host, status };
  const error = readProviderError(body);
  const meant = listing.errorCode?.(status, error.body, headers);
  return { kind: 'refused', host, ...explainStatus({ status, headers, error, meant }, server) };
}

function parsed(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The `Date` of an answer is in whole seconds, and was written somewhere between question and answer. */
function clockAhead(headers: IncomingHttpHeaders, began: number, duration: number): number | null {
  const told = Date.parse(readHeader(headers, 'date') ?? '');
  return Number.isNaN(told) ? null : began + duration / 2 - (told + 500);
}
