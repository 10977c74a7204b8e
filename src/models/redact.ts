/** Takes a secret out of a text, in whatever encoding it comes back. */
export type Redact = (text: string) => string;

/** What stands in a text where the secret stood. */
const mark = '[redacted]';

/** Encoded forms shorter than this would match ordinary words. */
const shortest = 8;

/**
 * A provider may send the key back in an error: as it is, percent-encoded, as JSON or HTML escapes, in hexadecimal, or
 * in base64 with anything before it. Each character may be written in its own way.
 */
export function createRedact(secret: string | undefined): Redact {
  if (secret === undefined || secret === '') return (text) => text;
  const bytes = Buffer.from(secret);
  const encoded = [bytes.toString('hex'), ...base64Forms(bytes)].filter((form) => form.length >= shortest);
  const pattern = [Array.from(secret, spellings).join(''), ...encoded.map(literal)].join('|');
  const expression = new RegExp(pattern, 'gi');
  return (text) => text.replaceAll(expression, mark);
}

function spellings(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
  const decimal = character.codePointAt(0) ?? 0;
  return `(?:\\\\?${literal(character)}|%${hex}|\\\\u00${hex}|\\\\x${hex}|&#x0*${hex};|&#0*${decimal};)`;
}

/** Base64 depends on where in its groups of three bytes the secret begins; its outermost digits, on its neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const whole = Math.floor((padded.length * 8) / 6);
    const standard = padded.toString('base64').slice(first, whole);
    return [standard, standard.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
