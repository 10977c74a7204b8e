import type { IncomingHttpHeaders } from 'node:http';

/**
 * A header of an answer; the first, where it was sent several times. Node's types promise one value for many headers,
 * but what comes from the wire is a list for any that a server repeats.
 */
export function readHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value: unknown = headers[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}
