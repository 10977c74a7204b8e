import type { ModelRequest, RequestSize } from './contract.ts';
import { readDataUrl } from './data-url.ts';

/**
 * The size of a request by its body. Whatever form a provider has images in, the base64 of those that are no links stands
 * in the body as it is.
 */
export function sizeOf(json: string, { messages }: ModelRequest): RequestSize {
  let images = 0;
  let ofImages = 0;
  for (const { content } of messages) {
    if (typeof content === 'string') continue;
    for (const part of content) {
      if (part.type !== 'image_url') continue;
      images += 1;
      ofImages += readDataUrl(part.image_url)?.base64.length ?? 0;
    }
  }
  return { bytes: Buffer.byteLength(json) - ofImages, images };
}
