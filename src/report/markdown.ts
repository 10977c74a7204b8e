import { printable } from '../diagnostic/printable.ts';
import { clip } from './text.ts';

/**
 * Markdown as GitHub renders it, of texts that may be anybody's: as prose, as code, in the cells of a table. None of it
 * can become a link, a mention, HTML, a formula or another block.
 */

/** What means something within a line of prose. What only does so at its beginning is never there. */
const special = /[\\`*_{}[\]<>#|~&$]/g;

/** A text as prose within a line. It stays one line. */
export function markdownText(text: string): string {
  return (
    printable(text)
      .replaceAll(special, '\\$&')
      .replaceAll('://', String.raw`\://`)
      .replaceAll(/www\./gi, (start) => `${start.slice(0, -1)}\\.`)
      // What is rendered is searched for names once more: a space of no width keeps them from being one.
      .replaceAll('@', '@\u200B')
  );
}

/** A text as code within a line, at most so many columns of it. */
export function codeSpan(text: string, columns = 200): string {
  const line = clip(text, columns);
  if (line.trim() === '') return '` `';
  const fence = '`'.repeat(longestRun(line) + 1);
  const padding = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A text of several lines as a block of code, whatever fences it holds; ends with a line break. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${printable(text, 'lines').replace(/\n*$/, '')}\n${fence}\n`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Code for the cell of a table, whose bounds count before those of code do. */
export function codeCell(text: string, columns?: number): string {
  return codeSpan(text, columns).replaceAll('|', String.raw`\|`);
}

export interface MarkdownColumn {
  readonly header: string;
  readonly align?: 'right';
}

/** A table of cells that are Markdown already; ends with a line break. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${columns.map((_, at) => cells[at] ?? '').join(' | ')} |\n`;
  return [
    line(columns.map(({ header }) => header)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('');
}

/** In bytes of UTF-8. GitHub shows a megabyte for each step of a job, in which pipe may run a dozen times. */
const mostOfOneCommand = 60_000;

/**
 * Blocks one below the other, as many as there is room for: each whole, or not at all, and what was left out is said.
 */
export function boundedMarkdown(blocks: readonly string[], mostBytes = mostOfOneCommand): string {
  const given = blocks.filter((block) => block !== '').map((block) => `${block.trimEnd()}\n`);
  const leftOut = '*What else there is to tell is too long for a summary.*\n';
  let room = mostBytes - Buffer.byteLength(leftOut) - 1;
  const kept: string[] = [];
  for (const block of given) {
    room -= Buffer.byteLength(block) + 1;
    if (room < 0) return [...kept, leftOut].join('\n');
    kept.push(block);
  }
  return kept.join('\n');
}
