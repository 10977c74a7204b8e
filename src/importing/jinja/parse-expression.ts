import { failure, success, type Result } from '../../result.ts';
import type { BinaryOperator, Expression, JinjaMistake } from './syntax.ts';
import { tokensOf, unquoted, type Token } from './tokens.ts';

/** Thrown within this room alone, and caught where an expression is asked for. */
class Mistake extends Error {
  readonly mistake: JinjaMistake;

  constructor(mistake: JinjaMistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/** Deeper than anyone writes, and far from where the recursion would overflow the stack. */
const deepest = 100;

export interface ExpressionReader {
  readonly read: () => Expression;
  /** A word that comes next, taken if it does. */
  readonly take: (text: string) => boolean;
  readonly name: () => string;
}

/** Reads what stands in a tag, by one or several expressions and the words around them. */
export function readContent<Value>(
  content: string,
  from: number,
  read: (reader: ExpressionReader) => Value,
): Result<Value, JinjaMistake> {
  const tokens = tokensOf(content, from);
  if (!tokens.ok) return tokens;
  const parser = createParser(tokens.value, { start: from, end: from + content.length });
  try {
    const value = read(parser);
    parser.end();
    return success(value);
  } catch (error) {
    if (error instanceof Mistake) return failure(error.mistake);
    throw error;
  }
}

function createParser(tokens: readonly Token[], tag: { readonly start: number; readonly end: number }) {
  let at = 0;
  let depth = 0;

  const peek = (text: string, ahead = 0): boolean => {
    const found = tokens[at + ahead];
    return found !== undefined && found.kind !== 'text' && found.text === text;
  };
  const take = (text: string): boolean => {
    if (!peek(text)) return false;
    at += 1;
    return true;
  };
  const unexpected = (): Mistake => {
    const found = tokens[at];
    if (found === undefined)
      return new Mistake({ message: 'the tag ends where an expression goes on', ...tag });
    return new Mistake({ message: `unexpected \`${found.text}\``, start: found.start, end: found.end });
  };
  const expect = (text: string): void => {
    if (!take(text)) throw unexpected();
  };
  const name = (): string => {
    const found = tokens[at];
    if (found?.kind !== 'name') throw unexpected();
    at += 1;
    return found.text;
  };
  const since = (start: number) => ({ start, end: tokens[at - 1]?.end ?? start });
  const here = (): number => tokens[at]?.start ?? tag.end;

  function read(): Expression {
    depth += 1;
    if (depth > deepest)
      throw new Mistake({ message: 'the expression is nested too deeply', start: here(), end: here() + 1 });
    const value = readOr();
    depth -= 1;
    if (!take('if')) return value;
    const condition = readOr();
    const otherwise = take('else') ? read() : undefined;
    return {
      kind: 'choice',
      condition,
      value,
      ...(otherwise !== undefined && { otherwise }),
      ...since(value.start),
    };
  }

  function readOr(): Expression {
    return chain(() => chain(readNot, { and: 'and', '&&': 'and' }), { or: 'or', '||': 'or' });
  }

  function chain(next: () => Expression, words: Readonly<Record<string, BinaryOperator>>): Expression {
    let left = next();
    for (;;) {
      const word = Object.keys(words).find(take);
      const operator = word === undefined ? undefined : words[word];
      if (operator === undefined) return left;
      const right = next();
      left = { kind: 'binary', operator, left, right, ...since(left.start) };
    }
  }

  function readNot(): Expression {
    const start = here();
    if (take('not') || take('!')) return { kind: 'not', of: readNot(), ...since(start) };
    return readComparison();
  }

  const comparisons: Readonly<Record<string, BinaryOperator>> = {
    '==': '==',
    '===': '==',
    '!=': '!=',
    '!==': '!=',
    '<=': '<=',
    '>=': '>=',
    '<': '<',
    '>': '>',
    in: 'in',
  };

  function readComparison(): Expression {
    let left = readSum();
    for (let links = 0; ; links += 1) {
      // `1 < a < 3` asks for both, which no comparison of two does.
      if (links > 1) left = { kind: 'foreign', what: 'a chain of comparisons', ...since(left.start) };
      if (peek('not') && peek('in', 1)) {
        at += 2;
        left = { kind: 'binary', operator: 'not in', left, right: readSum(), ...since(left.start) };
        continue;
      }
      const word = Object.keys(comparisons).find(take);
      const operator = word === undefined ? undefined : comparisons[word];
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: readSum(), ...since(left.start) };
    }
  }

  function readSum(): Expression {
    let left = readUnary();
    for (;;) {
      if (take('~')) left = { kind: 'binary', operator: '~', left, right: readUnary(), ...since(left.start) };
      else if (take('+'))
        left = { kind: 'binary', operator: '+', left, right: readUnary(), ...since(left.start) };
      else {
        const sign = ['-', '*', '//', '/', '%', '**'].find(take);
        if (sign === undefined) return left;
        readUnary();
        left = { kind: 'foreign', what: `the calculation with \`${sign}\``, ...since(left.start) };
      }
    }
  }

  function readUnary(): Expression {
    const start = here();
    if (take('-')) {
      const of = readUnary();
      return of.kind === 'literal' && typeof of.value === 'number'
        ? { kind: 'literal', value: -of.value, ...since(start) }
        : { kind: 'foreign', what: 'the calculation with `-`', ...since(start) };
    }
    if (take('+')) return readUnary();
    return readPostfix(readPrimary());
  }

  function readPostfix(first: Expression): Expression {
    let value = first;
    for (;;) {
      const { start } = value;
      if (take('.')) {
        const digits = tokens[at];
        if (digits?.kind === 'number') {
          at += 1;
          const index = { kind: 'literal', value: Number(digits.text), ...since(digits.start) } as const;
          value = { kind: 'index', of: value, index, ...since(start) };
        } else value = { kind: 'member', of: value, name: name(), ...since(start) };
      } else if (take('[')) value = readSubscript(value);
      else if (take('('))
        value = { kind: 'call', callee: value, arguments: readArguments().plain, ...since(start) };
      else if (take('|')) value = readFilter(value);
      else if (take('is')) value = readTest(value);
      else return value;
    }
  }

  function readSubscript(of: Expression): Expression {
    const index = peek(':') ? undefined : read();
    if (peek(':')) {
      while (!peek(']') && at < tokens.length) at += 1;
      expect(']');
      return { kind: 'foreign', what: 'the slice', of, ...since(of.start) };
    }
    expect(']');
    if (index === undefined) throw unexpected();
    return { kind: 'index', of, index, ...since(of.start) };
  }

  function readFilter(of: Expression): Expression {
    let filter = name();
    while (take('.')) filter += `.${name()}`;
    const given = take('(') ? readArguments() : { plain: [], named: new Map<string, Expression>() };
    return {
      kind: 'filter',
      of,
      name: filter,
      arguments: given.plain,
      named: given.named,
      ...since(of.start),
    };
  }

  const argumentTests: ReadonlySet<string> = new Set(['divisibleby', 'sameas', 'equalto', 'eq']);

  function readTest(of: Expression): Expression {
    const negated = take('not');
    const test = name();
    if (take('(')) readArguments();
    else if (argumentTests.has(test) && at < tokens.length) readPrimary();
    return { kind: 'test', of, name: test, negated, ...since(of.start) };
  }

  function readArguments(): { plain: Expression[]; named: Map<string, Expression> } {
    const plain: Expression[] = [];
    const named = new Map<string, Expression>();
    while (!take(')')) {
      if (tokens[at]?.kind === 'name' && peek('=', 1)) {
        const key = name();
        at += 1;
        named.set(key, read());
      } else plain.push(read());
      if (!peek(')')) expect(',');
    }
    return { plain, named };
  }

  const words: Readonly<Record<string, boolean | null>> = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    null: null,
  };

