import type { ErrorExample, ErrorGroup } from '../figures/error-groups.ts';
import type { Report } from '../figures/report.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { clipped, markup, nothing, type Html } from './html.ts';
import type { Section } from './section.ts';

const longestMessage = 600;
const groupsAtMost = 40;

/** Why records failed, by code, with examples. */
export function errorsSection({ figures }: Report): Section | undefined {
  const { errors, counts } = figures;
  if (errors.length === 0) return undefined;
  const hidden = errors.length - groupsAtMost;
  const content = markup`<p class="note">${formatAmount(counts.failed, 'record')} failed; <code>errors.jsonl</code> in the run's folder has each with its input.</p>
${errors.slice(0, groupsAtMost).map(groupMarkup)}${hidden > 0 ? markup`<p class="note">And ${formatAmount(hidden, 'other code')}.</p>` : nothing}`;
  return { id: 'errors', title: 'Errors', content };
}

function groupMarkup({ code, count, steps, examples }: ErrorGroup): Html {
  const where = steps.map(({ step, count: inStep }) => {
    const name = step === null ? 'the record itself' : `step ${step}`;
    return steps.length === 1 ? name : `${name} (${formatCount(inStep)})`;
  });
  return markup`<div class="error"><h3><span class="count">${formatCount(count)} ×</span> <code>${code}</code> <span class="sub text">in ${where.join(', ')}</span></h3>
<ul class="plain">${examples.map(exampleMarkup)}</ul></div>`;
}

function exampleMarkup({ key, line, message, status, request_id }: ErrorExample): Html {
  const details = [
    `line ${formatCount(line)}`,
    ...(status === null ? [] : [`status ${status}`]),
    ...(request_id === null ? [] : [`request ${request_id}`]),
  ];
  return markup`<li class="text">${clipped(message, longestMessage)} <span class="sub">${key}, ${details.join(', ')}</span></li>`;
}
