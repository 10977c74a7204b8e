import type { UsageRow } from '../../run/totals.ts';
import type { Report } from '../figures/report.ts';
import { inexactCost, runCostInWords } from '../figures/words.ts';
import { costCell, isLowerBound, tokenCell } from '../money.ts';
import { budgetInWords } from '../budget.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { cellBar } from './charts.ts';
import { markup, nothing, type Html } from './html.ts';
import { scrolling, type Section } from './section.ts';

/** Tokens and money by step and by model. */
export function usageSection({ figures }: Report): Section {
  const { usage, budget } = figures;
  const { total, by_step, by_model } = usage;
  const isCached = total.cached_requests > 0;
  const columns = isCached ? 7 : 6;
  // Where not all costs are known, of those that are.
  const whole = Object.values(by_step).reduce((sum, values) => sum + costOf(values), 0);
  const row = (name: string, values: UsageRow): Html => markup`<tr><th scope="row" class="text">${name}</th>
<td class="number">${formatCount(values.requests)}</td>${isCached ? markup`<td class="number">${formatCount(values.cached_requests)}</td>` : nothing}
<td class="number">${tokenCell(values, values.input_tokens)}</td><td class="number">${tokenCell(values, values.output_tokens)}</td>
<td class="number">${costCell(values)}</td><td class="bars">${cellBar(costOf(values), whole)}</td></tr>`;
  const group = (title: string, rows: { readonly [name: string]: UsageRow }): Html =>
    markup`<tr class="group"><th scope="colgroup" colspan="${columns}">${title}</th></tr>${Object.entries(
      rows,
    ).map(([name, values]) => row(name, values))}`;
  const table = markup`<table><thead><tr><th scope="col"><span class="hidden">Step or model</span></th><th scope="col" class="number">Requests</th>${
    isCached ? markup`<th scope="col" class="number">From the cache</th>` : nothing
  }<th scope="col" class="number">Input<span class="hidden"> tokens</span></th><th scope="col" class="number">Output<span class="hidden"> tokens</span></th><th scope="col" class="number">Cost</th><th scope="col" class="bars"><span class="hidden">Share of the cost</span></th></tr></thead>
<tbody>${group('By step', by_step)}${group('By model', by_model)}
<tr class="sum"><th scope="row">Total</th><td class="number">${formatCount(total.requests)}</td>${
    isCached ? markup`<td class="number">${formatCount(total.cached_requests)}</td>` : nothing
  }<td class="number">${tokenCell(total, total.input_tokens)}</td><td class="number">${tokenCell(total, total.output_tokens)}</td><td class="number">${costCell(total)}</td><td class="bars"></td></tr></tbody></table>`;
  const notes = [
    ...(total.cost_usd === null || inexactCost(figures) !== undefined
      ? [`The cost is ${runCostInWords(figures)}.`]
      : []),
    ...(isLowerBound(total) ? ['A + marks a lower bound.'] : []),
    ...(isCached
      ? [
          `${formatAmount(total.cached_requests, 'call')} cost nothing: the answers came from pipe's own cache.`,
        ]
      : []),
    ...(budget === null ? [] : budgetInWords(budget, figures.usage).map((line) => `Of the budget, ${line}.`)),
  ];
  const content = markup`${notes.length === 0 ? nothing : markup`<p class="note">${notes.join(' ')}</p>`}${scrolling('Tokens and cost', table)}`;
  return { id: 'usage', title: 'Tokens and cost', content };
}

function costOf({ cost_usd }: UsageRow): number {
  return cost_usd ?? 0;
}
