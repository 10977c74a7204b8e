import { formatDuration } from '../duration.ts';

/** Made by the first number that needs it: a format takes milliseconds to make, which is felt where none is used. */
function onDemand(options: Intl.NumberFormatOptions): () => Intl.NumberFormat {
  let format: Intl.NumberFormat | undefined;
  return () => (format ??= new Intl.NumberFormat('en-US', options));
}

const grouped = onDemand({ maximumFractionDigits: 0 });
const short = onDemand({ notation: 'compact', maximumFractionDigits: 1 });

/** 1,234,567. Whole numbers without Intl, which takes 20 ms to get ready. */
export function formatCount(count: number): string {
  if (!Number.isSafeInteger(count) || count < 0) return grouped().format(count);
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** 9,876 and 12.3K and 1.2M: for where there is little room. */
export function formatCompact(count: number): string {
  return count < 10_000 ? formatCount(count) : short().format(count);
}

/** A share in whole percent, rounded down: only what is whole says 100 %. */
export function formatPercent(part: number, whole: number): string {
  return `${Math.floor((part * 100) / whole)} %`;
}

/** `1 record`, `12 records`. */
export function formatAmount(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const decimals = new Map<number, Intl.NumberFormat>();

/** So many digits after the point. */
function decimal(digits: number): Intl.NumberFormat {
  let format = decimals.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
    decimals.set(digits, format);
  }
  return format;
}

/** US dollars: whole cents from a dollar on, below it as many digits as two significant ones need. */
export function formatMoney(dollars: number): string {
  if (dollars === 0) return '$0.00';
  if (dollars < 0.000001) return '<$0.000001';
  // Of the rounded number: 0.000998 has its first digit a place further down than the 0.0010 that is written.
  const exponent = Number(dollars.toExponential(1).split('e')[1]);
  const digits = Math.max(2, 1 - exponent);
  return `$${decimal(digits).format(dollars)}`;
}

/** Records a second as `240/s`, `5.4/s`, or where that says too little `3.1/min`, `2.5/h`. */
export function formatRate(perSecond: number): string {
  const [value, unit] =
    perSecond >= 0.995
      ? [perSecond, 's']
      : perSecond * 60 >= 0.995
        ? [perSecond * 60, 'min']
        : [perSecond * 3600, 'h'];
  return `${value >= 9.95 ? formatCount(value) : value.toFixed(1)}/${unit}`;
}

/** A time in whole seconds, rounded up: what is still to come never says 0. */
export function formatSeconds(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

const units = ['bytes', 'kB', 'MB', 'GB'] as const;

/** 512 bytes, 1.5 kB, 64.0 MB: by the thousand. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : bytes < 999_950 ? 1 : bytes < 999_950_000 ? 2 : 3;
  const value = power === 0 ? String(bytes) : (bytes / 1000 ** power).toFixed(1);
  return `${value} ${units[power]}`;
}
