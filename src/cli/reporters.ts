import { shownPath } from '../diagnostic/placed.ts';
import type { AnswerStream } from '../report/answer-stream.ts';
import type { Output } from '../report/output.ts';
import type { Reporter, ReporterMode } from '../report/reporter.ts';
import type { RunEvent, RunFinished } from '../run/events.ts';
import { exitCodeOf } from './exit.ts';
import { wantsColor, type Terminal } from './terminal.ts';

export interface ReportFlags {
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
  readonly inputPath: string;
  readonly outputPath?: string;
  /** Answers are printed on stdout as they are written. */
  readonly stream?: boolean;
  /** How many steps may answer. */
  readonly steps: number;
}

/** Who tells of the run: text on stderr, as that can show it, and the JSON object on stdout where it is asked for. */
export async function createReporters(terminal: Terminal, flags: ReportFlags): Promise<Reporter> {
  const { createReporter } = await import('../report/registry.ts');
  const answers = flags.stream === true ? await createAnswers(terminal, flags) : undefined;
  const { inputPath, outputPath } = flags;
  const shared = {
    inputPath,
    ...(outputPath !== undefined && { outputPath }),
    command: commandOf(terminal),
    exitCodeOf: (finished: RunFinished) => exitCodeOf(finished),
  };
  const text = createReporter({
    ...shared,
    mode: modeOf(terminal, flags),
    output: beside(answers, outputOf(terminal, terminal.stderr)),
    github: terminal.env['GITHUB_ACTIONS'] === 'true',
  });
  const reporters = [{ ...text, on: (event: RunEvent) => text.on(withShownFolder(event, terminal.cwd)) }];
  if (flags.format === 'json') {
    reporters.push(createReporter({ ...shared, mode: 'json', output: outputOf(terminal, terminal.stdout) }));
  }
  return {
    on(event: RunEvent) {
      answers?.on(event);
      reporters.forEach((reporter) => reporter.on(event));
    },
    message: (lines) => reporters.forEach((reporter) => reporter.message(lines)),
    finish: () => reporters.forEach((reporter) => reporter.finish()),
  };
}

/** Who started pipe by npx may have it nowhere else. */
export function commandOf({ env }: Terminal): string {
  return env['npm_command'] === 'exec' ? 'npx pipe' : 'pipe';
}

async function createAnswers(terminal: Terminal, { quiet, steps }: ReportFlags): Promise<AnswerStream> {
  const { createAnswerStream } = await import('../report/answer-stream.ts');
  return createAnswerStream({
    answers: outputOf(terminal, terminal.stdout),
    inLog: ['CI', 'TF_BUILD', 'TEAMCITY_VERSION'].some((name) => (terminal.env[name] ?? '') !== ''),
    ...(quiet !== true && { notes: outputOf(terminal, terminal.stderr) }),
    severalSteps: steps > 1,
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

/** People read the folder from where they are; scripts get it whole. */
function withShownFolder(event: RunEvent, cwd: string): RunEvent {
  if (event.type !== 'run_started' || event.folder === undefined) return event;
  return { ...event, folder: shownPath(event.folder, cwd) };
}

function modeOf(terminal: Terminal, { quiet, stream }: ReportFlags): ReporterMode {
  if (quiet === true) return 'quiet';
  if (stream === true) return 'lines';
  // A CI log keeps every redraw, even where it calls itself a terminal.
  const live = terminal.stderr.isTTY && terminal.env['TERM'] !== 'dumb' && (terminal.env['CI'] ?? '') === '';
  return live ? 'terminal' : 'plain';
}

function outputOf(terminal: Terminal, stream: NodeJS.WriteStream): Output {
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
