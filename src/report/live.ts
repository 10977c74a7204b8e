import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { RunStarted, RunStopping } from '../run/events.ts';
import type { ReplayMiss } from '../run/recordings/miss.ts';
import { annotationsOf } from './github.ts';
import { createFailureLog, type FailureDetails } from './failure-log.ts';
import { collectFailures } from './failures.ts';
import { formatAmount, formatCount, formatSeconds } from './numbers.ts';
import type { LiveView, LiveViewOptions } from './live-view.ts';
import { paintFor, systemClock, type Paint } from './output.ts';
import { errorsPathOf } from './paths.ts';
import { missKind, missLines, missTitle } from './replay-miss.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { formatSummary } from './summary.ts';
import { createTally } from './tally.ts';
import { clip, isolated, wrap } from './text.ts';
import { createWaitLog } from './wait-log.ts';

const longestName = 60;
const longestMessage = 400;

/** Follows a run for a person: a first line, progress, the first failures, a summary. */
export function liveReporter(
  options: ReporterOptions,
  createView: (options: LiveViewOptions) => LiveView,
): Reporter {
  const { output, clock = systemClock } = options;
  let started: RunStarted | undefined;
  const inputPath = printable(options.inputPath);
  const paint = paintFor(output);
  const tally = createTally(() => clock.now());
  const view = createView({ output, clock, read: () => tally.read() });
  const print = (lines: string) => view.print(withoutCommands(lines));
  const failures = collectFailures();
  /** Of records that are about to fail for it, by their index. */
  const misses = new Map<number, ReplayMiss>();
  const log = createFailureLog({
    print,
    paint,
    inputPath,
    errorsPath: () => (started?.folder === undefined ? undefined : printable(errorsPathOf(started.folder))),
  });
  const tell = (lines: string) => {
    log.flush();
    print(lines);
  };
  /** Broken between words on a terminal, and whole where it may be searched for. */
  const warn = (line: string) => {
    const lines = output.isTerminal ? wrap(line, output.columns) : [line];
    tell(lines.map((part) => paint('yellow', part)).join('\n'));
  };
  const waits = createWaitLog({ print: tell, paint, now: () => clock.now(), seen: view.showsWaits });
  return {
    on(event) {
      tally.add(event);
      switch (event.type) {
        case 'run_started':
          started = event;
          print(startLine(event));
          view.start();
          return;
        case 'record_finished':
          if (event.outcome !== 'failed') return;
          failures.add(event);
          log.add(event, detailsOf(misses.get(event.index), paint));
          misses.delete(event.index);
          return;
        case 'replay_missed':
          misses.set(event.index, event.miss);
          return;
        case 'run_stopping':
          warn(stoppingLine(event, tally.read().inFlight));
          return;
        case 'model_paused':
          waits.add(event);
          return;
        case 'notice':
          warn(clip(event.message, longestMessage));
          return;
        case 'run_finished': {
          view.stop();
          log.flush();
          const end = { ...options, inputPath, started, finished: event, failures };
          const { done, kept, cut } = tally.read();
          const latency = tally.latency();
          const summary = { ...end, done: done - kept, cut, ...(latency && { latency }) };
          output.write(withoutCommands(`\n${formatSummary(summary, output)}`));
          if (options.github !== undefined) output.write(annotationsOf({ ...end, github: options.github }));
          return;
        }
        case 'record_started':
        case 'record_kept':
        case 'step_finished':
        case 'call_delta':
        case 'budget_held':
        case 'call_finished':
        case 'tool_finished':
      }
    },
    message: tell,
    finish() {
      view.stop();
      log.flush();
    },
  };
}

function detailsOf(miss: ReplayMiss | undefined, paint: Paint): FailureDetails | undefined {
  return miss && { title: missTitle(miss), same: missKind(miss), lines: () => missLines(miss, { paint }) };
}

function startLine({
  pipeline,
  total,
  concurrency,
  simulated,
  replayed,
  resumed,
  folder,
}: RunStarted): string {
  const parts = [
    ...(resumed === undefined ? [] : ['resuming']),
    ...countInWords(resumed?.kept ?? 0, total),
    ...(isDone(resumed, total) ? ['nothing is left to do'] : [`up to ${formatCount(concurrency)} at a time`]),
    ...(simulated ? ['answers are simulated'] : []),
    ...(replayed === true ? ['answers are replayed'] : []),
  ];
  const kept = folder === undefined ? '' : `\nkept in ${printable(folder)}`;
  return `${isolated(clip(pipeline, longestName))}: ${parts.join(', ')}${kept}`;
}

function isDone(resumed: RunStarted['resumed'], total: number | null): boolean {
  return resumed !== undefined && resumed.kept === total;
}

/** Where nothing is said to be done, that is no news: a forced resume looks at every record again. */
function countInWords(kept: number, total: number | null): readonly string[] {
  if (kept === 0) return total === null ? [] : [formatAmount(total, 'record')];
  const of =
    total === null
      ? formatAmount(kept, 'record')
      : `${formatCount(kept)} of ${formatAmount(total, 'record')}`;
  return [`${of} ${kept === 1 ? 'is' : 'are'} done`];
}

function stoppingLine({ how, reason, grace }: RunStopping, inFlight: number): string {
  const records = formatAmount(inFlight, 'record');
  // Who pressed Ctrl-C knows why.
  const byKey = reason.code === 'interrupted';
  const why = byKey ? '' : `${clip(reason.message, longestMessage)}; `;
  if (inFlight === 0) return `stopping: ${why}nothing is in flight`;
  if (how === 'aborting')
    return `stopping at once: ${why}${records} in flight ${inFlight === 1 ? 'stays' : 'stay'} pending`;
  const atMost = grace === undefined ? '' : `, at most ${formatSeconds(grace)}`;
  // Some of them may wait for the budget: their calls are not made.
  const finishing = reason.kind === 'budget' ? '' : 'finishing ';
  const again = byKey ? '; press Ctrl-C again to stop at once' : '';
  return `stopping: ${why}${finishing}${records} in flight${atMost}${again}`;
}
