/** Takes a secret out of a text, in whatever encoding it comes back. */
export type Redact = (text: string) => string;

/** What stands in a text where the secret stood. */
const mark = '[redacted]';

/** Secrets shorter than this, and encoded forms of them, would match ordinary words. In characters. */
export const shortestSecret = 8;

/**
 * A provider may send the key back: as it is, percent-encoded, as JSON or HTML escapes, in hexadecimal, or in base64
 * with anything before it. Each character may be written in its own way. A secret shorter than `shortestSecret` is not
 * looked for.
 */
export function createRedact(secret: string | undefined): Redact {
  if (secret === undefined || secret.length < shortestSecret) return (text) => text;
  const bytes = Buffer.from(secret);
  const encoded = [bytes.toString('hex'), ...base64Forms(bytes)];
  const pattern = [Array.from(secret, spellings).join(''), ...encoded.map(literal)].join('|');
  const expression = new RegExp(pattern, 'gi');
  return (text) => text.replaceAll(expression, mark);
}

/** JSON within JSON has several; a bound keeps a text of nothing but backslashes from taking for ever. */
const backslash = '\\\\';

function spellings(character: string): string {
  const decimal = character.codePointAt(0) ?? 0;
  const hex = decimal.toString(16).padStart(2, '0');
  // A letter behind a backslash is another character; to take the backslash along could break the JSON around it.
  const plain = /[0-9a-z]/i.test(character) ? character : `${backslash}{0,4}${literal(character)}`;
  return `(?:${plain}|%${hex}|${backslash}{1,4}u00${hex}|${backslash}{1,4}x${hex}|&#x0*${hex};|&#0*${decimal};)`;
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
