import { displayWidth } from './printable.ts';

/**
 * A line broken at its spaces into lines of so many columns, of which the first has `first` columns; a longer word stays
 * whole. Undefined columns: not broken.
 */
export function wrapProse(line: string, columns: number | undefined, first = columns): [string, ...string[]] {
  if (columns === undefined) return [line];
  const lines: [string, ...string[]] = [''];
  for (const word of line.split(' ')) {
    const at = lines.length - 1;
    const current = lines[at] ?? '';
    const longer = current === '' ? word : `${current} ${word}`;
    const room = at === 0 ? (first ?? columns) : columns;
    if (current !== '' && displayWidth(longer) > room) lines.push(word);
    else lines[at] = longer;
  }
  return lines;
}
