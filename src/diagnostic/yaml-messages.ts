import type { YAMLError } from 'yaml';
import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';
import type { YamlStream } from './yaml-stream.ts';

/** What a rule makes of an error: undefined where the error only repeats another one. */
type Explanation = Partial<Finding> & Pick<Finding, 'message'>;

type Rule = readonly [pattern: RegExp, explain: (context: Context) => Explanation | undefined];

interface Context {
  readonly stream: YamlStream;
  readonly error: YAMLError;
  /** Where the error stands: the parser often tells the white space before it. */
  readonly at: number;
  /** The rest of the line from there, without trailing white space. */
  readonly rest: string;
  /** What the rule's pattern captured. */
  readonly captured: string;
}

/** A YAML error in the words of someone who does not know YAML's grammar. Undefined if another error tells it. */
export function explain(error: YAMLError, stream: YamlStream): Finding | undefined {
  const at = firstVisible(stream.text, error.pos[0]);
  const rest = /.*/y;
  rest.lastIndex = at;
  const line = rest.exec(stream.text)?.[0].trimEnd() ?? '';
  for (const [pattern, words] of rules) {
    const match = pattern.exec(error.message);
    if (match === null) continue;
    const explanation = words({ stream, error, at, rest: line, captured: match[1] ?? '' });
    return (
      explanation && { code: 'yaml-syntax', start: at, end: at + Math.max(1, line.length), ...explanation }
    );
  }
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1);
  return {
    code: 'yaml-syntax',
    message: `this is not YAML: ${message}`,
    start: at,
    end: at + Math.max(1, line.length),
  };
}

