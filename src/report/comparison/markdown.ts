import type { ChangedRecord, Comparison } from '../../comparison/compare.ts';
import { bounded } from '../../diagnostic/printable.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { shownChange, valueTexts, type ShownPiece } from './change-text.ts';
import { markdownText } from './escaped.ts';
import {
  countsOf,
  failureCounts,
  firstOf,
  latencyPairs,
  measuresOf,
  noteOf,
  outcomeText,
  verdictOf,
  type Measure,
} from './facts.ts';
import { makingsOf } from './makings.ts';
import { amountLeft, changedKinds, fieldsInOrder, type ChangedKind } from './shown-first.ts';

export interface MarkdownOptions {
  /** Changed records that are shown, as far as there is room. */
  readonly limit: number;
}

/** GitHub takes a comment of 65,536 characters; some room is left for what a workflow puts around it. */
const longest = 60_000;
const mostFields = 30;
const mostMoves = 12;
const mostKeys = 40;
const mostCodes = 30;
const longestName = 120;
/** Characters of one field of a record, before they are escaped: one may become six. */
const longestField = 1000;
/** Characters of one record, and of one table or list: all of those leave room for records. */
const longestRecord = 8000;
const longestList = 6000;

/** A comparison as a comment for a pull request: a table of what matters, the rest folded, never too long. */
export async function* comparisonMarkdown(
  comparison: Comparison,
  { limit }: MarkdownOptions,
): AsyncGenerator<string> {
  const parts = [
    headline(comparison),
    measureTable(comparison),
    makingSection(comparison),
    fieldSection(comparison),
    codeSection(comparison),
    await failureSection(comparison),
    await keySection('Only after', comparison.added),
    await keySection('Only before', comparison.removed),
  ].filter((part) => part !== '');
  const text = `${parts.join('\n\n')}\n`;
  yield text;
  yield* recordSections(comparison, limit, longest - text.length);
}

function headline(comparison: Comparison): string {
  const { a, b, differs } = comparison;
  const counts = countsOf(comparison, failureCounts(comparison)).join(', ');
  const verdict = verdictOf(comparison);
  return [
    `### ${differs ? '⚠️' : '✅'} pipe diff: ${verdict}`,
    `${code(a.name)}${markdownText(noteOf(a))} → ${code(b.name)}${markdownText(noteOf(b))}`,
    `**Records:** ${counts}`,
  ].join('\n\n');
}

/** Numbers of ours alone, so that a table of Markdown's own will do. */
function measureTable(comparison: Comparison): string {
  const measures: readonly Measure[] = [...measuresOf(comparison), ...latencyPairs(comparison)];
  if (measures.length === 0) return '';
  return [
    '| | before | after | change |',
    '|---|---:|---:|---:|',
    ...measures.map(({ name, before, after, change }) => `| ${name} | ${before} | ${after} | ${change} |`),
  ].join('\n');
}

function makingSection(comparison: Comparison): string {
  const makings = makingsOf(comparison);
  if (makings.length === 0) return '';
  const rows = makings
    .slice(0, mostFields)
    .map(({ name, before, after }) => row(code(name), code(before), code(after)));
  return folded(
    'The runs differ in',
    table(['', 'before', 'after'], rows, makings.length - mostFields),
    true,
  );
}

function fieldSection(comparison: Comparison): string {
  const fields = fieldsInOrder(comparison);
  if (fields.length === 0) return '';
  const rows = fields.slice(0, mostFields).map(({ name, changed, allowed, moves }) => {
    const shown = (moves ?? [])
      .slice(0, mostMoves)
      .map(({ a, b, count }) => `${moved(a, b)} ${formatCount(count)}`);
    const left = (moves?.length ?? 0) - mostMoves;
    const more = left > 0 ? [`and ${formatCount(left)} more`] : [];
    return row(
      code(name) + (allowed ? ' (may differ)' : ''),
      formatCount(changed),
      [...shown, ...more].join('<br>'),
    );
  });
  return folded(
    'Fields that changed',
    table(['field', 'records', 'moves'], rows, fields.length - mostFields),
    true,
  );
}

function moved(...values: Parameters<typeof valueTexts>): string {
  return valueTexts(...values)
    .map((text) => (text === undefined ? '(absent)' : code(text)))
    .join(' → ');
}

