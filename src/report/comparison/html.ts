import { createHash } from 'node:crypto';
import type { ChangedRecord, Comparison } from '../../comparison/compare.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { shownChange, valueTexts } from './change-text.ts';
import { htmlText } from './escaped.ts';
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
import { amountLeft, changedKinds, fieldsInOrder } from './shown-first.ts';
import { pageStyle } from './style.ts';

export interface HtmlOptions {
  /** Changed records that are shown. */
  readonly limit: number;
}

const mostListed = 1000;
const mostMoves = 50;

/** A comparison as one page that needs nothing else: no script, no font, no request; its style is allowed by its hash. */
export async function* comparisonHtml(
  comparison: Comparison,
  { limit }: HtmlOptions,
): AsyncGenerator<string> {
  yield opening(comparison);
  yield summary(comparison);
  yield measures(comparison);
  yield makings(comparison);
  yield fields(comparison);
  yield codes(comparison);
  yield await outcomes(comparison);
  yield await keys('Only after', comparison.added);
  yield await keys('Only before', comparison.removed);
  yield* records(comparison, limit);
  yield '</main>\n</body>\n</html>\n';
}

function opening({ a, b }: Comparison): string {
  const hash = createHash('sha256').update(pageStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>pipe diff: ${htmlText(a.name)} → ${htmlText(b.name)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
`;
}

function summary(comparison: Comparison): string {
  const { a, b, differs } = comparison;
  const side = (name: string, of: Comparison['a']) =>
    `<dt>${name}</dt><dd><bdi>${htmlText(of.name)}</bdi>${htmlText(noteOf(of))}</dd>\n`;
  const counts = countsOf(comparison, failureCounts(comparison)).join(', ');
  return `<h1>What changed</h1>
<p class="verdict ${differs ? 'differs' : 'same'}">${verdictOf(comparison)}</p>
<dl>
${side('Before', a)}${side('After', b)}<dt>Records</dt><dd>${counts}</dd>
</dl>
`;
}

function measures(comparison: Comparison): string {
  const rows = [...measuresOf(comparison), ...latencyPairs(comparison)].map(
    ({ name, before, after, change }) => [heading(name), number(before), number(after), number(change)],
  );
  return table('Usage, cost and time', ['', right('before'), right('after'), right('change')], rows);
}

function makings(comparison: Comparison): string {
  const rows = makingsOf(comparison).map(({ name, before, after }) => [
    heading(name),
    cell(before),
    cell(after),
  ]);
  return table('The runs differ in', ['', 'before', 'after'], rows);
}

function fields(comparison: Comparison): string {
  const rows = fieldsInOrder(comparison).map(({ name, changed, allowed, moves }) => {
    const shown = (moves ?? [])
      .slice(0, mostMoves)
      .map(({ a, b, count }) => `<li>${moved(a, b)} <b>${formatCount(count)}</b></li>`);
    const left = (moves?.length ?? 0) - mostMoves;
    const more = left > 0 ? `<li>and ${formatCount(left)} more</li>` : '';
    const list = shown.length === 0 ? '' : `<ul>${shown.join('')}${more}</ul>`;
    return [
      heading(`${name}${allowed ? ' (may differ)' : ''}`),
      number(formatCount(changed)),
      `<td>${list}</td>`,
    ];
  });
  return table('Fields that changed', ['field', right('records'), 'moves'], rows);
}

function moved(...values: Parameters<typeof valueTexts>): string {
  return valueTexts(...values)
    .map((text) => (text === undefined ? '(absent)' : `<bdi>${htmlText(text)}</bdi>`))
    .join(' → ');
}

function codes({ failureCodes }: Comparison): string {
  const rows = failureCodes.map(({ code, a, b, fixed, new: fresh }) => [
    heading(code),
    ...[a, b, fixed, fresh].map((count) => number(formatCount(count))),
  ]);
  return table('Failures', ['code', ...['before', 'after', 'fixed', 'new'].map(right)], rows);
}

async function outcomes({ failures }: Comparison): Promise<string> {
  const { first, more } = await firstOf(failures, mostListed);
  const rows = first.map(({ key, a, b }) => [heading(key), cell(outcomeText(a)), cell(outcomeText(b))]);
  return table('Records with another outcome', ['key', 'before', 'after'], rows) + leftOut(more);
}

async function keys(title: string, list: Comparison['added']): Promise<string> {
  if (list.count === 0) return '';
  const { first, more } = await firstOf(list, mostListed);
  const items = first.map((key) => `<li><bdi>${htmlText(key)}</bdi></li>`).join('\n');
  return `<details><summary>${title}: ${formatAmount(list.count, 'record')}</summary>
<ul>
${items}
</ul>
</details>
${leftOut(more)}`;
}

async function* records(comparison: Comparison, limit: number): AsyncGenerator<string> {
  let room = limit;
  for (const [at, kind] of changedKinds(comparison).entries()) {
    yield `<h2>${kind.amount}</h2>\n`;
    if (at === 0) yield legend;
    let shown = 0;
    for await (const record of kind.records.all()) {
      if (shown === room) break;
      shown += 1;
      yield recordHtml(record);
    }
    room -= shown;
    const left = kind.records.count - shown;
    yield leftOut(left, amountLeft(left, shown));
  }
}

const legend =
  '<p class="legend">What went is <del>struck out</del>, what came is <ins>underlined</ins>.</p>\n';

function recordHtml({ key, fields }: ChangedRecord): string {
  const changes = Object.entries(fields).map(
    ([name, { a, b }]) => `<h4><bdi>${htmlText(name)}</bdi></h4>
<p class="change" dir="auto">${changeHtml(a, b)}</p>
`,
  );
  return `<article>
<h3><bdi>${htmlText(key)}</bdi></h3>
${changes.join('')}</article>
`;
}

function changeHtml(a: Parameters<typeof shownChange>[0], b: Parameters<typeof shownChange>[1]): string {
  return shownChange(a, b)
    .map(({ kind, text }) => {
      const shown = htmlText(text);
      if (kind === 'removed') return `<del>${shown}</del>`;
      if (kind === 'added') return `<ins>${shown}</ins>`;
      return kind === 'omitted' ? `<span class="omitted">${shown}</span>` : shown;
    })
    .join('');
}

function leftOut(count: number, amount = formatAmount(count, 'other record')): string {
  if (count <= 0) return '';
  return `<p>${amount} left out: <code>--all</code> or <code>--format json</code> shows more.</p>\n`;
}

function heading(text: string): string {
  return `<th scope="row"><bdi>${htmlText(text)}</bdi></th>`;
}

function cell(text: string): string {
  return `<td><bdi>${htmlText(text)}</bdi></td>`;
}

function number(text: string): string {
  return `<td class="number">${htmlText(text)}</td>`;
}

/** A header that stands over numbers, as they do. */
interface NumberHeader {
  readonly number: string;
}

function right(number: string): NumberHeader {
  return { number };
}

/** Nothing where there are no rows. The cells are HTML already. */
function table(
  caption: string,
  headers: readonly (string | NumberHeader)[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return '';
  const head = headers.map((header) => {
    if (typeof header !== 'string') return `<th scope="col" class="number">${header.number}</th>`;
    return header === '' ? '<td></td>' : `<th scope="col">${header}</th>`;
  });
  return `<table>
<caption>${caption}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n')}
</tbody>
</table>
`;
}
