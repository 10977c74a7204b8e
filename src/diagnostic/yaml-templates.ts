import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';
import { explain, mostExplained } from './yaml-messages.ts';
import { readStream } from './yaml-stream.ts';
import type { PlacedToken, YamlStream } from './yaml-stream.ts';

/** Each template behind an error takes another parse: a file with more such lines is told of the rest later. */
const mostParses = 50;

/**
 * Finds the templates that YAML does not take for text, since nobody quoted them: `prompt: {{input.text}}` is a map
 * in a map. Each is then masked and the file read again, so that one of them hides no other mistake and causes none.
 */
export function readAroundTemplates(text: string): { stream: YamlStream; findings: Finding[] } {
  const findings: Finding[] = [];
  const parses = parser();
  let stream = parses.read(text);
  while (stream.tooDeepAt === undefined && parses.left() > 0) {
    const found = flowTemplates(stream);
    const [next, added] =
      found.length > 0
        ? [parses.read(masked(stream.text, found)), found]
        : templateBehindError(stream, parses);
    if (added.length === 0) break;
    stream = next;
    findings.push(...added);
  }
  return { stream, findings: [...findings, ...cutTemplates(stream)] };
}

interface Parses {
  read(text: string): YamlStream;
  left(): number;
}

function parser(): Parses {
  let left = mostParses;
  return {
    left: () => left,
    read(text) {
      left -= 1;
      return readStream(text);
    },
  };
}

/** Flow maps that begin with `{{`: YAML reads the braces, and often finds no error. */
function flowTemplates({ tokens, text }: YamlStream): Finding[] {
  const found: Finding[] = [];
  for (const placed of tokens) {
    const { offset } = placed.token;
    const isOutermost = offset >= (found.at(-1)?.end ?? 0);
    if (placed.token.type === 'flow-collection' && text.startsWith('{{', offset) && isOutermost) {
      const end = endOfTemplate(text, placed);
      found.push(secondColon(text, offset, end) ?? unquoted(text, prefixOf(placed), offset, end));
    }
  }
  return found;
}

const colonHint = 'quote the whole value: it holds `: `, which YAML takes for the end of a key';

