import { formatAmount, formatCount } from '../numbers.ts';
import type { FieldFigures, LengthFigures, NumberFigures, ValueCount } from './results.ts';

/** How a field came out, but for its values one by one, in parts such as `12 texts, half up to 80 characters`. */
export function fieldInWords(field: FieldFigures, records: number): readonly string[] {
  const { values, numbers, texts, lists } = field;
  const absent = records - field.records;
  return [
    ...(values === null ? [] : [formatAmount(values.length, 'value')]),
    ...(numbers === null ? [] : [numbersInWords(numbers)]),
    // Of texts that are listed, the length says nothing.
    ...(texts === null || values !== null ? [] : [lengthsInWords(texts, 'text', 'character')]),
    ...(lists === null ? [] : [lengthsInWords(lists, 'list', 'item')]),
    ...(field.null > 0 ? [`${formatCount(field.null)} null`] : []),
    ...(absent > 0 ? [`absent in ${formatCount(absent)}`] : []),
  ];
}

function numbersInWords({ min, median, max }: NumberFigures): string {
  return min === max
    ? `always ${numberText(min)}`
    : `from ${numberText(min)} to ${numberText(max)}, median ${numberText(median)}`;
}

function lengthsInWords(
  { count, empty, median_length: length }: LengthFigures,
  noun: string,
  unit: string,
): string {
  const empties = empty === 0 ? '' : `, ${formatCount(empty)} of them empty`;
  return `${formatAmount(count, noun)}${empties}, median length ${formatAmount(length, unit)}`;
}

/** Six digits are more than anyone reads. */
function numberText(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en-US', { maximumSignificantDigits: 6 });
}

/** A value as it is read in a table: texts without their quotes, where that leaves no doubt. */
export function classInWords(value: ValueCount['value']): string {
  if (typeof value !== 'string') return String(value);
  if (value.trim() === '') return JSON.stringify(value);
  return value;
}
