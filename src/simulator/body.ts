import type { IncomingMessage } from 'node:http';

/** Bytes of the largest request: room for a few images as data URLs. */
export const largestBody = 32 * 1024 * 1024;

/**
 * Reads a whole body and hands it over; null where it is too large. What is too large is still read to its end, though
 * not kept, since a client that is still sending would not read our answer. Never hands over what breaks off.
 */
export function readBody(request: IncomingMessage, done: (body: string | null) => void): void {
  let chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
    else chunks = [];
  });
  request.on('end', () => {
    const [only] = chunks;
    if (size > largestBody) done(null);
    else if (chunks.length === 1 && only !== undefined) done(only.toString('utf8'));
    else done(Buffer.concat(chunks, size).toString('utf8'));
  });
}
