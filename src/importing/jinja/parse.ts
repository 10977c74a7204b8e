import { failure, success, type Result } from '../../result.ts';
import { cutTemplate, type Piece } from './lexer.ts';
import { readContent, type ExpressionReader } from './parse-expression.ts';
import type { JinjaBranch, JinjaElse, JinjaMistake, JinjaNode, JinjaTemplate } from './syntax.ts';

/** Deeper than any prompt, and far from where the recursion would overflow the stack. */
const deepest = 100;

/** Reads a template of Jinja2 or Nunjucks; fails with its first mistake of syntax. */
export function parseJinja(text: string): Result<JinjaTemplate, JinjaMistake> {
  const pieces = cutTemplate(text);
  if (!pieces.ok) return pieces;
  const nodes = readNodes(pieces.value);
  return nodes.ok ? success({ text, nodes: nodes.value }) : nodes;
}

type Statement = Exclude<Piece, { kind: 'text' }>;

/** Statements with a body that have no counterpart: all of it up to their closing tag is left out. */
const foreignBlocks: ReadonlySet<string> = new Set([
  'macro',
  'call',
  'filter',
  'block',
  'with',
  'autoescape',
  'asyncEach',
  'asyncAll',
  'switch',
  'trans',
]);

function readNodes(pieces: readonly Piece[]): Result<readonly JinjaNode[], JinjaMistake> {
  let at = 0;
  let depth = 0;
  const found: { mistake?: JinjaMistake } = {};

  /** The nodes up to a closing tag of one of these words, which is not taken. */
  function body(ends: readonly string[]): JinjaNode[] {
    const nodes: JinjaNode[] = [];
    for (let piece = pieces[at]; piece !== undefined && found.mistake === undefined; piece = pieces[at]) {
      if (piece.kind === 'statement' && ends.includes(wordOf(piece))) break;
      at += 1;
      const node = nodeOf(piece);
      if (node !== undefined) nodes.push(node);
    }
    return nodes;
  }

  function nodeOf(piece: Piece): JinjaNode | undefined {
    if (piece.kind === 'text') return piece;
    const { start, end, trim } = piece;
    if (piece.kind === 'comment') return { kind: 'comment', text: piece.content, trim, start, end };
    if (piece.kind === 'statement') return statementOf(piece);
    const expression = read(piece, piece.content, piece.contentStart, (reader) => reader.read());
    return expression && { kind: 'output', expression, trim, start, end };
  }

  function statementOf(tag: Statement): JinjaNode | undefined {
    const word = wordOf(tag);
    depth += 1;
    if (depth > deepest) return fail(tag, 'the blocks are nested too deeply');
    const node = blockOf(tag, word);
    depth -= 1;
    return node;
  }

  function blockOf(tag: Statement, word: string): JinjaNode | undefined {
    switch (word) {
      case 'if':
        return ifOf(tag);
      case 'for':
        return forOf(tag);
      case 'set':
        return setOf(tag);
      case 'include':
        return includeOf(tag);
      default:
        return foreignBlocks.has(word) ? foreignBlock(tag, word) : lone(tag, word);
    }
  }

  function lone(tag: Statement, word: string): JinjaNode | undefined {
    if (/^(?:end\w*|else|elif|elseif)$/.test(word))
      return fail(tag, `{% ${word} %} closes nothing`, 'remove it, or write the tag that it belongs to');
    if (!/^(?:import|from|extends|do|break|continue|debug|case|default|pluralize)$/.test(word))
      return fail(tag, word === '' ? 'the tag is empty' : `there is no tag {% ${word} %} in Jinja`);
    return { kind: 'foreign', word, start: tag.start, end: tag.end };
  }

  function ifOf(tag: Statement): JinjaNode | undefined {
    const branches: JinjaBranch[] = [];
    let otherwise: JinjaElse | undefined;
    let open = tag;
    for (;;) {
      const branch = branchOf(open);
      if (branch === undefined) return undefined;
      branches.push(branch);
      const next = take(tag, 'if');
      if (next === undefined) return undefined;
      open = next;
      if (!/^(?:elif|elseif)$/.test(wordOf(next))) break;
    }
    if (wordOf(open) === 'else') {
      otherwise = { trim: open.trim, body: body(['endif']) };
      const close = take(tag, 'if');
      if (close === undefined) return undefined;
      open = close;
    }
    const { start } = tag;
    return {
      kind: 'if',
      branches,
      ...(otherwise && { otherwise }),
      close: open.trim,
      start,
      end: open.end,
    };
  }

  function branchOf(tag: Statement): JinjaBranch | undefined {
    const condition = readAfterWord(tag, (reader) => reader.read());
    if (condition === undefined) return undefined;
    const nodes = body(['elif', 'elseif', 'else', 'endif']);
    return { condition, body: nodes, trim: tag.trim, start: tag.start, end: tag.end };
  }

  function forOf(tag: Statement): JinjaNode | undefined {
    const head = readAfterWord(tag, (reader) => {
      const names = [reader.name()];
      while (reader.take(',')) names.push(reader.name());
      if (!reader.take('in')) return undefined;
      const list = reader.read();
      // `for x in xs if c` reads as a choice without an else.
      return list.kind === 'choice' && list.otherwise === undefined
        ? { names, list: list.value, filter: list.condition }
        : { names, list };
    });
    if (head === undefined)
      return found.mistake === undefined
        ? fail(tag, '{% for %} has no `in`', 'write {% for x in xs %}')
        : undefined;
    const nodes = body(['else', 'endfor']);
    let close = take(tag, 'for');
    let otherwise: JinjaElse | undefined;
    if (close !== undefined && wordOf(close) === 'else') {
      otherwise = { trim: close.trim, body: body(['endfor']) };
      close = take(tag, 'for');
    }
    if (close === undefined) return undefined;
    return {
      kind: 'for',
      ...head,
      body: nodes,
      ...(otherwise && { otherwise }),
      trim: tag.trim,
      close: close.trim,
      start: tag.start,
      end: close.end,
    };
  }

  function setOf(tag: Statement): JinjaNode | undefined {
    const { trim, start, end } = tag;
    // The long form has its value as a body.
    if (/^\s*set\s+[\p{L}_][\p{L}\p{N}_]*\s*(?:\||$)/u.test(tag.content)) return foreignBlock(tag, 'set');
    // A field of a namespace, or several names at once.
    if (!/^\s*set\s+[\p{L}_][\p{L}\p{N}_]*\s*=/u.test(tag.content))
      return { kind: 'foreign', word: 'set', start, end };
    const read = readAfterWord(tag, (reader) => {
      const name = reader.name();
      return reader.take('=') ? { name, value: reader.read() } : undefined;
    });
    if (read === undefined)
      return found.mistake === undefined ? { kind: 'foreign', word: 'set', start, end } : undefined;
    return { kind: 'set', ...read, trim, start, end };
  }

  function includeOf(tag: Statement): JinjaNode | undefined {
    const { start, end } = tag;
    const path = readAfterWord(tag, (reader) => {
      const found = reader.read();
      if (reader.take('ignore')) reader.name();
      if (reader.take('with') || reader.take('without')) reader.name();
      return found;
    });
    return path && { kind: 'include', path, start, end };
  }

  function foreignBlock(tag: Statement, word: string): JinjaNode | undefined {
    body([`end${word}`]);
    const close = take(tag, word);
    return close && { kind: 'foreign', word, start: tag.start, end: close.end };
  }

  function take(tag: Statement, word: string): Statement | undefined {
    const piece = pieces[at];
    at += 1;
    if (piece !== undefined && piece.kind !== 'text') return piece;
    return fail(tag, `{% ${word} %} is never closed`, `write {% end${word} %} where it ends`);
  }

  function readAfterWord<Value>(
    tag: Statement,
    reading: (reader: ExpressionReader) => Value,
  ): Value | undefined {
    const word = /^\s*\w+/.exec(tag.content)?.[0] ?? '';
    return read(tag, tag.content.slice(word.length), tag.contentStart + word.length, reading);
  }

  function read<Value>(
    tag: Statement,
    content: string,
    from: number,
    reading: (reader: ExpressionReader) => Value,
  ): Value | undefined {
    if (content.trim() === '')
      return fail(tag, 'the tag is empty', 'remove it, or write an expression in it');
    const value = readContent(content, from, reading);
    if (value.ok) return value.value;
    found.mistake ??= value.error;
    return undefined;
  }

  function fail(tag: Statement, message: string, hint?: string): undefined {
    found.mistake ??= { message, ...(hint !== undefined && { hint }), start: tag.start, end: tag.end };
    return undefined;
  }

  const nodes = body([]);
  return found.mistake === undefined ? success(nodes) : failure(found.mistake);
}

function wordOf(tag: Statement): string {
  return /^\s*(\w*)/.exec(tag.content)?.[1] ?? '';
}
