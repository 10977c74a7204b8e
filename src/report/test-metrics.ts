import { bounded, printable } from '../diagnostic/printable.ts';
import type { Metrics } from '../testing/metrics.ts';
import { formatAmount, formatCount } from './numbers.ts';
import type { Paint } from './output.ts';
import { formatTable } from './table.ts';
import { wrap } from './text.ts';

/** More classes make no table that fits: the most frequent confusions are listed instead. */
const mostColumns = 14;
const mostListed = 10;
const longestName = 24;

/** The numbers of a classifier as tables of at most so many columns. */
export function metricsLines(metrics: Metrics, width: number, paint: Paint): readonly string[] {
  const { accuracy, precision, recall, f1, records, failed } = metrics;
  const failures = failed === 0 ? '' : `, ${formatCount(failed)} of them without an answer`;
  const columns = [
    { header: 'support', rank: 2 },
    { header: 'precision', rank: 0 },
    { header: 'recall', rank: 0 },
    { header: 'F1', rank: 1 },
  ];
  const rows = metrics.classes.map((one) => ({
    label: nameOf(one.name),
    cells: [formatCount(one.support), share(one.precision), share(one.recall), share(one.f1)],
  }));
  const mean = { label: 'mean', cells: [formatCount(records), share(precision), share(recall), share(f1)] };
  return [
    ...wrap(`accuracy ${share(accuracy)} of ${formatAmount(records, 'record')}${failures}`, width),
    '',
    ...formatTable(columns, [...rows, mean], width, paint),
    '',
    ...(metrics.classes.length < mostColumns ? matrix(metrics, width, paint) : confusions(metrics)),
  ];
}

/** A row for each label, a column for each class that was given. */
function matrix({ classes, confusion }: Metrics, width: number, paint: Paint): readonly string[] {
  const labels = classes.filter(({ support }) => support > 0);
  const hasNone = confusion.some(({ predicted }) => predicted === null);
  const given = [...classes.map(({ name }) => name), ...(hasNone ? [null] : [])];
  const rows = labels.map(({ name }, row) => ({
    label: `${letter(row)} ${nameOf(name)}`,
    cells: given.map((predicted) => {
      const count = confusion.find((one) => one.label === name && one.predicted === predicted)?.count;
      return count === undefined ? '·' : formatCount(count);
    }),
  }));
  const columns = given.map((name, at) => ({ header: name === null ? 'none' : letter(at), rank: 0 }));
  const others = classes
    .slice(labels.length)
    .map(({ name }, at) => `${letter(labels.length + at)} ${nameOf(name)}`);
  return [
    paint('dim', 'label (row) given as (column)'),
    ...formatTable(columns, rows, width, paint),
    ...(others.length === 0 ? [] : [`no label: ${others.join(', ')}`]),
  ];
}

function confusions({ confusion }: Metrics): readonly string[] {
  const wrong = confusion
    .filter(({ label, predicted }) => label !== predicted)
    .sort((one, other) => other.count - one.count);
  if (wrong.length === 0) return ['no class was taken for another'];
  const shown = wrong
    .slice(0, mostListed)
    .map(
      ({ label, predicted, count }) =>
        `${formatCount(count)}  ${nameOf(label)} given as ${nameOf(predicted ?? 'none')}`,
    );
  const left = wrong.length - shown.length;
  return ['taken for another', ...shown, ...(left > 0 ? [`and ${formatAmount(left, 'other pair')}`] : [])];
}

function letter(at: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + at);
}

function nameOf(name: string): string {
  return printable(bounded(name, longestName));
}

/** 0.857, and nothing where there is none. */
function share(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
