/** Takes a secret out of a text, in whatever encoding it comes back. */
export type Redact = (text: string) => string;

/** What stands in a text where the secret stood. */
const mark = '[redacted]';

/** Secrets shorter than this, and encoded forms of them, would match ordinary words. In characters. */
export const shortestSecret = 8;

/** No spelling of a key is longer, in characters: a text cut off may end with so many of a key. */
export const longestSpelling = 8000;

/** An expression for many more characters takes seconds to compile; one for some 1500 is refused. */
const longestPiece = 64;

/** What is left of a long secret between its pieces, such as a line break, or a digit of base64 that two of them share. */
const seams = /\[redacted\](?:.{0,4}?\[redacted\])+/gs;

/**
 * Whoever was given a secret may send it back: as it is, percent-encoded, as JSON or HTML escapes, in hexadecimal, or in
 * base64 with anything before it, those two also broken into lines. Each character may be written in its own way. A
 * secret shorter than `shortestSecret`, white space aside, is not looked for.
 */
export function createRedact(secret = ''): Redact {
  const [beginning, ...others] = piecesOf(secret);
  if (beginning === undefined) return (text) => text;
  const first = expressionOf(beginning);
  if (others.length === 0) return (text) => text.replaceAll(first, mark);
  let following: readonly RegExp[] | undefined;
  return (text) => {
    const begun = text.replaceAll(first, mark);
    // Where a long secret does not begin it is not, and that is nearly everywhere.
    if (begun === text) return text;
    following ??= others.map(expressionOf);
    return following.reduce((rest, piece) => rest.replaceAll(piece, mark), begun).replaceAll(seams, mark);
  };
}

/** A secret of any length in pieces of about the same, none of them an ordinary word. */
function piecesOf(secret: string): readonly string[] {
  const characters = Array.from(secret.trim());
  const count = Math.ceil(characters.length / longestPiece);
  const edge = (piece: number): number => Math.round((piece * characters.length) / count);
  const pieces = Array.from({ length: count }, (_, piece) => characters.slice(edge(piece), edge(piece + 1)));
  return pieces.map((piece) => piece.join('')).filter(isFindable);
}

function isFindable(secret: string): boolean {
  return wordsOf(secret).length >= shortestSecret;
}

/** Whoever prints a secret may leave out the white space around it, and write that within it in a way of his own. */
function wordsOf(secret: string): string {
  return secret.trim().replaceAll(/\s+/gu, ' ');
}

/** Every spelling of a piece. */
function expressionOf(piece: string): RegExp {
  const bytes = Buffer.from(piece);
  const inLines = (digits: string) => Array.from(digits, digitSpellings).join(lineBreak);
  const pattern = [
    Array.from(wordsOf(piece), spellings).join(''),
    inLines(bytes.toString('hex')),
    ...base64Forms(bytes).map(({ digits, isCut }) => inLines(digits) + (isCut ? cutEnd : '')),
  ].join('|');
  return new RegExp(pattern, 'gi');
}

/**
 * The spellings of a whole secret that a model or a server is most likely to write: as it is, percent-encoded, and its
 * digits in hexadecimal and base64 that do not depend on what stands beside it. In lower case.
 */
export function usualSpellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const digits = base64Forms(bytes).flatMap((form) => alphabets(form.digits));
  const encoded = /^[\x20-\x7E]*$/.test(secret) ? [encodeURIComponent(secret)] : [];
  const all = [secret, ...encoded, bytes.toString('hex'), ...digits];
  return [...new Set(all.map((form) => form.toLowerCase()))];
}

/**
 * The digits of a whole secret in base64 whose last bits, and what fills up the group, stand in what follows: in what a text
 * that comes in pieces may yet bring. In lower case.
 */
export function cutSpellings(secret: string): readonly string[] {
  const cut = base64Forms(Buffer.from(secret)).filter(({ isCut }) => isCut);
  return cut.flatMap(({ digits }) => alphabets(digits)).map((form) => form.toLowerCase());
}

/** Takes several secrets out of a text. */
export function createRedactAll(secrets: readonly string[]): Redact {
  const each = findableSecrets(secrets).map(createRedact);
  return (text) => each.reduce((rest, redact) => redact(rest), text);
}

/** The secrets that are looked for. One may be a part of another: the longer comes first, or its rest would stay. */
export function findableSecrets(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets)].filter(isFindable).sort((one, other) => other.length - one.length);
}

/** Whether a part of one of the secrets is taken out of a text that has no more of it: of a long one, or another within it. */
export function areFoundInParts(secrets: readonly string[]): boolean {
  const found = findableSecrets(secrets).map((secret) => secret.trim().toLowerCase());
  return found.some(
    (secret) =>
      piecesOf(secret).length > 1 || found.some((other) => other !== secret && secret.includes(other)),
  );
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

/** What base64 ends with where its last digit has only some bits of the secret: that digit, and what fills up its group. */
const cutEnd = `(?:${lineBreak}(?:[0-9a-z]|${digitSpellings('+')}|${digitSpellings('/')})(?:${lineBreak}${spellings('=')}){0,2})?`;

interface Base64Form {
  /** Those that the secret alone decides. */
  readonly digits: string;
  /** The next one has the last bits of the secret. */
  readonly isCut: boolean;
}

/** Base64 depends on where in its groups of three bytes the secret begins; its outermost digits, on its neighbours. */
function base64Forms(bytes: Buffer): Base64Form[] {
  return [0, 1, 2].map((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const whole = Math.floor((padded.length * 8) / 6);
    return { digits: padded.toString('base64').slice(first, whole), isCut: padded.length % 3 !== 0 };
  });
}

/** As they are, and as they are written in a URL. */
function alphabets(digits: string): readonly string[] {
  return [digits, digits.replaceAll('+', '-').replaceAll('/', '_')];
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
