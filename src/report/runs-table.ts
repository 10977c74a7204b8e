import { displayWidth, printable } from '../diagnostic/printable.ts';
import { formatDuration } from '../duration.ts';
import type { SoundRun } from '../run/list-runs.ts';
import { formatCount, formatMoney } from './numbers.ts';
import { paintFor, type Style } from './output.ts';
import { clipMiddle } from './text.ts';
import { formatTable, type Column } from './table.ts';

export interface RunsTableOptions {
  /** Of the terminal; 80 where there is none. */
  readonly columns: number;
  readonly color: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What a run's folder is called here. */
  readonly nameOf: (path: string) => string;
}

/** A name tells a run apart by its end, and is best seen whole. */
const wholeName = 30;
const shortestName = 12;

/** The runs as a table, a line each, with the names by which `pipe resume` finds them. */
export function runsTable(runs: readonly SoundRun[], options: RunsTableOptions): string {
  const { columns: room, color, now, nameOf } = options;
  const width = Math.max(40, room);
  const names = runs.map(({ path }) => printable(nameOf(path)));
  const longest = Math.max(...names.map(displayWidth));
  const cells = runs.map((run) => cellsOf(run, now));
  const widths = headers.map((header, at) =>
    Math.max(header.length, ...cells.map((row) => (row[at] ?? '').length)),
  );
  const used = (kept: readonly number[]) => kept.reduce((sum, at) => sum + (widths[at] ?? 0) + 2, 0);
  let kept: readonly number[] = headers.map((_, at) => at);
  for (const { header, unless } of droppable) {
    if (used(kept) + Math.min(unless, longest) <= width) break;
    kept = kept.filter((at) => headers[at] !== header);
  }
  const nameWidth = Math.max(shortestName, width - used(kept));
  const columns = kept.map((at): Column => ({ header: headers[at] ?? '', rank: 0 }));
  const rows = runs.map((run, at) => ({
    label: clipMiddle(names[at] ?? '', nameWidth),
    cells: kept.map((column) => cells[at]?.[column] ?? ''),
    ...styleOf(run),
  }));
  return `${formatTable(columns, rows, width, paintFor({ color })).join('\n')}\n`;
}

const headers = ['state', 'records', 'failed', 'cost', 'took', 'age'] as const;

/** What goes, the first first, unless the name has so many columns beside it. */
const droppable = [
  { header: 'took', unless: wholeName },
  { header: 'cost', unless: wholeName },
  { header: 'records', unless: shortestName },
] as const;

function cellsOf(run: SoundRun, now: number): readonly string[] {
  const { state, summary, counts } = run;
  const { simulated, replay, duration, started } = summary;
  return [
    state,
    counts === null ? '?' : recordsInWords(counts),
    counts === null ? '?' : formatCount(counts.failed),
    simulated ? 'simulated' : replay !== null ? 'replayed' : costCell(run),
    duration === null ? '' : formatDuration(duration),
    age(now - Date.parse(started)),
  ];
}

/** `+` marks a lower bound, which the cost of a run at work is, since what it has in flight is not counted yet. */
function costCell({ state, cost_usd, unmetered_requests, crashed_sessions }: SoundRun): string {
  if (cost_usd === null) return '?';
  const isExact = state !== 'running' && unmetered_requests === 0 && crashed_sessions === 0;
  return formatMoney(cost_usd) + (isExact ? '' : '+');
}

/** `1,000`, or `640 of 1,000` where not all are through, or `640` where the number of all is not known. */
function recordsInWords({ succeeded, failed, skipped, total }: NonNullable<SoundRun['counts']>): string {
  const through = succeeded + failed + skipped;
  if (total === undefined || total === through) return formatCount(through);
  return `${formatCount(through)} of ${formatCount(total)}`;
}

/** 12 s, 5 min, 3 h, 9 d. */
function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (Number.isNaN(seconds)) return '?';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${formatCount(Math.floor(seconds / 86_400))} d`;
}

function styleOf({ state, counts }: SoundRun): { readonly style?: Style } {
  if (state === 'running') return { style: 'bold' };
  if (state !== 'completed') return { style: 'yellow' };
  return (counts?.failed ?? 0) > 0 ? { style: 'red' } : {};
}
