import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';
import { explain } from './yaml-messages.ts';
import { readStream } from './yaml-stream.ts';
import type { PlacedToken, YamlStream } from './yaml-stream.ts';

/** Each round parses the file again; a file with more such lines is told of the rest once these are put right. */
const mostRounds = 50;

/**
 * Finds the templates that YAML does not take for text, since nobody quoted them: `prompt: {{input.text}}` is a map
 * in a map. Each is then masked and the file read again, so that one of them hides no other mistake and causes none.
 */
export function readAroundTemplates(text: string): { stream: YamlStream; findings: Finding[] } {
  const findings: Finding[] = [];
  let stream = readStream(text);
  for (let round = 0; round < mostRounds && stream.tooDeepAt === undefined; round++) {
    const found = flowTemplates(stream);
    if (found.length > 0) {
      stream = readStream(found.reduce(masked, stream.text));
      findings.push(...found);
      continue;
    }
    const cause = templateBehindError(stream);
    if (cause === undefined) break;
    stream = cause.stream;
    findings.push(cause.finding);
  }
  return { stream, findings: [...findings, ...cutTemplates(stream)] };
}

/** Flow maps that begin with `{{`: YAML reads the braces, and often finds no error. */
function flowTemplates({ tokens, text }: YamlStream): Finding[] {
  const found: Finding[] = [];
  for (const placed of tokens) {
    const { offset } = placed.token;
    const isOutermost = offset >= (found.at(-1)?.end ?? 0);
    if (placed.token.type === 'flow-collection' && text.startsWith('{{', offset) && isOutermost) {
      found.push(unquoted(text, prefixOf(placed), offset, endOfTemplate(text, placed)));
    }
  }
  return found;
}

/** A line whose syntax error is gone once the template on it counts as text. */
function templateBehindError(stream: YamlStream): { finding: Finding; stream: YamlStream } | undefined {
  for (const error of stream.errors) {
    const explained = explain(error, stream);
    const finding = explained && templateOnLine(stream, explained.start);
    if (finding === undefined) continue;
    const retried = readStream(masked(stream.text, finding));
    if (retried.errors.length < stream.errors.length) return { finding, stream: retried };
  }
  return undefined;
}

function templateOnLine({ text, tokens }: YamlStream, offset: number): Finding | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = /.*/y;
  line.lastIndex = start;
  const [, prefix = '', value = ''] =
    /^(\s*(?:-\s+)*(?:[^\s'"#{[][^:{]*:\s+)?)([^\s'"#|>].*)$/u.exec(line.exec(text)?.[0] ?? '') ?? [];
  const braces = value.indexOf('{{');
  const comment = value.search(/\s#/u);
  if (braces === -1 || (comment !== -1 && comment < braces)) return undefined;
  const from = start + prefix.length + (/^[{[]/u.test(value) ? braces : 0);
  const inText = tokens.some(
    ({ token }) =>
      /^block-scalar$|quoted/u.test(token.type) &&
      'source' in token &&
      token.offset < from &&
      from < token.offset + token.source.length,
  );
  if (inText) return undefined;
  return from === start + prefix.length
    ? unquoted(text, prefix.trimStart(), from, endOfBlockText(text, from))
    : unquoted(text, '', from, endOfFlowText(text, from));
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
  if (key !== undefined) return `${key}: `;
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

function masked(text: string, { start, end }: { start: number; end: number }): string {
  return text.slice(0, start) + 'x'.repeat(end - start) + text.slice(end);
}

/** A text in the quotes that need the fewest escapes, cut where it is long. */
function quotedYaml(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  if (!/["\\]/u.test(shown)) return `"${shown}"`;
  return shown.includes("'") ? JSON.stringify(shown) : `'${shown}'`;
}
