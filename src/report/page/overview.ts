import type { Report } from '../figures/report.ts';
import {
  costNote,
  countsInWords,
  endedRecords,
  momentInWords,
  rateInWords,
  shareInWords,
  stateInWords,
  timeInWords,
  warningsInWords,
} from '../figures/words.ts';
import { formatDuration } from '../../duration.ts';
import { costCell, isLowerBound } from '../money.ts';
import { formatAmount, formatCompact, formatCount } from '../numbers.ts';
import { shareBar } from './charts.ts';
import { markup, nothing, type Html } from './html.ts';

/** The head of the page: what ran, how it stands, and what a reader has to know first. */
export function pageHeader({ figures }: Report, sections: readonly (readonly [string, string])[]): Html {
  const { name, started, sessions, models, run } = figures;
  const state = stateInWords(figures);
  const answered = [...new Set(Object.entries(models).map(([asked]) => asked))];
  return markup`<header><div class="width">
<h1 class="text">${name}</h1>
<p class="lead">${run}</p>
<div class="facts"><span class="badge ${state.mood}">${state.text}</span><span>${momentInWords(started)}</span>${
    answered.length === 0 ? nothing : markup`<span class="text">${answered.join(', ')}</span>`
  }${sessions > 1 ? markup`<span>${formatAmount(sessions, 'session')}</span>` : nothing}</div>
${warningsInWords(figures).map(
  ({ title, text, mood }) =>
    markup`<p class="banner ${mood === 'bad' ? 'bad' : ''} text"><strong>${title}</strong> ${text}</p>`,
)}
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</div></header>`;
}

/** The figures that are asked for first. */
export function keyFigures({ figures }: Report): Html {
  const { counts, usage } = figures;
  const { total } = usage;
  return markup`<section class="bare" aria-labelledby="overview"><h2 id="overview" class="hidden">Key figures</h2>
<dl class="cards">
${card('Succeeded', counts.succeeded === 0 ? '' : 'good', formatCount(counts.succeeded), succeededNote(figures))}
${card('Failed', counts.failed > 0 ? 'bad' : '', formatCount(counts.failed), counts.failed === 0 ? 'no record failed' : `${shareInWords(counts.failed, endedRecords(figures))} of those that ended`)}
${card('Cost', '', costCell(total), costNote(figures))}
${card('Tokens', '', tokensFigure(figures), tokensNote(figures))}
${card('Time', '', timeInWords(figures) ?? 'unknown', timeNote(figures))}
${card('Model calls', '', formatCount(figures.calls.total.calls), latencyNote(figures))}
</dl>
${outcomes(figures)}
</section>`;
}

function card(name: string, mood: string, figure: string, note: string): Html {
  return markup`<div><dt>${name}</dt><dd><div class="figure ${mood}">${figure}</div><div class="sub">${note}</div></dd></div>`;
}

function succeededNote({ counts }: Report['figures']): string {
  if (counts.total === null) return 'so far';
  return counts.total === 0 ? 'there were no records' : `of ${formatAmount(counts.total, 'record')}`;
}

function tokensFigure({ usage: { total } }: Report['figures']): string {
  if (total.total_tokens === null) return 'unknown';
  return `${formatCompact(total.total_tokens)}${isLowerBound(total) ? '+' : ''}`;
}

function tokensNote({ usage: { total } }: Report['figures']): string {
  const { input_tokens: input, output_tokens: output } = total;
  if (input === null || output === null || total.total_tokens === 0) return '';
  return `${formatCompact(input)} in, ${formatCompact(output)} out`;
}

function timeNote(figures: Report['figures']): string {
  const rate = rateInWords(figures);
  const until = figures.duration_ms === null ? 'to the last call that ended' : '';
  return [until, rate === undefined ? '' : `records at ${rate}`].filter((text) => text !== '').join(', ');
}

function latencyNote({ calls: { total } }: Report['figures']): string {
  return total.latency === null ? '' : `half within ${formatDuration(total.latency.p50_ms)}`;
}

/** How the records ended, as one bar and in words. */
function outcomes(figures: Report['figures']): Html {
  const { succeeded, failed, skipped, pending } = figures.counts;
  if (endedRecords(figures) + (pending ?? 0) === 0) return nothing;
  const parts = [
    { name: 'succeeded', value: succeeded, colour: 'good' },
    { name: 'failed', value: failed, colour: 'bad' },
    { name: 'skipped', value: skipped, colour: 'grey' },
    { name: 'pending', value: pending ?? 0, colour: 'warn' },
  ] as const;
  return markup`${shareBar(countsInWords(figures), parts)}
<ul class="legend">${parts
    .filter(({ value }) => value > 0)
    .map(
      ({ name, value, colour }) => markup`<li class="${colour}">${formatCount(value)} ${name}</li>`,
    )}</ul>`;
}
