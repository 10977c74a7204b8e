/** Where chat completions are asked for. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** For people: host and port. */
  readonly host: string;
  readonly path: string;
  /** This machine, where a server may want no key. */
  readonly loopback: boolean;
}

/**
 * Reads a `base_url`: with or without a final `/v1`, for both are written, and below any path, for gateways have one.
 * Undefined for what no request can be sent to: another scheme, a query, a name and password.
 */
export function parseEndpoint(base_url: string): Endpoint | undefined {
  if (!URL.canParse(base_url)) return undefined;
  const url = new URL(base_url);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  const base = url.pathname.replace(/\/+$/, '');
  return {
    origin: url.origin,
    host: url.host,
    path: `${base.endsWith('/v1') ? base : `${base}/v1`}/chat/completions`,
    loopback: isLoopback(url.hostname),
  };
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
