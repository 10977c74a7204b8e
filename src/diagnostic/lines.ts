import type { Position } from './source.ts';

const byteOrderMark = '\uFEFF';

/**
 * Turns offsets of a text into lines and columns. A line ends with LF, CR LF or a lone CR, as YAML and Handlebars
 * count them. A byte order mark at the beginning takes no column.
 */
export function lineTable(text: string): (offset: number) => Position {
  const starts = [text.startsWith(byteOrderMark) ? 1 : 0];
  for (const match of text.matchAll(/\r\n?|\n/gu)) starts.push(match.index + match[0].length);
  return (offset) => {
    const within = Math.min(Math.max(offset, 0), text.length);
    const index = lastAtMost(starts, within);
    const start = starts[index] ?? 0;
    return { line: index + 1, column: Math.max(0, within - start) + 1, offset: within };
  };
}

/** The index of the last number that is not above the limit; 0 if all are. The numbers ascend. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((numbers[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
