import { printable } from '../diagnostic/printable.ts';
import type { RunFinished, RunStarted } from '../run/events.ts';
import type { FailedRecord, Failures } from './failures.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { errorsPathOf } from './paths.ts';
import { clip } from './text.ts';

const longestMessage = 400;
const longestName = 60;

interface AnnotationInput {
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished;
  readonly failures: Failures;
  readonly inputPath: string;
}

/**
 * Workflow commands of GitHub Actions for how a run failed, a line each; empty when nothing did. GitHub shows ten
 * annotations of a step: the first few failed records, how many there were, and why the run stopped.
 */
export function annotationsOf({ started, finished, failures, inputPath }: AnnotationInput): string {
  const { counts, reason } = finished;
  // Failures that `fail.error_rate` allows are no reason to fail the job.
  const level = finished.failed || finished.state !== 'completed' ? 'error' : 'warning';
  const title = `pipe run ${clip(started?.pipeline ?? '', longestName)}`.trimEnd();
  const commands = failures.first().map((record) => ofRecord(level, record, inputPath));
  if (counts.failed > 0) {
    const where = started?.folder === undefined ? '' : `, see ${errorsPathOf(started.folder)}`;
    const text = `${formatCount(counts.failed)} of ${formatAmount(counts.total, 'record')} failed${where}`;
    commands.push(command(level, { title }, text));
  }
  if (reason !== undefined) {
    const left = `${formatCount(counts.pending)} of ${formatAmount(counts.total, 'record')} pending`;
    const text = `${finished.state}: ${clip(reason.message, longestMessage)}`;
    commands.push(command('error', { title }, counts.pending > 0 ? `${text} (${left})` : text));
  }
  return commands.join('');
}

function ofRecord(level: Level, record: FailedRecord, inputPath: string): string {
  const { step, key, error, line } = record;
  const details = [...(step === null ? [] : [`step ${step}`]), `key ${clip(key, longestName)}`];
  const title = { title: error.code };
  const text = `${clip(error.message, longestMessage)} (${details.join(', ')})`;
  return command(level, inputPath === '-' ? title : { file: inputPath, line: String(line), ...title }, text);
}

type Level = 'error' | 'warning';

function command(level: Level, properties: { readonly [name: string]: string }, text: string): string {
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${level} ${list.join(',')}::${escapeData(text)}\n`;
}

function escapeData(text: string): string {
  return printable(text).replaceAll('%', '%25');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
