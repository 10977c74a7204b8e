import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { RunFinished, RunStarted } from '../run/events.ts';
import { collectFailures } from './failures.ts';
import { annotationsOf } from './github.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { errorsPathOf } from './paths.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { clip } from './text.ts';

const longestMessage = 400;

/** Says nothing of a run that succeeds: only why it stopped, and how many records failed. */
export function quietReporter(options: ReporterOptions): Reporter {
  const failures = collectFailures();
  let started: RunStarted | undefined;
  return {
    on(event) {
      if (event.type === 'run_started') started = event;
      else if (event.type === 'record_finished' && event.outcome === 'failed') failures.add(event);
      else if (event.type === 'run_finished') {
        const lines = endLines(event, started?.folder).map((line) => `${line}\n`);
        options.output.write(withoutCommands(lines.join('')));
        if (options.github !== true) return;
        options.output.write(annotationsOf({ ...options, started, finished: event, failures }));
      }
    },
    message() {},
    finish() {},
  };
}

function endLines({ state, reason, counts }: RunFinished, folder: string | undefined): readonly string[] {
  const of = `of ${formatAmount(counts.total, 'record')}`;
  const lines: string[] = [];
  if (state === 'interrupted') lines.push(`interrupted: ${formatCount(counts.pending)} ${of} pending`);
  else if (reason !== undefined) lines.push(`${state}: ${clip(reason.message, longestMessage)}`);
  if (counts.failed > 0) {
    const where = folder === undefined ? '' : `: ${printable(errorsPathOf(folder))}`;
    lines.push(`${formatCount(counts.failed)} ${of} failed${where}`);
  }
  return lines;
}
