import type { IncomingHttpHeaders } from 'node:http';
import { formatDuration } from '../duration.ts';
import type { Exchange } from './collector.ts';
import type { CallErrorCode } from './contract.ts';
import { readHeader } from './header.ts';
import type { ProviderError } from './provider-error.ts';
import { oneLine, redactStart } from './provider-text.ts';
import type { Redact } from '../diagnostic/redact.ts';
import type { StreamEnd } from './wire-reader.ts';
import type { WireErrorCode } from './wire.ts';

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
const passingStatuses = new Set([408, 409, 425]);

const megabyte = 1024 * 1024;

/** An answer whose status is not 200. */
export interface RefusedStatus {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly error: ProviderError;
  /** What the provider means by it, where the status says something else. */
  readonly meant: WireErrorCode | undefined;
}

/** Explains an answer whose status is not 200. */
export function explainStatus(refused: RefusedStatus, server: Server): Explanation {
  const { status, error, meant } = refused;
  const refusal = meant ?? codeOf(status, error);
  const code = refusal === 'rejected_key' && server.key_name === null ? 'key_required' : refusal;
  const reason =
    error.said === '' ? `${status}` : `${status}: ${redactStart(error.said, 300, server.redact)}`;
  return { code, message: sentenceFor(code, reason, refused, server) };
}

type StatusCode =
  | WireErrorCode
  | 'key_required'
  | 'unknown_model'
  | 'redirected'
  | 'server_error'
  | 'malformed_answer'
  | 'invalid_request';

function codeOf(status: number, { said, type }: ProviderError): StatusCode {
  if (status < 300) return 'malformed_answer';
  if (status < 400) return 'redirected';
  if (status === 401 || status === 403) return 'rejected_key';
  if (status === 402) return 'not_on_plan';
  if (status === 404) return 'unknown_model';
  if (status === 400 && (type === 'invalid_model' || /^invalid model\b/i.test(said))) return 'unknown_model';
  if (status === 429) return 'rate_limited';
  return status >= 500 || passingStatuses.has(status) ? 'server_error' : 'invalid_request';
}

function sentenceFor(
  code: StatusCode,
  reason: string,
  { headers, meant }: RefusedStatus,
  { host, model, key_name }: Server,
): string {
  switch (code) {
    case 'not_on_plan':
      return `the plan of this key does not include the model \`${model}\` (${reason}): choose another model or another plan`;
    case 'rejected_key':
      return `${host} rejected the API key in \`${key_name}\` (${reason}): set it to a valid one`;
    case 'key_required':
      return `${host} wants an API key (${reason}): name the variable that holds it in \`model.api_key_env\``;
    case 'unknown_model':
      return `${host} does not know the model \`${model}\` (${reason})${unknownModelRemedy}`;
    case 'rate_limited':
      return meant === undefined
        ? `${host} refused for its rate limit (${reason})`
        : `${host} has no quota left for this key (${reason}): see its plan and its bill`;
    case 'server_error':
      return `${host} answered with an error (${reason})`;
    case 'malformed_answer':
      return `${host} answered with a status that no completion has (${reason})`;
    case 'redirected':
      return `${host} redirects to ${locationOf(headers)} (${reason}): set \`model.base_url\` to where the API is`;
    case 'invalid_request':
      return `${host} refused the request (${reason})`;
  }
}

/** How the message of an unknown model ends; whoever knows more of the name has a better remedy. */
export const unknownModelRemedy = ': check `model.name` and `model.base_url`';

function locationOf(headers: IncomingHttpHeaders): string {
  const location = readHeader(headers, 'location');
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : 'another address';
}

/** Explains an exchange that brought no whole answer. `when`: how far that had come, where its end is what broke. */
export function explainFault(
  exchange: Exchange & { readonly kind: 'fault' },
  server: Server,
  when: 'before it answered' | 'inside its answer',
): Explanation {
  const { fault, cause, sent } = exchange;
  const { host, timeout, idle_timeout, max_body } = server;
  const explained: { readonly [name in typeof fault]: Explanation } = {
    connection_failed: {
      code: isOutOfFiles(cause) ? 'too_many_open_files' : 'connection_failed',
      message: sent
        ? `${host} closed the connection ${when}`
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
    aborted: {
      code: 'aborted',
      message:
        when === 'before it answered'
          ? `stopped before ${host} answered`
          : `stopped inside the answer of ${host}`,
    },
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

/** It is no fault of the server's that there is no connection to it. */
function isOutOfFiles(cause: Error | null): boolean {
  return cause !== null && 'code' in cause && (cause.code === 'EMFILE' || cause.code === 'ENFILE');
}

/** What the system means, where its own words do not say it. */
const connectionFaults: { readonly [code: string]: string } = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closes the connection at once',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  UND_ERR_CONNECT_TIMEOUT: 'it does not respond',
  ETIMEDOUT: 'it does not respond',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'it does not speak TLS there: check `model.base_url`, which may have to begin with `http://`',
};

/** Nobody whom Node trusts has signed its certificate: it may be that of a company's own server, or of one in between. */
const untrusted =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

function explainConnection(cause: Error | null): string {
  const code = cause !== null && 'code' in cause ? String(cause.code) : '';
  const known = connectionFaults[code];
  if (known !== undefined) return known;
  if (isOutOfFiles(cause))
    return 'the system allows no more open files and connections: lower `limits.concurrency`, or raise `ulimit -n`';
  // Node adds our own end of the connection, also where there is none yet.
  const said = cause?.message.replace(/(?: - Local)? \(undefined:undefined\)/, '');
  const told = oneLine(said || code || 'the connection failed');
  return untrusted.test(code)
    ? `${told}: where you trust who signed it, name the file of that certificate in NODE_EXTRA_CA_CERTS`
    : told;
}
