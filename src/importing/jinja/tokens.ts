import { failure, success, type Result } from '../../result.ts';
import type { JinjaMistake } from './syntax.ts';

/** A word of an expression, at characters of the template. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'operator';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const token =
  /(?<space>\s+)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<number>\d+(?:_\d+)*(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<text>"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')|(?<operator>===|!==|==|!=|<=|>=|\/\/|\*\*|&&|\|\||[-+*/%~<>=|.,:;()[\]{}!?])/uy;

/** The words of an expression that begins at the offset `from` of its template. */
export function tokensOf(content: string, from: number): Result<readonly Token[], JinjaMistake> {
  const tokens: Token[] = [];
  let at = 0;
  while (at < content.length) {
    token.lastIndex = at;
    const groups = token.exec(content)?.groups;
    if (groups === undefined) {
      const character = String.fromCodePoint(content.codePointAt(at) ?? 0);
      const start = from + at;
      return failure({ message: `unexpected \`${character}\``, start, end: start + character.length });
    }
    const end = token.lastIndex;
    for (const kind of ['name', 'number', 'text', 'operator'] as const) {
      const text = groups[kind];
      if (text !== undefined) tokens.push({ kind, text, start: from + at, end: from + end });
    }
    at = end;
  }
  return success(tokens);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** What a text in quotation marks says. */
export function unquoted(text: string): string {
  return text
    .slice(1, -1)
    .replaceAll(/\\([\s\S])/g, (_, character: string) => escapes[character] ?? character);
}
