import { formatDuration } from '../duration.ts';
import type { Range } from '../estimate/range.ts';
import type { Seconds } from '../estimate/seconds.ts';
import { formatCompact, formatMoney } from './numbers.ts';

/** A table's cell: `12`, `3–900`, `3+` where the most is not known, `?` where nothing is. */
export function countCell(range: Range): string {
  return cell(range, (count) => formatCompact(Math.round(count)));
}

/** A table's cell in US dollars. */
export function moneyCell(range: Range): string {
  return cell(range, formatMoney);
}

function cell({ min, max }: Range, format: (value: number) => string): string {
  if (min === null) return '?';
  if (max === null) return `${format(min)}+`;
  const [least, most] = [format(min), format(max)];
  return least === most ? least : `${least}–${most}`;
}

/** `$0.21, from $0.10 to $1.20`; `at least $0.10, its most is not known`. */
export function costRangeInWords({ min, expected, max }: Range): string {
  if (min === null) return 'not known';
  const least = formatMoney(min);
  if (max === null) return `at least ${least}; the most is not known`;
  const most = formatMoney(max);
  if (least === most) return least;
  return expected === null
    ? `from ${least} to ${most}`
    : `about ${formatMoney(expected)}, from ${least} to ${most}`;
}

export function timeInWords({ min, max }: Seconds): string {
  if (min === null) return 'not known';
  const [least, most] = [min, max].map((seconds) =>
    seconds === null ? null : formatDuration(seconds * 1000),
  );
  if (most === null || most === undefined) return `at least ${least}`;
  return least === most ? most : `from ${least} to ${most}`;
}
