/** Bytes that tell of what type an image is. */
export const longestSignature = 12;

/** Four signatures of their formats' own specifications: a library would know hundreds that no model takes. */
const signatures: { readonly [type: string]: (start: string) => boolean } = {
  png: (start) => start.startsWith('\x89PNG\r\n\x1a\n'),
  jpeg: (start) => start.startsWith('\xff\xd8\xff'),
  gif: (start) => start.startsWith('GIF87a') || start.startsWith('GIF89a'),
  webp: (start) => start.startsWith('RIFF') && start.startsWith('WEBP', 8),
};

/** The subtype of its media type; undefined for anything else. */
export function imageType(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, longestSignature);
  return Object.keys(signatures).find((type) => signatures[type]?.(start) === true);
}
