import { formatDuration } from '../../duration.ts';
import type { UsageRow } from '../../run/totals.ts';
import { boundedMarkdown, codeCell, codeSpan, markdownTable, markdownText } from '../markdown.ts';
import { costCell, tokenCell } from '../money.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { classInWords, fieldInWords } from './field-words.ts';
import type { Report } from './report.ts';
import {
  countsInWords,
  momentInWords,
  rateInWords,
  shareInWords,
  stateInWords,
  timeInWords,
  runCostInWords,
  warningsInWords,
} from './words.ts';

const groupsAtMost = 20;
const fieldsAtMost = 20;
const longestMessage = 200;

/** A run in Markdown, fit for the summary of a CI job: bounded, and nothing untrusted means anything in it. */
export function reportMarkdown(report: Report): string {
  return boundedMarkdown([head(report), results(report), errors(report), usage(report), calls(report)]);
}

function head({ figures }: Report): string {
  const { name, started, run } = figures;
  const time = timeInWords(figures);
  const rate = rateInWords(figures);
  const lines = [
    `**${stateInWords(figures).text}**: ${countsInWords(figures)}`,
    `**Cost**: ${markdownText(runCostInWords(figures))}`,
    ...(time === undefined ? [] : [`**Time**: ${time}${rate === undefined ? '' : `, ${rate}`}`]),
    `**Run**: ${codeSpan(run)}, begun ${momentInWords(started)}`,
  ];
  const warnings = warningsInWords(figures).map(
    ({ title, text }) => `> **${title}** ${markdownText(text)}\n\n`,
  );
  return `## ${markdownText(name)}\n\n${warnings.join('')}${lines.map((line) => `- ${line}\n`).join('')}`;
}

function results({ figures }: Report): string {
  const { records, fields, more_fields } = figures.results;
  if (fields.length === 0) return '';
  const shown = fields.slice(0, fieldsAtMost);
  const rows = shown.flatMap((field) => {
    const values = (field.values ?? []).map(({ value, count }) => [
      '',
      codeCell(classInWords(value), 60),
      formatCount(count),
      shareInWords(count, records),
    ]);
    const facts = markdownText(fieldInWords(field, records).join(', '));
    return [[codeCell(field.field, 60), facts, formatCount(field.records), ''], ...values];
  });
  const hidden = fields.length - shown.length;
  const others =
    hidden > 0
      ? `\nAnd ${formatAmount(hidden, 'other field')}.\n`
      : more_fields
        ? '\nAnd other fields.\n'
        : '';
  const table = markdownTable(
    [
      { header: 'Field' },
      { header: 'Value' },
      { header: 'Records', align: 'right' },
      { header: 'Share', align: 'right' },
    ],
    rows,
  );
  return `### Results\n\n${table}${others}`;
}

function errors({ figures }: Report): string {
  if (figures.errors.length === 0) return '';
  const rows = figures.errors
    .slice(0, groupsAtMost)
    .map(({ code, count, examples: [example] }) => [
      formatCount(count),
      codeCell(code),
      example === undefined ? '' : codeCell(example.message, longestMessage),
      example === undefined ? '' : codeCell(example.key, 60),
    ]);
  const hidden = figures.errors.length - rows.length;
  const table = markdownTable(
    [{ header: 'Records', align: 'right' }, { header: 'Error' }, { header: 'Example' }, { header: 'Record' }],
    rows,
  );
  return `### Errors\n\n${table}${hidden > 0 ? `\nAnd ${formatAmount(hidden, 'other code')}.\n` : ''}`;
}

function usage({ figures }: Report): string {
  const { total, by_step, by_model } = figures.usage;
  if (total.requests + total.cached_requests === 0) return '';
  const row = (name: string, values: UsageRow): readonly string[] => [
    name,
    formatCount(values.requests),
    tokenCell(values, values.input_tokens),
    tokenCell(values, values.output_tokens),
    markdownText(costCell(values)),
  ];
  const table = markdownTable(
    [
      { header: 'Step or model' },
      { header: 'Requests', align: 'right' },
      { header: 'Input tokens', align: 'right' },
      { header: 'Output tokens', align: 'right' },
      { header: 'Cost', align: 'right' },
    ],
    [
      ...Object.entries(by_step).map(([id, values]) => row(`step ${codeCell(id)}`, values)),
      ...Object.entries(by_model).map(([name, values]) => row(`model ${codeCell(name)}`, values)),
      row('**total**', total),
    ],
  );
  return `### Tokens and cost\n\n${table}`;
}

const time = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '–' : formatDuration(milliseconds);

function calls({ figures }: Report): string {
  const rows = Object.entries(figures.calls.by_step).map(
    ([id, { latency, calls, failed, retries, limited }]) => [
      codeCell(id),
      formatCount(calls),
      formatCount(failed),
      formatCount(retries),
      limited === null ? 'unknown' : formatCount(limited),
      time(latency?.p50_ms),
      time(latency?.p90_ms),
      time(latency?.p99_ms),
    ],
  );
  if (figures.calls.total.calls === 0) return '';
  const right = (header: string) => ({ header, align: 'right' as const });
  const table = markdownTable(
    [{ header: 'Step' }, ...['Calls', 'Failed', 'Retries', '429s', 'Half within', '90 %', '99 %'].map(right)],
    rows,
  );
  return `### Calls\n\n${table}`;
}