const rules: readonly Rule[] = [
  [
    /^Tabs are not allowed/u,
    ({ error }) => ({
      code: 'tab-indentation',
      message: 'a tab stands in the indentation of this line',
      hint: 'indent with spaces: YAML allows no tabs there',
      start: error.pos[0],
      end: error.pos[1],
    }),
  ],
  [/^Missing closing (["'])/u, unclosedQuote],
  [/end with a ([\]}])/u, unclosedBracket],
  [/^Nested mappings are not allowed/u, nestedMap],
  [/^Implicit keys need to be on a single line/u, strayLine],
  [/^Implicit map keys need to be followed by map values|^Implicit keys of flow/u, missingColon],
  [
    /^All (mapping|sequence) items must start at the same column/u,
    ({ captured }) => ({
      message: `this line is not indented like the others of its ${captured === 'mapping' ? 'map' : 'list'}`,
      hint: 'begin every one of them at the same column',
    }),
  ],
  [
    /^A block sequence may not be used as an implicit map key/u,
    () => ({
      message: 'this list item is not indented like the others of its list',
      hint: 'begin every `- ` of a list at the same column',
    }),
  ],
  [
    /^Sequence item without - indicator/u,
    () => ({
      message: 'this line stands among the items of a list but has no `- `',
      hint: 'begin it with `- `, or indent it like the item that it belongs to',
    }),
  ],
  [
    /^Unexpected (?:block-seq-ind|seq-item-ind)/u,
    () => ({
      message: 'a list cannot begin on the line of its key',
      hint: 'put its first `- ` on a line of its own, or quote the text if it is meant to begin with -',
    }),
  ],
  [/^Unexpected scalar(?: token| at node end)/u, strayText],
  [
    /^Plain value cannot start with/u,
    ({ stream, error }) => {
      const text = sourceAt(stream, error.pos[0]);
      const first = text.startsWith('`') ? 'a backquote' : quoted(text.charAt(0));
      return {
        message: `a text cannot begin with ${first} unless it is quoted`,
        hint: inQuotes(text),
        end: error.pos[0] + text.length,
      };
    },
  ],
  [
    /^Invalid escape sequence (.*)/su,
    ({ captured, error }) => ({
      message: `${quoted(captured)} is not an escape that YAML knows`,
      hint: 'write a backslash as \\\\ in double quotes, or put the text in single quotes',
      start: error.pos[0],
      end: error.pos[0] + Math.max(1, captured.length),
    }),
  ],
  [
    /^Block scalar header includes extra characters: (.)/u,
    ({ captured }) => ({
      message: `text stands right after \`${captured}\`, which begins a text of several lines`,
      hint: `begin the text on the next line, indented; or quote it if it is meant to begin with ${captured}`,
    }),
  ],
  [
    /^Block scalars with more-indented leading empty lines/u,
    () => ({
      message: 'an empty line before this one has more spaces than the text is indented by',
      hint: 'remove the spaces from the empty lines at the top of the text',
    }),
  ],
  [
    /^Block scalar (?:values|lines)/u,
    () => ({
      message: 'the text after | or > must be indented deeper than its key',
      hint: 'indent all of its lines',
    }),
  ],
  [
    /^Comments must be separated/u,
    () => ({
      message: 'a space is missing before #',
      hint: 'write a space before # for a comment, or put # within the quotes',
    }),
  ],
  [
    /^Missing ,(?: or :)? between|^Block collections are not allowed within flow/u,
    () => ({
      message: 'the items within this { } or [ ] are not separated by commas',
      hint: 'put a comma between items, and quote text that has : or - in it',
    }),
  ],
  [
    /^Missing space after :/u,
    () => ({ message: 'a space is missing after the colon', hint: 'write `key: value`' }),
  ],
  [
    /^Unexpected (?:,|empty item) in/u,
    () => ({
      message: 'a comma has nothing before it',
      hint: 'remove the comma, or quote the text that it is part of',
    }),
  ],
  [
    /^Unexpected flow-(?:seq|map)-end token/u,
    ({ rest }) => ({
      message: `\`${rest.charAt(0)}\` closes nothing that is open`,
      hint: 'remove it, or quote the text that it is part of',
    }),
  ],
  [
    /must be at most 1024 chars/u,
    () => ({ message: 'a key is longer than 1024 characters', hint: 'quote the line if it is text' }),
  ],
  [
    /^(Anchor|Alias) cannot be an empty string/u,
    ({ captured }) => {
      const sign = captured === 'Anchor' ? '&' : '*';
      return {
        message: `\`${sign}\` has no name after it`,
        hint: `quote the text if it is meant to begin with ${sign}`,
      };
    },
  ],
  [
    /^An alias node must not specify|^A node can have at most one|^Anchors and tags must be after/u,
    () => ({
      message: 'a value may have one anchor (&) and one tag (!), and an alias (*) none',
      hint: 'remove what is too much',
    }),
  ],
  [
    /^Tags and anchors must be separated/u,
    () => ({
      message: 'a space is missing after the name of an anchor (&) or tag (!)',
      hint: 'quote the text if it is meant to begin so',
    }),
  ],
  [
    /^Block collection cannot start on same line with directives-end/u,
    () => ({ message: 'a map or list cannot begin on the line of `---`', hint: 'begin it on the next line' }),
  ],
  [
    /^Unresolved tag: tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/u,
    ({ captured }) => ({
      code: 'wrong-tag',
      message: `the value is not what its tag \`!!${captured}\` says`,
      hint: 'remove the tag',
    }),
  ],
  // Tags and directives are told from the tokens, for every use of them.
  [/^Unresolved tag|^Unknown directive|directives-end|^Anchor ending in|^Alias ending in/u, () => undefined],
];

function unclosedQuote({ captured, stream, error }: Context): Explanation {
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

function unclosedBracket({ captured, stream, error }: Context): Explanation {
  const open = stream.tokens.findLast(
    ({ token }) =>
      token.type === 'flow-collection' &&
      token.offset < error.pos[0] &&
      !token.end.some(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end'),
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
function nestedMap({ stream, error, rest }: Context): Explanation {
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

function strayLine(context: Context): Explanation | undefined {
  const { stream, error, rest } = context;
  if (hasError(stream, error.pos[0], 'BLOCK_IN_FLOW')) return undefined;
  if (rest.startsWith('- ') || rest === '-') {
    return { message: 'a list item stands among the keys of a map', hint: 'indent the list below its key' };
  }
  return missingColon(context);
}

function missingColon({ rest }: Context): Explanation {
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

function strayText({ stream, at, rest }: Context): Explanation {
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

function sourceAt({ tokens }: YamlStream, offset: number): string {
  const found = tokens.find(
    ({ token }) => token.offset === offset && 'source' in token && token.source !== '',
  );
  return found && 'source' in found.token ? found.token.source : '';
}

function inQuotes(text: string): string {
  return /["\\\n]/u.test(text) ? 'put the whole text in quotes' : `write "${text}"`;
}

/** The spaces at the beginning of the line that the offset is on. */
function indentationAt(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start).search(/[^ ]|$/u);
}

/** The offset of the first character that is not white space, line breaks included; the given one if there is none. */
function firstVisible(text: string, offset: number): number {
  const visible = /\S/gu;
  visible.lastIndex = offset;
  return visible.exec(text)?.index ?? offset;
}

function endOfLine(text: string, offset: number): number {
  const line = /.*/y;
  line.lastIndex = offset;
  return offset + (line.exec(text)?.[0].trimEnd().length ?? 0);
}
