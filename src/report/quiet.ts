import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { RunFinished, RunStarted } from '../run/events.ts';
import { newsOf } from './facts.ts';
import { collectFailures } from './failures.ts';
import { annotationsOf } from './github.ts';
import { nextOf } from './next.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { errorsPathOf } from './paths.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { clip } from './text.ts';

const longestMessage = 400;

/** Says nothing of a run that succeeds: only why it stopped, how many records failed, and how it goes on. */
export function quietReporter(options: ReporterOptions): Reporter {
  const failures = collectFailures();
  let started: RunStarted | undefined;
  return {
    on(event) {
      if (event.type === 'run_started') started = event;
      else if (event.type === 'record_finished' && event.outcome === 'failed') failures.add(event);
      else if (event.type === 'run_finished') {
        const end = { ...options, started, finished: event, failures };
        const command = nextOf(end)?.command ?? [];
        const lines = [
          ...endLines(event, started?.folder),
          ...(command.length === 0 ? [] : [`next: ${command.join(' ')}`]),
        ];
        options.output.write(withoutCommands(lines.map((line) => `${line}\n`).join('')));
        if (options.github !== undefined) {
          options.output.write(annotationsOf({ ...end, github: options.github }));
        }
      }
    },
    message() {},
    finish() {},
  };
}

function endLines(finished: RunFinished, folder: string | undefined): readonly string[] {
  const { state, counts } = finished;
  const reason = newsOf(finished);
  const of = `of ${formatAmount(counts.total, 'record')}`;
  const pending = `${formatCount(counts.pending)} ${of} pending`;
  const lines: string[] = [];
  if (state === 'interrupted' && reason === undefined) lines.push(`interrupted: ${pending}`);
  if (reason !== undefined) {
    lines.push(`${state}: ${clip(reason.message, longestMessage)}`);
    if (reason.hint !== undefined) lines.push(`hint: ${clip(reason.hint, longestMessage)}`);
    if (counts.pending > 0) lines.push(pending);
  }
  if (counts.failed > 0) {
    const where = folder === undefined ? '' : `: ${printable(errorsPathOf(folder))}`;
    lines.push(`${formatCount(counts.failed)} ${of} failed${where}`);
  }
  return lines;
}