function codeSection({ failureCodes }: Comparison): string {
  if (failureCodes.length === 0) return '';
  const rows = failureCodes
    .slice(0, mostCodes)
    .map(({ code: name, a, b, fixed, new: fresh }) =>
      row(code(name), ...[a, b, fixed, fresh].map(formatCount)),
    );
  const names = ['failure', 'before', 'after', 'fixed', 'new'];
  return folded('Failures', table(names, rows, failureCodes.length - mostCodes), true);
}

async function failureSection({ failures }: Comparison): Promise<string> {
  if (failures.count === 0) return '';
  const { first, more } = await firstOf(failures, mostKeys);
  const rows = first.map(({ key, a, b }) => row(code(key), code(outcomeText(a)), code(outcomeText(b))));
  const title = `${formatAmount(failures.count, 'record')} with another outcome`;
  return folded(title, table(['key', 'before', 'after'], rows, more));
}

async function keySection(title: string, list: Comparison['added']): Promise<string> {
  if (list.count === 0) return '';
  const { first, more } = await firstOf(list, mostKeys);
  const { kept, left } = fitting(first.map(code), longestList);
  const keys = [...kept, ...(left + more > 0 ? [`and ${formatCount(left + more)} more`] : [])];
  return folded(`${title}: ${formatAmount(list.count, 'record')}`, `<p>${keys.join(', ')}</p>`);
}

async function* recordSections(comparison: Comparison, limit: number, room: number): AsyncGenerator<string> {
  const kinds = changedKinds(comparison);
  let left = kinds.reduce((sum, kind) => sum - opening(kind).length - ending(kind, 0).length, room);
  let mostShown = limit;
  for (const kind of kinds) {
    yield opening(kind);
    let shown = 0;
    for await (const record of kind.records.all()) {
      if (shown === mostShown) break;
      const text = recordText(record);
      if (text.length > left) {
        // What comes after it is of less weight.
        mostShown = shown;
        break;
      }
      left -= text.length;
      shown += 1;
      yield text;
    }
    mostShown -= shown;
    yield ending(kind, shown);
  }
}

function opening({ amount }: ChangedKind): string {
  return `\n<details><summary>${amount}</summary>\n`;
}

function ending({ records }: ChangedKind, shown: number): string {
  const left = records.count - shown;
  if (left === 0) return '</details>\n';
  return `<p>${amountLeft(left, shown)} left out: <code>pipe diff --all</code> shows them.</p>\n</details>\n`;
}

function recordText({ key, fields }: ChangedRecord): string {
  const texts = Object.entries(fields).map(
    ([name, { a, b }]) => `${code(name)}\n<pre>${changeText(shownChange(a, b))}</pre>\n`,
  );
  const { kept, left: more } = fitting(texts, longestRecord);
  const rest = more > 0 ? `<p>and ${formatAmount(more, 'other field')}</p>\n` : '';
  return `<p><b>${code(key)}</b></p>\n${kept.join('')}${rest}`;
}

function changeText(pieces: readonly ShownPiece[]): string {
  let room = longestField;
  return pieces
    .map(({ kind, text }) => {
      if (room <= 0) return '';
      const shown = markdownText(bounded(text, room));
      room -= text.length;
      if (kind === 'removed') return `<del>${shown}</del>`;
      return kind === 'added' ? `<ins>${shown}</ins>` : shown;
    })
    .join('');
}

function code(text: string): string {
  return `<code>${markdownText(bounded(text, longestName))}</code>`;
}

function row(...cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

/** HTML of lines none of which is empty: an empty one would end it, and Markdown begin again. */
function table(headers: readonly string[], rows: readonly string[], more: number): string {
  const head = `<tr>${headers.map((header) => `<th>${header}</th>`).join('')}</tr>`;
  const { kept, left } = fitting(rows, longestList);
  const rest = left + Math.max(0, more);
  const note = rest > 0 ? [`<tr><td>and ${formatCount(rest)} more</td></tr>`] : [];
  return ['<table>', head, ...kept, ...note, '</table>'].join('\n');
}

/** The first texts that there is room for, and how many there are beyond. */
function fitting(
  texts: readonly string[],
  room: number,
): { readonly kept: readonly string[]; readonly left: number } {
  let used = 0;
  const fits = texts.findIndex((text) => (used += text.length) > room);
  const kept = fits === -1 ? texts : texts.slice(0, fits);
  return { kept, left: texts.length - kept.length };
}

function folded(title: string, html: string, open = false): string {
  return `<details${open ? ' open' : ''}><summary>${title}</summary>\n${html}\n</details>`;
}
