import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { RunStarted, RunStopping } from '../run/events.ts';
import type { ReplayMiss } from '../run/recordings/miss.ts';
import { annotationsOf } from './github.ts';
import { createFailureLog, type FailureDetails } from './failure-log.ts';
import { collectFailures } from './failures.ts';
import { formatAmount, formatCount, formatSeconds } from './numbers.ts';
import type { LiveView, LiveViewOptions } from './live-view.ts';
import { paintFor, systemClock, type Paint, type Style } from './output.ts';
import { errorsPathOf } from './paths.ts';
import { missKind, missLines, missTitle } from './replay-miss.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { formatSummary } from './summary.ts';
import { createTally, type Progress } from './tally.ts';
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
    ...(output.isTerminal && { columns: () => output.columns }),
    errorsPath: () => (started?.folder === undefined ? undefined : printable(errorsPathOf(started.folder))),
  });
  const tell = (lines: string) => {
    log.flush();
    print(lines);
  };
  /** Broken between words on a terminal, with its indent, and whole where it may be searched for. */
  const broken = (line: string): readonly string[] => {
    const text = line.trimStart();
    const indent = line.slice(0, line.length - text.length);
    if (!output.isTerminal) return [line];
    return wrap(text, output.columns - indent.length).map((part) => indent + part);
  };
  const say = (line: string, style: Style) =>
    tell(
      broken(line)
        .map((part) => paint(style, part))
        .join('\n'),
    );
  const waits = createWaitLog({ print: say, now: () => clock.now(), seen: view.showsWaits });
  return {
    on(event) {
      tally.add(event);
      switch (event.type) {
        case 'run_started':
          started = event;
          print(startLines(event).flatMap(broken).join('\n'));
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
          say(stoppingLine(event, tally.read()), 'yellow');
          return;
        case 'model_paused':
          waits.add(event);
          return;
        case 'notice':
          say(clip(event.message, longestMessage), 'yellow');
          return;
        case 'run_finished': {
          view.stop();
          log.flush();
          const end = { ...options, inputPath, started, finished: event, failures };
          const { done, kept, cut, further } = tally.read();
          const latency = tally.latency();
          const summary = { ...end, done: done - kept, cut, further, ...(latency && { latency }) };
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

function startLines({
  pipeline,
  total,
  concurrency,
  simulated,
  replayed,
  resumed,
  folder,
}: RunStarted): readonly string[] {
  const parts = [
    ...(resumed === undefined ? [] : ['resuming']),
    ...countInWords(resumed?.kept ?? 0, total),
    ...(isDone(resumed, total) ? ['nothing is left to do'] : [`up to ${formatCount(concurrency)} at a time`]),
    ...(simulated ? ['answers are simulated'] : []),
    ...(replayed === true ? ['answers are replayed'] : []),
  ];
  const kept = folder === undefined ? [] : [`kept in ${printable(folder)}`];
  return [`${isolated(clip(pipeline, longestName))}: ${parts.join(', ')}`, ...kept];
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

function stoppingLine(
  { how, reason, to_the_end, grace }: RunStopping,
  { inFlight, waiting, waits }: Pick<Progress, 'inFlight' | 'waiting' | 'waits'>,
): string {
  const records = formatAmount(inFlight, 'record');
  // Who pressed Ctrl-C knows why.
  const byKey = reason.code === 'interrupted';
  const why = byKey ? '' : `${clip(reason.message, longestMessage)}; `;
  if (inFlight === 0) return `stopping: ${why}nothing is in flight`;
  if (how === 'aborting')
    return `stopping at once: ${why}${records} in flight ${inFlight === 1 ? 'stays' : 'stay'} pending`;
  const atMost = grace === undefined ? '' : `, at most ${formatSeconds(grace)}`;
  const again = byKey ? '; press Ctrl-C again to stop at once' : '';
  // Records that wait have no call that could be finished: for a slot so many, for others nobody knows how many.
  const isHeld = reason.kind === 'budget' || waits.length > 0;
  const calls = isHeld ? 'what calls are under way' : 'the calls under way';
  const what =
    to_the_end === true
      ? `${records} in flight`
      : `${calls} of ${formatAmount(inFlight - waiting, 'record')}`;
  return `stopping: ${why}finishing ${what}${atMost}${again}`;
}
