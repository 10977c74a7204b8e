import type { YAMLError } from 'yaml';
import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';
import * as causes from './yaml-causes.ts';
import type { ErrorContext, Explanation } from './yaml-causes.ts';
import type { YamlStream } from './yaml-stream.ts';

/** Explaining an error takes a look at the whole file; after so many, the file is hardly meant as YAML. */
export const mostExplained = 100;

/** Undefined where the error only repeats another one. */
type Rule = readonly [pattern: RegExp, explain: (context: ErrorContext) => Explanation | undefined];

/** A YAML error in the words of someone who does not know YAML's grammar. Undefined if another error tells it. */
export function explain(error: YAMLError, stream: YamlStream): Finding | undefined {
  const at = causes.firstVisible(stream.text, error.pos[0]);
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
  [/^Tabs are not allowed/u, causes.tab],
  [/^Missing closing (["'])/u, causes.unclosedQuote],
  [/end with a ([\]}])/u, causes.unclosedBracket],
  [/^Nested mappings are not allowed/u, causes.nestedMap],
  [/^Implicit keys need to be on a single line/u, causes.strayLine],
  [/^Implicit map keys need to be followed by map values/u, causes.missingColon],
  [
    /^Implicit keys of flow/u,
    () => ({ message: 'a key and its colon do not stand on the same line', hint: 'join the lines' }),
  ],
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
  [/^Unexpected [\w-]+ (?:token$|at node end)/u, causes.strayText],
  [
    /^Plain value cannot start with/u,
    ({ stream, error }) => {
      const text = causes.sourceAt(stream, error.pos[0]);
      const first = text.startsWith('`') ? 'a backquote' : quoted(text.charAt(0));
      return {
        message: `a text cannot begin with ${first} unless it is quoted`,
        hint: causes.inQuotes(text),
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
