import type { YAMLError } from 'yaml';
import type { Span } from './diagnostic.ts';
import type { Finding } from './findings.ts';
import { lineTable } from './lines.ts';
import { explain, mostExplained } from './yaml-messages.ts';
import type { YamlStream } from './yaml-stream.ts';

/**
 * The syntax errors of a file in plain words, one a line: the parser often tells one mistake in several ways. After
 * a quote that closes in the wrong place nothing more is told, since all that follows is read inside out.
 */
export function syntaxFindings(stream: YamlStream): Finding[] {
  const positionOf = lineTable(stream.text);
  const lineOf = (offset: number) => positionOf(offset).line;
  const errors = withoutEffectsOfTabs(stream).slice(0, mostExplained);
  const tabs = stream.errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  const swallowed = errors.filter(endsOpenBracket).map((error) => afterBracket(error, stream));
  const told = new Set<number>();
  const found = new Map<number, Finding>();
  for (const error of errors) {
    const [at] = error.pos;
    const isRepeated = told.has(at) || (error.code === 'TAB_AS_INDENT' && error !== tabs[0]);
    // What stands after a bracket that is never closed is not read as it was meant.
    const isSwallowed = swallowed.some(({ start, end }) => start < at && at < end);
    // A line that is told of makes the next one look misplaced.
    const isFollower = error.code === 'BLOCK_AS_IMPLICIT_KEY' && found.has(lineOf(at));
    if (isRepeated || isFollower || (isSwallowed && !endsOpenBracket(error))) continue;
    const quote = misplacedQuote(stream, error, lineOf);
    const finding = quote ?? explain(error, stream);
    if (finding === undefined) continue;
    told.add(at);
    const line = lineOf(finding.start);
    if (!found.has(line))
      found.set(line, finding.code === 'tab-indentation' ? withCount(finding, tabs) : finding);
    if (quote !== undefined) break;
  }
  return [...found.values()];
}

/**
 * How deep a line that is indented by a tab was meant to be is not known, nor what the lines after it belong to: what
 * they are told of would be gone with the tab. A line before may seem to end in the wrong place.
 */
function withoutEffectsOfTabs({ errors, text }: YamlStream): readonly YAMLError[] {
  const isTab = ({ code, pos }: YAMLError) =>
    code === 'TAB_AS_INDENT' && /(?:^|\n)[ \t]*$/u.test(text.slice(0, pos[1]));
  const first = errors.find(isTab)?.pos[0];
  if (first === undefined) return errors;
  const isStructural = ({ code }: YAMLError) => /^(?:BAD_INDENT|\w+_IMPLICIT_KEY)$/u.test(code);
  return errors.filter((error) => isTab(error) || (error.pos[0] < first && !isStructural(error)));
}

function endsOpenBracket({ message }: YAMLError): boolean {
  return /end with a [\]}]/u.test(message);
}

function afterBracket(error: YAMLError, stream: YamlStream): Span {
  return { start: explain(error, stream)?.start ?? error.pos[0], end: error.pos[0] };
}

function withCount(finding: Finding, tabs: readonly YAMLError[]): Finding {
  const others = tabs.length - 1;
  if (others === 0) return finding;
  return {
    ...finding,
    message: `${finding.message}, and in that of ${others} more ${others === 1 ? 'line' : 'lines'}`,
  };
}

/** A text in quotes that goes over several lines and has other text right after it: its end is another's beginning. */
function misplacedQuote(
  { tokens, text }: YamlStream,
  { pos: [at] }: YAMLError,
  lineOf: (offset: number) => number,
): Finding | undefined {
  for (const { token } of tokens) {
    if (!token.type.endsWith('quoted-scalar') || !('source' in token) || !token.source.includes('\n'))
      continue;
    const { offset, source } = token;
    const end = offset + source.length;
    const closes = source.length > 1 && source.endsWith(source.charAt(0));
    const concerned = at === offset || (at >= end && text.slice(end, at).trim() === '');
    if (!closes || !concerned || lineOf(at) > lineOf(end)) continue;
    return {
      code: 'yaml-syntax',
      message: `the quote that opens here closes only on line ${lineOf(end)}, in the midst of other text`,
      hint: `close it with ${source.charAt(0)} where its text ends`,
      start: offset,
      end: offset + 1,
    };
  }
  return undefined;
}