/** A template after a second `: ` on its line, as in `prompt: Translate this: {{input.text}}`. */
function secondColon(text: string, offset: number, end: number): Finding | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const before = /^(\s*(?:-\s+)*)([^\s'"#{[][^:{]*:\s+)[^\s'"#{[|>].*:\s+$/u.exec(text.slice(start, offset));
  if (before === null) return undefined;
  const [, indentation = '', key = ''] = before;
  return {
    ...unquoted(text, key, start + indentation.length + key.length, end),
    hint: colonHint,
  };
}

/** A line whose syntax error is gone once the template on it counts as text. */
function templateBehindError(stream: YamlStream, parses: Parses): readonly [YamlStream, readonly Finding[]] {
  for (const error of stream.errors.slice(0, mostExplained)) {
    const explained = explain(error, stream);
    const finding = explained && templateOnLine(stream, explained.start);
    if (finding === undefined) continue;
    if (parses.left() === 0) break;
    const retried = parses.read(masked(stream.text, [finding]));
    if (retried.errors.length < stream.errors.length) return [retried, [finding]];
  }
  return [stream, []];
}

function templateOnLine({ text, tokens }: YamlStream, offset: number): Finding | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = /.*/y;
  line.lastIndex = start;
  const [, prefix = '', value = ''] =
    /^(\s*(?:-\s+)*(?:[^\s'"#{[][^:{]*:\s+)?)([^\s'"#|>].*)$/u.exec(line.exec(text)?.[0] ?? '') ?? [];
  const braces = value.indexOf('{{');
  const before = value.slice(0, Math.max(0, braces));
  if (braces === -1 || /\s#/u.test(before) || hasQuotedValue(value)) return undefined;
  const isFlow = /^(?:\[|\{(?!\{))/u.test(value);
  // In { } and [ ] an odd number of quotes before the template puts it in quotes.
  if (isFlow && (before.split('"').length % 2 === 0 || before.split("'").length % 2 === 0)) return undefined;
  const from = start + prefix.length + (isFlow ? braces : 0);
  const inText = tokens.some(
    ({ token }) =>
      /^block-scalar$|quoted/u.test(token.type) &&
      'source' in token &&
      token.offset < from &&
      from < token.offset + token.source.length,
  );
  if (inText) return undefined;
  const block = () => unquoted(text, prefix.trimStart(), from, endOfBlockText(text, from));
  if (!isFlow) return /:\s/u.test(before) ? { ...block(), hint: colonHint } : block();
  return unquoted(text, '', from, endOfFlowText(text, from));
}

/** Whether what was taken for a text is a pair whose value is quoted, or a text of several lines: no fault of a template. */
function hasQuotedValue(text: string): boolean {
  return /^[^\s'"#{[][^:{]*:\s+["'|>]/u.test(text);
}

/** Plain texts with a template that a comment cuts short, as in `Order {{a}} # 7` or `Order #{{a}}`. */
function cutTemplates({ tokens, text }: YamlStream): Finding[] {
  const found: Finding[] = [];
  for (const placed of tokens) {
    const { token } = placed;
    if (token.type !== 'scalar' || token.source === '') continue;
    const comment = /[ \t]+(#[^\r\n]*)/y;
    comment.lastIndex = token.offset + token.source.length;
    const [cut = '', rest = ''] = comment.exec(text) ?? [];
    if (!(token.source.includes('{{') ? rest !== '' : /^#\S*\{\{/u.test(rest))) continue;
    const start = token.offset + token.source.length + cut.length - rest.length;
    found.push({
      code: 'cut-template',
      message: `the text ends before ${quoted(rest, 30)}, which YAML takes for a comment`,
      hint: `quote the text: ${prefixOf(placed)}${quotedYaml(`${token.source}${cut}`)}`,
      start,
      end: start + rest.length,
    });
  }
  return found;
}

function unquoted(text: string, prefix: string, start: number, end: number): Finding {
  return {
    code: 'unquoted-template',
    message: `a template must be quoted: ${prefix}${quotedYaml(text.slice(start, end))}`,
    hint: 'without quotes YAML takes { for the beginning of a map',
    start,
    end,
  };
}

function prefixOf({ key, parent }: PlacedToken): string {
  // A key over several lines began on a line that this one was meant to follow.
  if (key !== undefined) return `${key.slice(key.lastIndexOf('\n') + 1).trimStart()}: `;
  return parent?.type === 'block-seq' ? '- ' : '';
}

function endOfTemplate(text: string, { token, parent, isKey }: PlacedToken): number {
  const inFlow = isKey || parent?.type === 'flow-collection';
  return inFlow ? endOfFlowText(text, token.offset) : endOfBlockText(text, token.offset);
}

/** In a block, the text goes to the end of the line, less a comment after the last template. */
function endOfBlockText(text: string, start: number): number {
  const line = /[^\r\n]*/y;
  line.lastIndex = start;
  const rest = line.exec(text)?.[0] ?? '';
  const comment = rest.slice(Math.max(0, rest.lastIndexOf('}}'))).search(/\s#/u);
  const length = comment === -1 ? rest.length : Math.max(0, rest.lastIndexOf('}}')) + comment;
  return start + rest.slice(0, length).trimEnd().length;
}

/** In `{ }` or `[ ]`, the text goes to the next comma or bracket that is outside of its templates. */
function endOfFlowText(text: string, start: number): number {
  const flow = /(?:\{\{\{[^\r\n]*?\}\}\}|\{\{[^\r\n]*?\}\}|[^,[\]{}:\r\n])+/y;
  flow.lastIndex = start;
  const found = flow.exec(text)?.[0];
  return found === undefined ? endOfBlockText(text, start) : start + found.trimEnd().length;
}

function masked(text: string, findings: readonly Finding[]): string {
  let from = 0;
  const pieces: string[] = [];
  for (const { start, end } of findings) {
    pieces.push(text.slice(from, start), 'x'.repeat(end - start));
    from = end;
  }
  return pieces.join('') + text.slice(from);
}

/** A text in the quotes that need the fewest escapes, cut where it is long. */
function quotedYaml(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  if (!/["\\]/u.test(shown)) return `"${shown}"`;
  return shown.includes("'") ? JSON.stringify(shown) : `'${shown}'`;
}
