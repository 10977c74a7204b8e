import { clip, isolated } from './text.ts';
import { displayWidth } from '../diagnostic/printable.ts';
import type { Paint, Style } from './output.ts';

export interface Column {
  readonly header: string;
  /** Where there is no room for all, the column with the highest rank goes first; 0 stays. */
  readonly rank: number;
}

export interface Row {
  readonly label: string;
  /** One a column; none at all for a row that is a heading. */
  readonly cells: readonly string[];
  readonly style?: Style;
}

/** Columns go before the labels become shorter than this: most model names fit. */
const narrowestLabel = 22;
/** Where no more columns may go, labels are cut to what is left, and not below this. */
const shortestLabel = 8;

/** Lines of a table without boxes: labels to the left, cells to the right under their headers; `corner` above the labels. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
  paint: Paint,
  corner = '',
): readonly string[] {
  const wanted = Math.max(displayWidth(corner), ...rows.map(({ label }) => displayWidth(label)));
  const widths = columns.map(({ header }, at) =>
    Math.max(displayWidth(header), ...rows.map(({ cells }) => displayWidth(cells[at] ?? ''))),
  );
  const all = columns.map((_, at) => at);
  const used = (kept: readonly number[]) => kept.reduce((sum, at) => sum + (widths[at] ?? 0) + 2, 0);
  const kept = dropUntil(all, columns, (kept) => used(kept) + Math.min(wanted, narrowestLabel) <= width);
  const labelWidth = Math.min(wanted, Math.max(shortestLabel, width - used(kept)));

  const line = (label: string, cells: readonly string[]) =>
    [
      padEnd(labelled(clip(label, labelWidth)), labelWidth),
      ...kept.map((at) => padStart(cells[at] ?? '', widths[at] ?? 0)),
    ]
      .join('  ')
      .trimEnd();
  const headers = columns.map(({ header }) => header);
  return [
    paint('dim', line(corner, headers)),
    ...rows.map(({ label, cells, style }) => {
      const text = line(label, cells);
      return style === undefined ? text : paint(style, text);
    }),
  ];
}

function dropUntil(
  all: readonly number[],
  columns: readonly Column[],
  fits: (kept: readonly number[]) => boolean,
): readonly number[] {
  let kept = all;
  while (!fits(kept)) {
    const last = Math.max(...kept.map((at) => columns[at]?.rank ?? 0));
    if (last <= 0) return kept;
    kept = kept.filter((at) => columns[at]?.rank !== last);
  }
  return kept;
}

/** What a label is indented by stays before it. */
function labelled(label: string): string {
  const text = label.trimStart();
  return label.slice(0, label.length - text.length) + isolated(text);
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}
