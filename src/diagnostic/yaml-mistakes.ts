import type { YAMLError } from 'yaml';
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
  const found = new Map<number, Finding>();
  const told = new Set<number>();
  const tabs = stream.errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  for (const error of stream.errors.slice(0, mostExplained)) {
    const quote = misplacedQuote(stream, error, lineOf);
    const finding = quote ?? explain(error, stream);
    if (finding === undefined || told.has(error.pos[0])) continue;
    if (error.code === 'TAB_AS_INDENT' && error !== tabs[0]) continue;
    told.add(error.pos[0]);
    const line = lineOf(finding.start);
    if (!found.has(line)) found.set(line, finding);
    if (quote !== undefined) break;
  }
  return [...found.values()].map((finding) =>
    finding.code === 'tab-indentation' ? withCount(finding, tabs) : finding,
  );
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
