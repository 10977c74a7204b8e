import type { ChangedRecord, Comparison } from '../../comparison/compare.ts';
import type { FieldSummary } from '../../comparison/field-tally.ts';
import { displayWidth, printable, withoutCommands } from '../../diagnostic/printable.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { paintFor, type Output, type Paint } from '../output.ts';
import { formatTable, type Row } from '../table.ts';
import { clip, wrap } from '../text.ts';
import { shownChange, valueTexts } from './change-text.ts';
import {
  countsOf,
  failureCounts,
  firstOf,
  latencyPairs,
  measuresOf,
  noteOf,
  outcomeText,
  verdictOf,
} from './facts.ts';
import { makingsOf } from './makings.ts';
import { markedPieces, wrapPieces } from './marked-text.ts';
import { amountLeft, changedKinds, fieldsInOrder } from './shown-first.ts';

export interface TextOptions {
  readonly output: Pick<Output, 'color' | 'columns' | 'isTerminal'>;
  /** Changed records that are shown. */
  readonly limit: number;
}

const labelWidth = 9;
const mostFields = 20;
const mostMoves = 10;
const mostFailures = 10;
const keysShown = 10;
/** Columns of a value that leaves room for a long one beside it. */
const shortSide = 16;
/** Columns, on one line or several, of what became of a record. */
const longestOutcome = 120;
/** Lines of one field. */
const mostLines = 12;
const moreShown = '--limit N or --all shows more';

/** A comparison for people, in pieces: plain lines that fit 80 columns off a terminal. */
export async function* comparisonText(comparison: Comparison, options: TextOptions): AsyncGenerator<string> {
  const { output } = options;
  const paint = paintFor(output);
  const width = output.isTerminal ? Math.min(100, Math.max(40, output.columns)) : 80;
  const sections: readonly (readonly string[])[] = [
    head(comparison, width, paint),
    makings(comparison, width, paint),
    fieldTable(comparison, width, paint),
    failureTable(comparison, width, paint),
    measureTable(comparison, width, paint),
    await failureList(comparison, width, paint),
    await keyLists(comparison, width, paint),
  ];
  const text = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
  yield withoutCommands(text);
  yield* changedRecords(comparison, options.limit, width, paint);
}

function head(comparison: Comparison, width: number, paint: Paint): readonly string[] {
  const { a, b, differs } = comparison;
  const label = (name: string) => paint('dim', name.padEnd(labelWidth));
  const labelled = (name: string, text: string) =>
    wrap(text, width - labelWidth).map((line, at) => label(at === 0 ? name : '') + line);
  const named = ({ name }: Comparison['a'], note: string) =>
    clip(name, Math.max(20, width - labelWidth - note.length)) + note;
  return [
    ...labelled('before', named(a, noteOf(a))),
    ...labelled('after', named(b, noteOf(b))),
    ...labelled('records', countsOf(comparison, failureCounts(comparison)).join(', ')),
    label('verdict') + paint(differs ? 'yellow' : 'green', verdictOf(comparison)),
  ];
}

function makings(comparison: Comparison, width: number, paint: Paint): readonly string[] {
  const lines = makingsOf(comparison).flatMap(({ name, before, after }) => {
    const change = `${printable(before)} -> ${printable(after)}`;
    const line = `  ${printable(name)}: ${change}`;
    if (displayWidth(line) <= width) return [line];
    const [was, is] = [clip(before, shortSide), clip(after, shortSide)];
    const room = width - displayWidth(`  ${printable(name)}:  -> `);
    // Of two that are long, neither could be read beside the other.
    if (was === printable(before) && room >= 2 * shortSide)
      return [`  ${printable(name)}: ${was} -> ${clip(after, room - displayWidth(was))}`];
    if (is === printable(after) && room >= 2 * shortSide)
      return [`  ${printable(name)}: ${clip(before, room - displayWidth(is))} -> ${is}`];
    const side = (text: string) => clip(text, width - 8);
    return [`  ${clip(name, width - 3)}:`, `    - ${side(before)}`, `    + ${side(after)}`];
  });
  return lines.length === 0 ? [] : [paint('dim', 'the runs differ in'), ...lines];
}

function fieldTable(comparison: Comparison, width: number, paint: Paint): readonly string[] {
  const fields = fieldsInOrder(comparison);
  if (fields.length === 0) return [];
  const rows = fields.slice(0, mostFields).flatMap(fieldRows);
  return [
    paint('dim', 'fields that changed'),
    ...formatTable([{ header: 'records', rank: 0 }], rows, width, paint),
    ...more(fields.length - mostFields, 'other field', '  ').map(({ label }) => label),
  ];
}

function fieldRows({ name, changed, allowed, moves }: FieldSummary): readonly Row[] {
  const shown = (moves ?? []).slice(0, mostMoves).map(({ a, b, count }) => ({
    label: `    ${moveText(a, b)}`,
    cells: [formatCount(count)],
    style: 'dim' as const,
  }));
  const label = `  ${printable(name)}${allowed ? ' (may differ)' : ''}`;
  return [
    { label, cells: [formatCount(changed)] },
    ...shown,
    ...more((moves?.length ?? 0) - mostMoves, 'other move', '    '),
  ];
}

