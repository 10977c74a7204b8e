import { failure } from '../result.ts';
import { isJson } from './http-body.ts';
import { readResult, tooLarge } from './result.ts';
import { beginningOf, keptToTell } from './said.ts';
import type { ToolOutcome } from './tool.ts';

export interface HttpRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON, unless a Content-Type among the headers says otherwise. */
  readonly body: string | undefined;
}

export interface ExchangeOptions {
  /** The largest answer that is read, in bytes, once it is unpacked. */
  readonly max_bytes: number;
  /** Values that an answer may repeat and that no message may hold. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
}

/** How often an answer may send us on to another address of the same server. */
const maxRedirects = 5;

/**
 * Sends a request and reads the answer. Redirects are followed here and not by `fetch`, since the headers may hold a
 * token: they stay on the origin. Never rejects.
 */
export async function exchange(first: HttpRequest, options: ExchangeOptions): Promise<ToolOutcome> {
  let request = first;
  const { host, origin } = new URL(first.url);
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(request, options.signal);
    if (response instanceof Error) return failed(`${host} could not be reached: ${reasonOf(response)}`);
    const location = isRedirect(response.status) ? response.headers.get('location') : null;
    if (location === null) return read(response, host, options);
    await response.body?.cancel().catch(() => undefined);
    if (redirects === maxRedirects) return failed(`${host} redirects more than ${maxRedirects} times`);
    if (!URL.canParse(location, request.url)) {
      const said = beginningOf(location, { secrets: options.secrets });
      return failed(`${host} redirects to what is no address: ${said}`);
    }
    const next = new URL(location, request.url);
    if (next.origin !== origin) {
      const where = beginningOf(`${next.protocol}//${next.host}`);
      return failed(`${host} redirects to another server, ${where}, where no request is sent`);
    }
    if (next.username !== '' || next.password !== '') {
      return failed(`${host} redirects to an address with a user name or password, where no request is sent`);
    }
    request = redirected(request, response.status, next.href);
  }
}

async function send({ method, url, headers, body }: HttpRequest, signal: AbortSignal) {
  const given = new Headers(headers.map(([name, value]) => [name, value]));
  if (body !== undefined && !given.has('content-type')) given.set('content-type', 'application/json');
  try {
    return await fetch(url, { method, headers: given, body, redirect: 'manual', signal });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** As browsers do it: 303 asks for another document, and 301 and 302 are taken for that after a POST. */
function redirected(request: HttpRequest, status: number, url: string): HttpRequest {
  const reads = status === 303 || (status < 303 && request.method === 'POST');
  if (!reads) return { ...request, url };
  const headers = request.headers.filter(([name]) => !/^content-/iu.test(name));
  return { method: 'GET', url, headers, body: undefined };
}

async function read(response: Response, host: string, options: ExchangeOptions): Promise<ToolOutcome> {
  const limit = response.ok ? options.max_bytes : keptToTell;
  const body = await readBody(response, limit);
  if (body === undefined) return failed(`${host} broke off its answer`);
  if (!response.ok) {
    const said = beginningOf(body.bytes.toString('utf8'), { secrets: options.secrets, cut: body.cut });
    return failed(`${host} answered ${response.status}${said === '' ? '' : `: ${said}`}`);
  }
  if (body.cut) return failure(tooLarge(options.max_bytes));
  const type = response.headers.get('content-type') ?? '';
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/iu.exec(type)?.[1];
  const json = isJson(type);
  // JSON is UTF-8, whatever is said of it.
  return readResult(body.bytes, { json, ...(charset !== undefined && !json && { charset }) });
}

/** At most so many bytes of the body, unpacked; undefined where it breaks off. */
async function readBody(
  { body }: Response,
  limit: number,
): Promise<{ readonly bytes: Buffer; readonly cut: boolean } | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop closes the connection.
      if (size > limit) break;
    }
  } catch {
    return undefined;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, limit), cut: size > limit };
}

function failed(message: string): ToolOutcome {
  return failure({ code: 'tool_failed', message });
}

/** What the system said below fetch's own `fetch failed`: ECONNREFUSED, or a sentence. */
function reasonOf(error: Error): string {
  const { cause } = error;
  const reason = cause instanceof Error ? cause : error;
  const code = 'code' in reason ? String(reason.code) : '';
  return beginningOf(/^E[A-Z]+$/u.test(code) ? code : reason.message);
}
