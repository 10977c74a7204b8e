/** Takes a secret out of a text, in whatever encoding it comes back. */
export type Redact = (text: string) => string;

/** What stands in a text where the secret stood. */
const mark = '[redacted]';

/** Secrets shorter than this, and encoded forms of them, would match ordinary words. In characters. */
export const shortestSecret = 8;

/** No spelling of a secret is longer, in characters: a text cut off may end with so many of a secret. */
export const longestSpelling = 8000;

/**
 * A provider may send the key back: as it is, percent-encoded, as JSON or HTML escapes, in hexadecimal, or in base64
 * with anything before it, those two also broken into lines. Each character may be written in its own way. A secret
 * shorter than `shortestSecret` is not looked for.
 */
export function createRedact(secret: string | undefined): Redact {
  if (secret === undefined || secret.length < shortestSecret) return (text) => text;
  const bytes = Buffer.from(secret);
  // Whoever prints a secret may leave out the white space around it, and write that within it in a way of his own.
  const words = secret.trim().replaceAll(/\s+/gu, ' ');
  const encoded = [bytes.toString('hex'), ...base64Forms(bytes)];
  const pattern = [
    Array.from(words, spellings).join(''),
    ...encoded.map((digits) => Array.from(digits, digitSpellings).join(lineBreak)),
  ].join('|');
  const expression = new RegExp(pattern, 'gi');
  return (text) => text.replaceAll(expression, mark);
}

/** JSON within JSON has several; a bound keeps a text of nothing but backslashes from taking for ever. */
const backslashes = '\\\\{1,8}';

/** The characters that HTML has names for, and that keys or base64 may hold. */
const entities: { readonly [character: string]: string } = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '+': 'plus',
  '/': 'sol',
  '=': 'equals',
};

function spellings(character: string): string {
  if (/\s/u.test(character)) return white;
  // A letter behind a backslash is another character; to take the backslash along could break the JSON around it.
  const plain = /[0-9a-z]/i.test(character) ? character : `\\\\{0,8}${literal(character)}`;
  return `(?:${[plain, ...escapes(character)].join('|')})`;
}

/** Percent signs and ampersands may be escaped themselves. */
function escapes(character: string): string[] {
  const decimal = character.codePointAt(0) ?? 0;
  const hex = decimal.toString(16).padStart(2, '0');
  const entity = entities[character];
  const ampersand = '&(?:amp;){0,3}';
  return [
    `%(?:25){0,3}${hex}`,
    `${backslashes}u00${hex}`,
    `${backslashes}x${hex}`,
    `${ampersand}#x0{0,6}${hex};`,
    `${ampersand}#0{0,6}${decimal};`,
    ...(entity === undefined ? [] : [`${ampersand}${entity};`]),
  ];
}

/** A line break between two digits: as it is, as one space where the text was put on one line, or escaped. */
const lineBreak = `(?:\\s{1,8}|(?:${backslashes}r)?${backslashes}n|(?:%0d)?%0a)?`;

/** White space within a secret, such as the line breaks of a key file: as it is, folded, indented, or escaped. */
const white = `(?:\\s|\\+|${backslashes}[nrt]|%(?:25){0,3}(?:0d|0a|09|20)|&(?:amp;){0,3}#(?:10|13|9|32|x0?[ad9]|x20);){1,16}`;

/** A digit of base64 or hexadecimal; base64url has two of its own. */
function digitSpellings(digit: string): string {
  if (/[0-9a-z]/i.test(digit)) return digit;
  const url = digit === '+' ? '-' : '_';
  return `(?:${[`\\\\{0,8}${literal(digit)}`, url, ...escapes(digit)].join('|')})`;
}

/** Base64 depends on where in its groups of three bytes the secret begins; its outermost digits, on its neighbours. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const whole = Math.floor((padded.length * 8) / 6);
    return padded.toString('base64').slice(first, whole);
  });
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