  function readPrimary(): Expression {
    const found = tokens[at];
    if (found === undefined) throw unexpected();
    const { start } = found;
    if (take('(')) {
      const first = read();
      if (peek(',')) return readItems([first], ')', start);
      expect(')');
      return first;
    }
    if (take('[')) return readItems([], ']', start);
    if (take('{')) {
      for (let open = 1; open > 0 && at < tokens.length; at += 1) {
        if (peek('{')) open += 1;
        if (peek('}')) open -= 1;
      }
      return { kind: 'foreign', what: 'the dict', ...since(start) };
    }
    if (found.kind === 'operator') throw unexpected();
    at += 1;
    if (found.kind === 'number')
      return { kind: 'literal', value: Number(found.text.replaceAll('_', '')), ...since(start) };
    if (found.kind === 'text') return { kind: 'literal', value: unquoted(found.text), ...since(start) };
    const value = Object.hasOwn(words, found.text) ? words[found.text] : undefined;
    if (value !== undefined) return { kind: 'literal', value, ...since(start) };
    return { kind: 'name', name: found.text, ...since(start) };
  }

  function readItems(items: Expression[], close: string, start: number): Expression {
    while (!take(close)) {
      if (items.length > 0) {
        expect(',');
        if (take(close)) break;
      }
      items.push(read());
    }
    return { kind: 'list', items, ...since(start) };
  }

  return {
    read,
    take,
    name,
    end(): void {
      if (at < tokens.length) throw unexpected();
    },
  };
}
