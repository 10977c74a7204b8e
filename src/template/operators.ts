import { findHelper } from './helpers.ts';

/** `a == b` and the like: what people write from other languages, and the helper that says it. */
const comparisons: ReadonlyMap<string, (one: string, other: string) => string> = new Map([
  ...['=', '==', '==='].map((sign) => [sign, (one: string, other: string) => `eq ${one} ${other}`] as const),
  ...['!=', '!=='].map((sign) => [sign, (one: string, other: string) => `ne ${one} ${other}`] as const),
  ['>', (one, other) => `gt ${one} ${other}`],
  ['<', (one, other) => `lt ${one} ${other}`],
  ['>=', (one, other) => `not (lt ${one} ${other})`],
  ['<=', (one, other) => `not (gt ${one} ${other})`],
]);

const token =
  /\s*(?:([=!]==?|[<>]=?|=|&&|\|\||!|[()])|(-?\d+(?:\.\d+)?(?![\w.])|'[^"'{}]*'|"[^"'{}]*")|((?:\.\.?\/)*@?[\p{L}_$][\p{L}\p{N}_$-]*(?:\.[\p{L}\p{N}_$-]+|\.?\[[^\][{}'"]*\])*))/uy;

/** Longer texts are prose, and are not looked at. */
const longest = 500;

/** Deeper ones were hardly written by hand. */
const deepest = 20;

interface Reader {
  readonly tokens: readonly string[];
  next: number;
  depth: number;
}

/** The call of a helper, without parentheses around it, or an operand alone. */
interface Part {
  readonly text: string;
  readonly isCall: boolean;
}

/**
 * The expression that says with helpers what a text says with operators: `eq a 'b'` for `a == 'b'`. Undefined where the
 * text has no operators, or is something else altogether.
 */
export function withHelpers(text: string): string | undefined {
  const tokens = text.length > longest ? undefined : tokensOf(text.trim());
  if (tokens?.some((one) => comparisons.has(one) || ['&&', '||', '!'].includes(one)) !== true)
    return undefined;
  const reader: Reader = { tokens, next: 0, depth: 0 };
  const part = readEither(reader);
  return part?.isCall === true && reader.next === tokens.length ? part.text : undefined;
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const [, operator, literal, path] = token.exec(text) ?? [];
    const found = operator ?? literal?.replaceAll('"', "'") ?? path?.replaceAll(/(?<!\.)\[/gu, '.[');
    if (found === undefined) return undefined;
    tokens.push(words.get(found) ?? found);
  }
  return tokens;
}

const words: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
]);

function readEither(reader: Reader): Part | undefined {
  return readJoined(reader, '||', 'or', readBoth);
}

function readBoth(reader: Reader): Part | undefined {
  return readJoined(reader, '&&', 'and', readComparison);
}

function readJoined(
  reader: Reader,
  operator: string,
  helper: string,
  read: (reader: Reader) => Part | undefined,
): Part | undefined {
  const parts = [read(reader)];
  while (take(reader, operator)) parts.push(read(reader));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length) return undefined;
  return known.length === 1 ? known[0] : { text: [helper, ...known.map(asOperand)].join(' '), isCall: true };
}

function readComparison(reader: Reader): Part | undefined {
  const one = readOperand(reader);
  const compare = comparisons.get(reader.tokens[reader.next] ?? '');
  if (one === undefined || compare === undefined) return one;
  reader.next += 1;
  const other = readOperand(reader);
  return other && { text: compare(asOperand(one), asOperand(other)), isCall: true };
}

function readOperand(reader: Reader): Part | undefined {
  reader.depth += 1;
  if (reader.depth > deepest) return undefined;
  const part = readPlain(reader);
  reader.depth -= 1;
  return part;
}

function readPlain(reader: Reader): Part | undefined {
  if (take(reader, '!')) {
    const part = readOperand(reader);
    return part && { text: `not ${asOperand(part)}`, isCall: true };
  }
  if (take(reader, '(')) {
    const part = readCall(reader) ?? readEither(reader);
    return take(reader, ')') ? part : undefined;
  }
  const text = reader.tokens[reader.next];
  if (text === undefined || /^[=!<>&|)]/u.test(text)) return undefined;
  reader.next += 1;
  return { text, isCall: false };
}

/** `length input.text` of `(length input.text) > 3`: what is a call of a helper already. */
function readCall(reader: Reader): Part | undefined {
  const name = reader.tokens[reader.next] ?? '';
  if (findHelper(name) === undefined) return undefined;
  reader.next += 1;
  const operands: string[] = [];
  while (reader.next < reader.tokens.length && reader.tokens[reader.next] !== ')') {
    const operand = readOperand(reader);
    if (operand === undefined) return undefined;
    operands.push(asOperand(operand));
  }
  return { text: [name, ...operands].join(' '), isCall: true };
}

function take(reader: Reader, expected: string): boolean {
  if (reader.tokens[reader.next] !== expected) return false;
  reader.next += 1;
  return true;
}

function asOperand({ text, isCall }: Part): string {
  return isCall ? `(${text})` : text;
}
