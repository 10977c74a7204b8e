/** A server, and the path below which its API is. */
export interface Address {
  /** Scheme, host and port. */
  readonly origin: string;
  /** For people: host and port. */
  readonly host: string;
  /** Empty, or with a slash at its beginning and none at its end. */
  readonly path: string;
  /** This machine, where a server may want no key. */
  readonly loopback: boolean;
}

/**
 * Reads a `base_url`, which may be below any path, for gateways have one. Undefined for what no request can be sent to:
 * another scheme, a query, a name and password.
 */
export function parseAddress(base_url: string): Address | undefined {
  if (!URL.canParse(base_url)) return undefined;
  const url = new URL(base_url);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  return {
    origin: url.origin,
    host: url.host,
    path: url.pathname.replace(/\/+$/, ''),
    loopback: isLoopback(url.hostname),
  };
}

/** The URL of `path` in the API that begins at `root`, below a `base_url` that may end with that root or without it. */
export function urlBelow(base_url: string, root: string, path: string): string {
  const address = parseAddress(base_url);
  if (address === undefined) throw new Error('base_url was not checked');
  return `${address.origin}${below(address.path, root)}${path}`;
}

function below(path: string, root: string): string {
  return path.endsWith(root) ? path : `${path}${root}`;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
