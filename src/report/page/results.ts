import { classInWords, fieldInWords } from '../figures/field-words.ts';
import type { Report } from '../figures/report.ts';
import type { FieldFigures } from '../figures/results.ts';
import { shareInWords } from '../figures/words.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { cellBar } from './charts.ts';
import { markup, nothing, type Html } from './html.ts';
import { scrolling, type Section } from './section.ts';

const fieldsAtMost = 60;

/** What the records came to: how often each field has which value. */
export function resultsSection({ figures, leftOut }: Report): Section | undefined {
  const { records, fields, more_fields } = figures.results;
  if (fields.length === 0) return undefined;
  const shown = fields.slice(0, fieldsAtMost);
  const listed = shown.filter(({ values }) => values !== null);
  const others = shown.filter(({ values }) => values === null);
  const hidden = fields.length - shown.length;
  const left =
    hidden > 0 ? `And ${formatAmount(hidden, 'other field')}.` : more_fields ? 'And other fields.' : '';
  const content = markup`<p class="note">Of ${records === 1 ? 'the one record' : `all ${formatCount(records)} records`} that succeeded.${leftOut === undefined ? '' : ` ${leftOut}`}</p>
${listed.length === 0 ? nothing : markup`<div class="results">${listed.map((field) => listedMarkup(field, records))}</div>`}${
    others.length === 0 ? nothing : othersMarkup(others, records)
  }${left === '' ? nothing : markup`<p class="note spaced">${left}</p>`}`;
  return { id: 'results', title: 'Results', content };
}

function listedMarkup(field: FieldFigures, records: number): Html {
  return markup`<div><h3 class="text">${field.field}</h3><p class="sub">${wordsOf(field, records)}</p>${scrolling(`Values of ${field.field}`, valuesTable(field, records))}</div>`;
}

/** Texts, lists and measures, whose values cannot be told one by one. */
function othersMarkup(fields: readonly FieldFigures[], records: number): Html {
  return markup`<dl class="pairs">${fields.map(
    (field) => markup`<dt class="text">${field.field}</dt><dd>${wordsOf(field, records)}</dd>`,
  )}</dl>`;
}

function wordsOf(field: FieldFigures, records: number): string {
  return fieldInWords(field, records).join(' · ');
}

function valuesTable({ values, null: nulls }: FieldFigures, records: number): Html {
  const shown = values ?? [];
  const row = (value: Html, count: number): Html =>
    markup`<tr><th scope="row" class="text">${value}</th><td class="number">${formatCount(count)}</td><td class="number">${shareInWords(count, records)}</td><td class="shares">${cellBar(count, records)}</td></tr>`;
  return markup`<table><thead><tr><th scope="col">Value</th><th scope="col" class="number">Records</th><th scope="col" class="number">Share</th><td class="shares"></td></tr></thead>
<tbody>${shown.map(({ value, count }) => row(markup`${classInWords(value)}`, count))}${
    nulls === 0 ? nothing : row(markup`<span class="cut">null</span>`, nulls)
  }</tbody></table>`;
}
