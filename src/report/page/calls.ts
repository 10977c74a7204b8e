import { formatDuration } from '../../duration.ts';
import type { Report } from '../figures/report.ts';
import type { StepCalls } from '../figures/step-calls.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { barPlot } from './charts.ts';
import { markup, nothing, type Html } from './html.ts';
import { scrolling, type Section } from './section.ts';

/** How long calls took. */
export function latencySection({ figures }: Report): Section | undefined {
  const { latency, calls } = figures;
  if (latency === null) return undefined;
  const rows = Object.entries(calls.by_step).filter(([, step]) => step.latency !== null);
  const time = (milliseconds: number | undefined): Html =>
    markup`<td class="number">${milliseconds === undefined ? '–' : formatDuration(milliseconds)}</td>`;
  const cells = ({ latency, calls, failed, cached }: StepCalls): Html =>
    markup`<td class="number spare">${formatCount(calls - failed - cached)}</td>${time(latency?.p50_ms)}${time(latency?.p90_ms)}${time(latency?.p99_ms)}${time(latency?.max_ms)}`;
  const table = markup`<table><thead><tr><th scope="col">Step</th><th scope="col" class="number spare">Answers</th><th scope="col" class="number">Half within</th><th scope="col" class="number">90 %</th><th scope="col" class="number">99 %</th><th scope="col" class="number">Slowest</th></tr></thead>
<tbody>${rows.map(([id, step]) => markup`<tr><th scope="row" class="text">${id}</th>${cells(step)}</tr>`)}${
    rows.length > 1
      ? markup`<tr class="sum"><th scope="row">All steps</th>${cells(calls.total)}</tr>`
      : nothing
  }</tbody></table>`;
  const content = markup`<p class="note">From a call to its answer, waits for its turn, for a limit or for another attempt included.</p>
${scrolling('Latency by step', table)}
<div class="charts">${rows.map(([id, step]) => histogram(id, step, latency))}</div>`;
  return { id: 'latency', title: 'Latency', content };
}

function histogram(
  id: string,
  step: StepCalls,
  { edges_ms, by_step }: NonNullable<Report['figures']['latency']>,
): Html {
  const counts = by_step[id] ?? [];
  const low = edges_ms[0] ?? 1;
  const high = edges_ms.at(-1) ?? 10;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const place = (milliseconds: number): number =>
    Math.min(
      counts.length,
      Math.max(0, (Math.log(milliseconds / low) / Math.log(high / low)) * counts.length),
    );
  const bars = counts.map((value, at) => ({
    parts: [{ value, colour: 'accent' as const }],
    title: `${edgeInWords(edges_ms[at] ?? 0)} to ${edgeInWords(edges_ms[at + 1] ?? 0)}: ${formatAmount(value, 'answer')}`,
  }));
  const half = step.latency?.p50_ms ?? low;
  const label = `How long the ${formatAmount(total, 'answer')} of ${id} took: from ${formatDuration(low)} to ${formatDuration(high)}, half within ${formatDuration(half)}`;
  return markup`<figure><figcaption><span class="text">${id}</span><span class="sub">${formatAmount(total, 'answer')}</span></figcaption>
${barPlot({ label, bars, most: Math.max(...counts), marks: [place(half)] })}
<div class="axis" aria-hidden="true"><span>${formatDuration(low)}</span><span>half within ${formatDuration(half)}</span><span>${formatDuration(high)}</span></div></figure>`;
}

/** Edges of a few milliseconds lie closer together than a millisecond. */
function edgeInWords(milliseconds: number): string {
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : formatDuration(milliseconds);
}

/** What was asked more than once: attempts after errors, 429s, repairs of answers, rounds of tools. */
export function retriesSection({ figures, stepTypes }: Report): Section {
  const { calls, tool_calls } = figures;
  const rows = Object.entries(calls.by_step);
  const hasFurther = (types: readonly (string | undefined)[]): boolean =>
    rows.some(([id, { further_calls: further }]) => further > 0 && types.includes(stepTypes.get(id)));
  const columns: readonly {
    readonly title: string;
    readonly value: (step: StepCalls, id?: string) => string;
  }[] = [
    { title: 'Calls', value: ({ calls }) => formatCount(calls) },
    { title: 'Failed', value: ({ failed }) => formatCount(failed) },
    { title: '429s', value: ({ limited }) => (limited === null ? 'unknown' : formatCount(limited)) },
    {
      title: calls.total.limited === null ? 'Retries, with 429s' : 'Other retries',
      value: ({ retries, limited }) =>
        formatCount(limited === null ? retries : Math.max(0, retries - limited)),
    },
    ...(hasFurther(['structured'])
      ? [{ title: 'Repairs', value: (step: StepCalls, id?: string) => furtherOf('structured', step, id) }]
      : []),
    ...(hasFurther(['tools'])
      ? [{ title: 'Tool rounds', value: (step: StepCalls, id?: string) => furtherOf('tools', step, id) }]
      : []),
    ...(hasFurther([undefined, 'chat'])
      ? [
          {
            title: 'Repairs and tool rounds',
            value: ({ further_calls: further }: StepCalls) => formatCount(further),
          },
        ]
      : []),
  ];

  function furtherOf(type: string, { further_calls: further }: StepCalls, id: string | undefined): string {
    if (id !== undefined) return stepTypes.get(id) === type ? formatCount(further) : '–';
    const ofType = rows.filter(([step]) => stepTypes.get(step) === type);
    return formatCount(ofType.reduce((sum, [, calls]) => sum + calls.further_calls, 0));
  }

  const cells = (step: StepCalls, id?: string): Html =>
    markup`${columns.map(({ value }) => markup`<td class="number">${value(step, id)}</td>`)}`;
  const table = markup`<table><thead><tr><th scope="col">Step</th>${columns.map(
    ({ title }) => markup`<th scope="col" class="number">${title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([id, step]) => markup`<tr><th scope="row" class="text">${id}</th>${cells(step, id)}</tr>`,
  )}${rows.length > 1 ? markup`<tr class="sum"><th scope="row">All steps</th>${cells(calls.total)}</tr>` : nothing}</tbody></table>`;
  const tools =
    tool_calls.total === 0
      ? ''
      : ` Tools were called ${formatAmount(tool_calls.total, 'time')}, ${tool_calls.failed === 0 ? 'and none failed' : `of which ${formatCount(tool_calls.failed)} failed`}.`;
  const content = markup`<p class="note">A 429 means that the provider's limit was met: the request is sent again after a pause. Other retries follow faults such as a time-out or a 500. A call is failed when no attempt was left.${tools}</p>
${scrolling('Calls and retries by step', table)}`;
  return { id: 'retries', title: 'Retries and repairs', content };
}
