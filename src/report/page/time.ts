import { formatDuration } from '../../duration.ts';
import type { Report } from '../figures/report.ts';
import type { TimeBin, Timeline } from '../figures/timeline.ts';
import { formatCount, formatRate } from '../numbers.ts';
import { barPlot, type Colour } from './charts.ts';
import { markup, nothing, type Html } from './html.ts';
import type { Section } from './section.ts';

/** What happened when. */
export function timeSection({ figures }: Report): Section | undefined {
  const { time, calls } = figures;
  if (calls.total.calls === 0) return undefined;
  const title = 'Over time';
  if (time === null) {
    const why =
      'The journal of this run does not tell when its calls ended: an older version of pipe wrote it.';
    return { id: 'time', title, content: markup`<p class="note">${why}</p>` };
  }
  const seconds = time.bin_ms / 1000;
  const repeated = time.bins.some(({ limited, retries }) => limited + retries > 0);
  const sessions =
    time.sessions.length > 1
      ? ` Dashed lines mark where one of the ${formatCount(time.sessions.length)} sessions begins; the time between them is left out.`
      : '';
  const content = markup`<p class="note">Each bar stands for ${formatDuration(time.bin_ms)}. A call that waits for its turn, for a limit or for another attempt is counted too: others may be begun in its place, while no more requests are sent at one time than <code>limits.concurrency</code> allows.${sessions}</p>
<div class="stack">
${plot(time, {
  title: 'Records that ended',
  value: ({ records }) => records / seconds,
  words: formatRate,
})}
${plot(time, {
  title: 'Calls under way or waiting',
  value: ({ in_flight }) => in_flight,
  // Never more than there really were at one time: the mean of a bar is at most its highest count.
  words: (value) => formatCount(Math.ceil(value - 1e-6)),
})}
${
  repeated
    ? plot(time, {
        title: 'Requests that were repeated',
        value: ({ limited }) => limited,
        colour: 'warn',
        second: { value: ({ retries }) => retries, colour: 'bad' },
        words: (value) => formatCount(value),
        legend: markup`<ul class="legend">${calls.total.limited === 0 ? nothing : markup`<li class="warn">after a 429</li>`}${
          calls.total.retries === calls.total.limited
            ? nothing
            : markup`<li class="bad">after another fault</li>`
        }</ul>`,
      })
    : markup`<p class="note">No request met a 429 or had to be repeated.</p>`
}
</div>`;
  return { id: 'time', title, content };
}

interface Series {
  readonly title: string;
  readonly value: (bin: TimeBin) => number;
  readonly colour?: Colour;
  /** Stands on top of the first. */
  readonly second?: { readonly value: (bin: TimeBin) => number; readonly colour: Colour };
  readonly words: (value: number) => string;
  readonly legend?: Html;
}

function plot({ bins, bin_ms, length_ms, sessions }: Timeline, series: Series): Html {
  const { title, value, colour = 'accent', second, words, legend = nothing } = series;
  const sum = (bin: TimeBin): number => value(bin) + (second?.value(bin) ?? 0);
  const most = Math.max(...bins.map(sum));
  const peak = bins.findIndex((bin) => sum(bin) === most);
  const bars = bins.map((bin, at) => ({
    parts: [
      { value: value(bin), colour },
      ...(second === undefined ? [] : [{ value: second.value(bin), colour: second.colour }]),
    ],
    title: `${formatDuration(at * bin_ms)}: ${words(sum(bin))}`,
  }));
  const label = `${title} over ${formatDuration(length_ms)}: at most ${words(most)}, ${formatDuration(peak * bin_ms)} after the begin`;
  return markup`<figure class="wide"><figcaption><span>${title}</span><span class="sub">at most ${words(most)}</span></figcaption>
${barPlot({ label, bars, most, marks: sessions.slice(1).map((begin) => begin / bin_ms) })}
<div class="axis" aria-hidden="true"><span>0</span><span>${formatDuration(length_ms / 2)}</span><span>${formatDuration(length_ms)}</span></div>${legend}</figure>`;
}
