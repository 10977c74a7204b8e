import { fstatSync } from 'node:fs';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import type { Plan } from '../plan.ts';
import type { AnswerStream } from '../report/answer-stream.ts';
import type { Anew } from '../report/next.ts';
import type { Output } from '../report/output.ts';
import type { Reporter, ReporterMode } from '../report/reporter.ts';
import type { RunEvent, RunFinished, RunStarted } from '../run/events.ts';
import { exitCodeOf } from './exit.ts';
import { githubPlaces, isGithub } from './github.ts';
import { appendStepSummary, wantsStepSummary } from './step-summary.ts';
import { wantsColor, type Terminal } from './terminal.ts';

export interface ReportFlags {
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
  readonly inputPath: string;
  readonly outputPath?: string;
  /** Answers are printed on stdout as they are written. */
  readonly stream?: boolean;
  readonly plan: Plan;
  readonly anew: Anew;
  /** Told before the run begins; its JSON has them too. */
  readonly warnings: readonly Diagnostic[];
}

export interface RunReporter extends Reporter {
  /** In place of the last event, where whoever read stdout has gone. */
  endUnread(finished: RunFinished): void;
  /** Leaves what is told elsewhere than on the terminal; to be called once, after `finish`. */
  leave(): Promise<void>;
}

/**
 * Who tells of the run: text on stderr, as that can show it; the JSON object on stdout where it is asked for; and the page
 * that GitHub shows beside a job.
 */
export async function createReporters(terminal: Terminal, flags: ReportFlags): Promise<RunReporter> {
  const [{ createReporter }, { unreadLine }, { diagnosticsJson }] = await Promise.all([
    import('../report/registry.ts'),
    import('../report/unread.ts'),
    import('../diagnostic/format.ts'),
  ]);
  const answers = flags.stream === true ? await createAnswers(terminal, flags) : undefined;
  const { plan, anew, inputPath, outputPath, warnings } = flags;
  const shared = {
    inputPath,
    ...(outputPath !== undefined && { outputPath }),
    command: commandOf(terminal),
    anew,
    exitCodeOf: (finished: RunFinished) => exitCodeOf(finished),
  };
  const text = createReporter({
    ...shared,
    mode: modeOf(terminal, flags),
    output: beside(answers, outputOf(terminal, terminal.stderr)),
    ...(isGithub(terminal) && { github: githubPlaces(terminal, plan, inputPath) }),
  });
  const reporters = [forPeople(text, terminal)];
  if (flags.format === 'json') {
    const diagnostics = diagnosticsJson(warnings, terminal.cwd);
    const output = outputOf(terminal, terminal.stdout);
    reporters.push(createReporter({ ...shared, mode: 'json', output, diagnostics }));
  }
  let summary = '';
  if (wantsStepSummary(terminal)) {
    const output = {
      columns: 80,
      isTerminal: false,
      color: false,
      write: (more: string) => (summary += more),
    };
    reporters.push(forPeople(createReporter({ ...shared, mode: 'markdown', output }), terminal));
  }
  let started: RunStarted | undefined;
  return {
    on(event: RunEvent) {
      if (event.type === 'run_started') started = withShownPaths(event, terminal.cwd);
      answers?.on(event);
      reporters.forEach((reporter) => reporter.on(event));
    },
    endUnread(finished) {
      const line = unreadLine({ ...shared, started, finished });
      if (line !== undefined) text.message(line);
    },
    message: (lines) => reporters.forEach((reporter) => reporter.message(lines)),
    finish: () => reporters.forEach((reporter) => reporter.finish()),
    leave: () => appendStepSummary(terminal, summary),
  };
}

/** People read paths from where they are; scripts get them whole. */
function forPeople(reporter: Reporter, { cwd }: Terminal): Reporter {
  return { ...reporter, on: (event) => reporter.on(withShownPaths(event, cwd)) };
}

/** Who started pipe by npx may have it nowhere else. */
export function commandOf({ env }: Terminal): string {
  return env['npm_command'] === 'exec' ? 'npx pipe' : 'pipe';
}

/** Whether what is written becomes the log of a CI runner: not all of them set CI. */
export function isInCi({ env }: Terminal): boolean {
  const names = ['CI', 'GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION'];
  return names.some((name) => (env[name] ?? '') !== '');
}

async function createAnswers(terminal: Terminal, { quiet, plan }: ReportFlags): Promise<AnswerStream> {
  const { createAnswerStream } = await import('../report/answer-stream.ts');
  return createAnswerStream({
    answers: outputOf(terminal, terminal.stdout),
    inLog: isInCi(terminal),
    ...(quiet !== true && { notes: outputOf(terminal, terminal.stderr) }),
    severalSteps: plan.steps.length > 1,
  });
}

/** What is written beside answers begins on a line of its own. */
function beside(answers: AnswerStream | undefined, output: Output): Output {
  if (answers === undefined) return output;
  return {
    write(text) {
      answers.interrupt();
      output.write(text);
    },
    get columns() {
      return output.columns;
    },
    isTerminal: output.isTerminal,
    color: output.color,
  };
}

function withShownPaths<Event extends RunEvent>(event: Event, cwd: string): Event;
function withShownPaths(event: RunEvent, cwd: string): RunEvent {
  const shown = <Placed extends { readonly path: string }>(placed: Placed): Placed => ({
    ...placed,
    path: shownPath(placed.path, cwd),
  });
  if (event.type === 'run_started') {
    return event.folder === undefined ? event : { ...event, folder: shownPath(event.folder, cwd) };
  }
  if (event.type === 'replay_missed') {
    const { place, nearest } = event.miss;
    const parts = { ...(place && { place: shown(place) }), ...(nearest && { nearest: shown(nearest) }) };
    return { ...event, miss: { ...event.miss, ...parts } };
  }
  if (event.type !== 'run_finished') return event;
  const { recording, replay } = event;
  return {
    ...event,
    ...(recording && { recording: shown(recording) }),
    ...(replay && { replay: { ...replay, unused: replay.unused?.map(shown) ?? null } }),
  };
}

function modeOf(terminal: Terminal, { quiet, stream, outputPath }: ReportFlags): ReporterMode {
  if (quiet === true) return 'quiet';
  if (stream === true) return 'lines';
  // Rows on the same terminal would be written over what is drawn there, and be cut where they are wider.
  const hasRows = outputPath === '-' && mayBeShown(terminal.stdout);
  return showsFrames(terminal) && !hasRows ? 'terminal' : 'plain';
}

/** Whether what is written there may come to a terminal: behind a pipe is mostly a command that prints what it makes of it. */
function mayBeShown(stream: NodeJS.WriteStream): boolean {
  if (stream.isTTY) return true;
  if (!('fd' in stream) || typeof stream.fd !== 'number') return false;
  const found = fstatSync(stream.fd);
  return found.isFIFO() || found.isSocket();
}

/** Whether stderr shows what is drawn again in the place of the old: a CI log keeps it all, even where it calls itself a terminal. */
export function showsFrames(terminal: Terminal): boolean {
  return terminal.stderr.isTTY && terminal.env['TERM'] !== 'dumb' && !isInCi(terminal);
}

export function outputOf(terminal: Terminal, stream: NodeJS.WriteStream): Output {
  return {
    write(text) {
      if (stream.writable) stream.write(text);
    },
    get columns() {
      return stream.columns || 80;
    },
    isTerminal: stream.isTTY,
    color: wantsColor(terminal, stream),
  };
}
