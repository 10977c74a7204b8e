import type { Report } from '../figures/report.ts';
import type { RecordStory } from '../figures/story.ts';
import { endedRecords } from '../figures/words.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { markup, nothing, type Html } from './html.ts';
import { recordMarkup } from './record.ts';
import { saidInLines } from './said.ts';
import type { Section } from './section.ts';

/** Bytes of markup that the records may take: the page stays below 10 MB with all else that is on it. */
const mostBytes = 8.5 * 1024 * 1024;

const columns = [
  { name: 'line', title: 'Line', class: 'number line' },
  { name: 'key', title: 'Record', class: '' },
  { name: 'outcome', title: 'Outcome', class: '' },
  { name: undefined, title: 'Result', class: '' },
  { name: 'calls', title: 'Calls', class: 'number calls' },
  { name: 'tokens', title: 'Tokens', class: 'number tokens' },
  { name: 'cost', title: 'Cost', class: 'number cost' },
  { name: 'time', title: 'In calls', class: 'number time' },
] as const;

/** The records one by one: failed ones first of all get room, the others as far as there is any. */
export function recordsSection(report: Report): Section | undefined {
  const { figures, withoutMessages } = report;
  if (endedRecords(figures) === 0) return undefined;
  const shown = fitting(report);
  const rows = shown.map(({ rows }) => rows);
  const head = columns.map(
    ({ name, title, class: kind }) =>
      markup`<th scope="col" class="${kind}"${name === undefined ? nothing : markup` data-sort="${name}"`}>${title}</th>`,
  );
  const content = markup`<p class="note">${shownInWords(report, shown)}${withoutMessages === undefined ? '' : ` ${withoutMessages}`}</p>
<form class="controls" id="controls" role="search" aria-label="Records"><label class="grow">Search in keys, messages and answers<input type="search" id="search" autocomplete="off" spellcheck="false"></label>
<label>Outcome<select id="outcome"><option value="">all</option><option value="failed">failed</option><option value="succeeded">succeeded</option><option value="skipped">skipped</option></select></label>
<output id="shown" for="search outcome"></output></form>
<table class="records" id="record-table"><caption class="hidden">Records</caption><colgroup><col class="c-line"><col class="c-key"><col class="c-out"><col class="c-result"><col class="c-calls"><col class="c-tokens"><col class="c-cost"><col class="c-time"></colgroup>
<thead><tr>${head}</tr></thead>
${rows}</table>`;
  return { id: 'records', title: 'Records', content };
}

interface Shown {
  readonly story: RecordStory;
  readonly rows: Html;
}

function fitting({ stories, messages, isCopied }: Report): readonly Shown[] {
  let room = mostBytes;
  const shown: Shown[] = [];
  const outputs = stories.map(({ output }) => output);
  const said = saidInLines(outputs, isCopied);
  const ordered = stories.toSorted((one, other) => rank(one) - rank(other));
  for (const story of ordered) {
    const rows = recordMarkup(story, messages.get(story.sequence), said, columns.length);
    room -= Buffer.byteLength(rows.html);
    if (room < 0) break;
    shown.push({ story, rows });
  }
  return shown.sort((one, other) => one.story.sequence - other.story.sequence);
}

/** Failed records first; within them, and within the others, in an order that has nothing to do with the input's. */
function rank({ outcome, sequence }: RecordStory): number {
  const scattered = Math.imul(sequence + 1, 0x9e3779b1) >>> 0;
  return outcome === 'failed' ? scattered - 2 ** 32 : scattered;
}

function shownInWords({ figures }: Report, shown: readonly Shown[]): string {
  const { counts } = figures;
  const ended = endedRecords(figures);
  const pending =
    counts.pending === 0
      ? ''
      : counts.pending === null
        ? ' Those that have not ended are not listed.'
        : ` ${formatAmount(counts.pending, 'pending record')} ${counts.pending === 1 ? 'is' : 'are'} not listed.`;
  if (shown.length === ended) {
    return `${ended === 1 ? 'The one record' : `All ${formatCount(ended)} records`} that ended.${pending}`;
  }
  if (shown.length === 0) return `None of ${formatAmount(ended, 'record')} is listed.${pending}`;
  const failed = shown.filter(({ story }) => story.outcome === 'failed').length;
  const others = shown.length - failed;
  const failures =
    counts.failed === 0
      ? []
      : [
          failed === counts.failed
            ? `all ${formatCount(failed)} that failed`
            : `${formatCount(failed)} of the ${formatCount(counts.failed)} that failed, drawn at random`,
        ];
  const all = formatCount(ended - counts.failed);
  const rest =
    others === 0
      ? `none of the ${all} others`
      : `${formatCount(others)} of the ${all} others, drawn at random`;
  return `${formatCount(shown.length)} of ${formatAmount(ended, 'record')}: ${[...failures, rest].join(', and ')}. The figures above are of all records.${pending}`;
}
