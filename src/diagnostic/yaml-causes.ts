import type { YAMLError } from 'yaml';
import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';
import type { YamlStream } from './yaml-stream.ts';

/** What is told of an error instead of the parser's message; its place where the parser's is not the cause. */
export type Explanation = Partial<Finding> & Pick<Finding, 'message'>;

/** An error, and what stands where it was found. */
export interface ErrorContext {
  readonly stream: YamlStream;
  readonly error: YAMLError;
  /** Where the error stands: the parser often tells the white space before it. */
  readonly at: number;
  /** The rest of the line from there, without trailing white space. */
  readonly rest: string;
  /** What the pattern captured of the parser's message. */
  readonly captured: string;
}

export function tab({ stream, error }: ErrorContext): Explanation | undefined {
  const [start, end] = error.pos;
  const isIndentation = /(?:^|\n)[ \t]*$/u.test(stream.text.slice(0, end));
  const isRepeated = stream.errors.some((other) => other !== error && other.pos[0] === end);
  if (!isIndentation && isRepeated) return undefined;
  return {
    code: 'tab-indentation',
    message: isIndentation
      ? 'a tab stands in the indentation of this line'
      : 'a tab stands where YAML wants a space',
    hint: 'use spaces: YAML allows no tabs there',
    start,
    end,
  };
}

export function unclosedQuote({ captured, stream, error }: ErrorContext): Explanation {
  const opening = stream.tokens.find(
    ({ token }) => 'source' in token && token.offset + token.source.length === error.pos[0],
  )?.token.offset;
  const start = opening ?? error.pos[0];
  return {
    message: 'the quote that opens here is never closed',
    hint: `close it with ${captured} where its text ends`,
    start,
    end: start + 1,
  };
}

export function unclosedBracket({ captured, stream, error }: ErrorContext): Explanation {
  const open = stream.tokens.findLast(
    ({ token }) =>
      token.type === 'flow-collection' &&
      token.offset < error.pos[0] &&
      !token.end.some(
        ({ type }) => type === (token.start.type === 'flow-map-start' ? 'flow-map-end' : 'flow-seq-end'),
      ),
  );
  const start = open?.token.offset ?? error.pos[0];
  const bracket = stream.text.charAt(start);
  return {
    message: `the \`${bracket}\` that opens here is not closed`,
    hint: `close it with ${captured}, and indent its lines deeper than its key; quote it if it is part of a text`,
    start,
    end: start + 1,
  };
}

/** Either two colons on a line, or a line that is deeper than the pair before it, whose value is complete. */
export function nestedMap({ stream, error, rest }: ErrorContext): Explanation {
  const [at] = error.pos;
  const next = firstVisible(stream.text, at + rest.length);
  if (hasError(stream, at, 'MULTILINE_IMPLICIT_KEY')) {
    return {
      message: 'this line is indented deeper than the line before it, which has a value already',
      hint: 'begin it at the same column as the line before',
      start: next,
      end: endOfLine(stream.text, next),
    };
  }
  const goesOn = indentationAt(stream.text, next) > indentationAt(stream.text, at);
  return {
    message: 'a second `: ` on the line makes a map of what is meant as text',
    hint: goesOn ? 'put the text in quotes, or on lines of its own below `|`' : inQuotes(rest),
  };
}

export function strayLine(context: ErrorContext): Explanation | undefined {
  const { stream, error, rest } = context;
  if (hasError(stream, error.pos[0], 'BLOCK_IN_FLOW')) return undefined;
  if (rest.startsWith('- ') || rest === '-') {
    return { message: 'a list item stands among the keys of a map', hint: 'indent the list below its key' };
  }
  return missingColon(context);
}

export function missingColon({ rest }: ErrorContext): Explanation {
  const [, name, value] = /^([^\s:"']+):([^\s"'].*)$/u.exec(rest) ?? [];
  if (name !== undefined) {
    return { message: 'a space is missing after the colon', hint: `write \`${name}: ${value ?? ''}\`` };
  }
  const space = /:([^\P{Zs} ])/u.exec(rest)?.[1];
  if (space !== undefined) {
    const code = space.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return {
      message: `the space after the colon is not an ordinary one, but U+${code}`,
      hint: 'type it anew',
    };
  }
  return {
    message: 'this line has no colon: it is no `key: value`',
    hint: 'write a colon and a space after the key, or indent the line deeper if it continues the text before it',
  };
}

export function strayText({ stream, at, rest }: ErrorContext): Explanation {
  const line = stream.text.slice(stream.text.lastIndexOf('\n', at - 1) + 1, at).trimEnd();
  const before = line.at(-1) ?? '';
  const alias = /(?:^|\s)(\*\S+)$/u.exec(line)?.[1];
  if (alias !== undefined) {
    return {
      message: `a text cannot begin with \`*\` unless it is quoted: YAML takes ${quoted(alias)} for an alias`,
      hint: inQuotes(`${alias} ${rest}`),
    };
  }
  if (before === '"' || before === "'") {
    return {
      message: `${quoted(rest, 40)} stands after the closing quote`,
      hint:
        before === '"'
          ? 'put the whole text in quotes; write a quote within it as \\"'
          : "put the whole text in quotes; write a quote within it as ''",
    };
  }
  if (before === '}' || before === ']') {
    return {
      message: `${quoted(rest, 40)} stands after the closing \`${before}\``,
      hint: 'quote the whole if it is text',
    };
  }
  return { message: `${quoted(rest, 40)} stands where nothing more can`, hint: 'quote the whole text' };
}

function hasError(stream: YamlStream, at: number, wanted: YAMLError['code']): boolean {
  return stream.errors.some(({ code, pos }) => code === wanted && pos[0] === at);
}

export function sourceAt({ tokens }: YamlStream, offset: number): string {
  const found = tokens.find(
    ({ token }) => token.offset === offset && 'source' in token && token.source !== '',
  );
  return found && 'source' in found.token ? found.token.source : '';
}

export function inQuotes(text: string): string {
  return /["\\\n]/u.test(text) ? 'put the whole text in quotes' : `write "${text}"`;
}

/** The spaces at the beginning of the line that the offset is on. */
function indentationAt(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start).search(/[^ ]|$/u);
}

/** The offset of the first character that is not white space, line breaks included; the given one if there is none. */
export function firstVisible(text: string, offset: number): number {
  const visible = /\S/gu;
  visible.lastIndex = offset;
  return visible.exec(text)?.index ?? offset;
}

function endOfLine(text: string, offset: number): number {
  const line = /.*/y;
  line.lastIndex = offset;
  return offset + (line.exec(text)?.[0].trimEnd().length ?? 0);
}
