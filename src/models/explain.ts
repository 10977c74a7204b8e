import type { IncomingHttpHeaders } from 'node:http';
import { formatDuration } from '../duration.ts';
import type { Exchange } from './collector.ts';
import type { CallErrorCode } from './contract.ts';
import { readHeader } from './header.ts';
import { hasNoQuota, readProviderError } from './provider-error.ts';
import { oneLine, redactStart } from './provider-text.ts';
import type { Redact } from './redact.ts';
import type { StreamEnd } from './stream-reader.ts';

/** Whom we talk to, for messages that name it. */
export interface Server {
  readonly host: string;
  readonly model: string;
  /** The variable whose key is sent; null where none is. */
  readonly key_name: string | null;
  /** For one attempt, in milliseconds. */
  readonly timeout: number;
  /** For any silence within a stream, in milliseconds. */
  readonly idle_timeout: number;
  /** For one answer, in bytes: one that comes whole, and one that comes as a stream. */
  readonly max_body: number;
  readonly max_stream: number;
  readonly redact: Redact;
  readonly now: () => number;
}

/** What went wrong, in one sentence with its remedy where there is one. */
export interface Explanation {
  readonly code: CallErrorCode;
  readonly message: string;
}

/** Statuses that may pass: a time-out, a conflict, too early. All of 5xx may, too. */
const passing = new Set([408, 409, 425]);

const megabyte = 1024 * 1024;

/** Explains an answer whose status is not 200. */
export function explainStatus(
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
  server: Server,
): Explanation {
  const { host, model, key_name } = server;
  const { said, type } = readProviderError(body);
  const reason = said === '' ? `${status}` : `${status}: ${redactStart(said, 300, server.redact)}`;

  if (status === 402 || (status >= 400 && hasNoQuota(headers)))
    return {
      code: 'not_on_plan',
      message: `the plan of this key does not include the model \`${model}\` (${reason}): choose another model or another plan`,
    };
  if (status === 401 || status === 403)
    return {
      code: 'rejected_key',
      message:
        key_name === null
          ? `${host} wants an API key (${reason}): name the variable that holds it in \`model.api_key_env\``
          : `${host} rejected the API key in \`${key_name}\` (${reason}): set it to a valid one`,
    };
  if (status === 404 || (status === 400 && (type === 'invalid_model' || /^invalid model\b/i.test(said))))
    return {
      code: 'unknown_model',
      message: `${host} does not know the model \`${model}\` (${reason}): check \`model.name\` and \`model.base_url\``,
    };
  if (status === 429)
    return {
      code: 'rate_limited',
      message: `${host} has refused everything for too long (${reason}): lower \`limits\`, or run it again later`,
    };
  if (status >= 500 || passing.has(status))
    return { code: 'server_error', message: `${host} answered with an error (${reason})` };
  if (status >= 300 && status < 400)
    return {
      code: 'invalid_request',
      message: `${host} redirects to ${locationOf(headers)} (${reason}): set \`model.base_url\` to where the API is`,
    };
  if (status < 300)
    return {
      code: 'malformed_answer',
      message: `${host} answered with a status that no completion has (${reason})`,
    };
  return { code: 'invalid_request', message: `${host} refused the request (${reason})` };
}

function locationOf(headers: IncomingHttpHeaders): string {
  const location = readHeader(headers, 'location');
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : 'another address';
}

/** Explains an exchange that brought no answer. */
export function explainFault(exchange: Exchange & { readonly kind: 'fault' }, server: Server): Explanation {
  const { fault, cause, sent } = exchange;
  const { host, timeout, idle_timeout, max_body } = server;
  const explained: { readonly [name in typeof fault]: Explanation } = {
    connection_failed: {
      code: 'connection_failed',
      message: sent
        ? `${host} closed the connection before it answered`
        : `cannot connect to ${host}: ${explainConnection(cause)}`,
    },
    timed_out: {
      code: 'timed_out',
      message: `${host} gave no whole answer within ${formatDuration(timeout)}: raise \`model.timeout\`, or ask for less`,
    },
    silent: {
      code: 'timed_out',
      message: `${host} sent nothing for ${formatDuration(idle_timeout)}: raise \`model.idle_timeout\``,
    },
    cut_body: { code: 'cut_body', message: `${host} closed the connection inside its answer` },
    no_http: {
      code: 'malformed_answer',
      message: `${host} answered with something that is not HTTP: check \`model.base_url\``,
    },
    too_large: {
      code: 'malformed_answer',
      message: `${host} answered with more than ${Math.round(max_body / megabyte)} MB`,
    },
    aborted: { code: 'aborted', message: `stopped before ${host} answered` },
  };
  return explained[fault];
}

/** Explains a stream that brought no whole answer, by the server's own doing. */
export function explainStream(
  end: Exclude<StreamEnd, { readonly kind: 'whole' }>,
  { host, redact }: Server,
): Explanation {
  if (end.kind === 'malformed')
    return { code: end.problem.code, message: `${host} answered ${end.problem.message}` };
  if (end.kind === 'cut')
    return { code: 'cut_body', message: `${host} ended its stream before the answer was whole` };
  const reason = end.said === '' ? '' : `: ${redactStart(end.said, 300, redact)}`;
  return { code: 'server_error', message: `${host} broke its stream off with an error${reason}` };
}

function explainConnection(cause: Error | null): string {
  const code = cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name cannot be resolved';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'it does not respond';
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'the system allows no more open files and connections: lower `limits.concurrency`, or raise `ulimit -n`';
  // Node adds our own end of the connection, also where there is none yet.
  const said = cause?.message.replace(/(?: - Local)? \(undefined:undefined\)/, '');
  return oneLine(said || code || 'the connection failed');
}