function moveText(...values: Parameters<typeof valueTexts>): string {
  return valueTexts(...values)
    .map((text) => printable(text ?? '(absent)'))
    .join(' -> ');
}

function more(count: number, noun: string, indent: string): readonly Row[] {
  return count > 0 ? [{ label: `${indent}and ${formatAmount(count, noun)}`, cells: [] }] : [];
}

function failureTable({ failureCodes }: Comparison, width: number, paint: Paint): readonly string[] {
  if (failureCodes.length === 0) return [];
  const columns = [
    { header: 'before', rank: 1 },
    { header: 'after', rank: 1 },
    { header: 'fixed', rank: 0 },
    { header: 'new', rank: 0 },
  ];
  const rows = failureCodes.map((code) => ({
    label: `  ${printable(code.code)}`,
    cells: [code.a, code.b, code.fixed, code.new].map(formatCount),
  }));
  return [paint('dim', 'failures'), ...formatTable(columns, rows, width, paint)];
}

function measureTable(comparison: Comparison, width: number, paint: Paint): readonly string[] {
  const measures = measuresOf(comparison);
  if (measures.length === 0) return [];
  const columns = [
    { header: 'before', rank: 0 },
    { header: 'after', rank: 0 },
    { header: 'change', rank: 1 },
  ];
  const rows = measures.map(({ name, before, after, change }) => ({
    label: name,
    cells: [before, after, change],
  }));
  // Not in columns: times are never twice the same, and are to be read, not added up.
  const times = latencyPairs(comparison).map(({ name, before, after }) => `${name}: ${before} -> ${after}`);
  return [...formatTable(columns, rows, width, paint), ...times];
}

async function failureList(
  { failures }: Comparison,
  width: number,
  paint: Paint,
): Promise<readonly string[]> {
  if (failures.count === 0) return [];
  const { first, more } = await firstOf(failures, mostFailures);
  return [
    paint('dim', 'with another outcome'),
    ...first.flatMap(({ key, a, b }) => {
      const change = `${outcomeText(a)} -> ${outcomeText(b)}`;
      const named = `  ${clip(key, Math.min(30, Math.floor(width / 3)))}  `;
      const indent = ' '.repeat(displayWidth(named));
      return wrap(clip(change, longestOutcome), width - indent.length).map(
        (line, at) => (at === 0 ? named : indent) + line,
      );
    }),
    ...(more > 0 ? [`  and ${formatAmount(more, 'other record')}: --format json has all`] : []),
  ];
}

async function keyLists(
  { added, removed }: Comparison,
  width: number,
  paint: Paint,
): Promise<readonly string[]> {
  const lists = [
    ['only after', added],
    ['only before', removed],
  ] as const;
  const lines: string[] = [];
  for (const [name, list] of lists) {
    if (list.count === 0) continue;
    const { first, more } = await firstOf(list, keysShown);
    const keys = [
      ...first.map((key) => clip(key, 30)),
      ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
    ];
    lines.push(paint('dim', name), ...wrap(keys.join(', '), width - 2).map((line) => `  ${line}`));
  }
  return lines;
}

async function* changedRecords(
  comparison: Comparison,
  limit: number,
  width: number,
  paint: Paint,
): AsyncGenerator<string> {
  let room = limit;
  for (const { records, heading } of changedKinds(comparison)) {
    yield `\n${paint('dim', heading)}\n`;
    let shown = 0;
    for await (const record of records.all()) {
      if (shown === room) break;
      shown += 1;
      yield withoutCommands(`${recordLines(record, width, paint).join('\n')}\n`);
    }
    room -= shown;
    if (shown === records.count) continue;
    const left = amountLeft(records.count - shown, shown);
    yield shown > 0 ? `  and ${left}: ${moreShown}\n` : `  ${left} left out: ${moreShown}\n`;
  }
}

function recordLines({ key, fields }: ChangedRecord, width: number, paint: Paint): readonly string[] {
  const lines = Object.entries(fields).flatMap(([name, change]) => changeLines(name, change, width, paint));
  return [`  ${paint('bold', clip(key, width - 2))}`, ...lines];
}

/** On the line of the field's name where there is room, else below it. */
function changeLines(
  name: string,
  { a, b }: ChangedRecord['fields'][string],
  width: number,
  paint: Paint,
): readonly string[] {
  const pieces = markedPieces(shownChange(a, b), paint);
  const label = clip(name, 30);
  const beside = wrapPieces(pieces, width - 6 - displayWidth(label));
  if (beside.length === 1) return [`    ${paint('dim', `${label}:`)} ${beside[0] ?? ''}`];
  const below = wrapPieces(pieces, width - 6);
  const kept = below.length > mostLines ? [...below.slice(0, mostLines - 1), '…'] : below;
  return [`    ${paint('dim', `${label}:`)}`, ...kept.map((line) => `      ${line}`)];
}
