import type { PassThrough } from 'node:stream';

/** The text that was written to the stream and not read yet; since Node 26, one `read` gives no more than one `write`. */
export function writtenTo(stream: PassThrough): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk);
  }
}
