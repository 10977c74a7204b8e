import { shownPath } from '../diagnostic/placed.ts';
import type { Reporter, ReporterMode, ReporterOptions } from '../report/reporter.ts';
import type { RunEvent, RunFinished } from '../run/events.ts';
import { exitCodeOf } from './exit.ts';
import { wantsColor, type Terminal } from './terminal.ts';

export interface ReportFlags {
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
  readonly pipelinePath: string;
  readonly inputPath: string;
  readonly outputPath?: string;
  /** Those that a command which repeats the run has to have. */
  readonly flags: readonly string[];
}

/** Who tells of the run: text on stderr, as that can show it, and the JSON object on stdout where it is asked for. */
export async function createReporters(terminal: Terminal, flags: ReportFlags): Promise<Reporter> {
  const { createReporter } = await import('../report/registry.ts');
  const { pipelinePath, inputPath, outputPath } = flags;
  const shared = {
    pipelinePath,
    inputPath,
    flags: flags.flags,
    ...(outputPath !== undefined && { outputPath }),
    exitCodeOf: (finished: RunFinished) => exitCodeOf(finished),
  };
  const text = createReporter({
    ...shared,
    mode: modeOf(terminal, flags),
    output: outputOf(terminal, terminal.stderr),
    github: terminal.env['GITHUB_ACTIONS'] === 'true',
  });
  const reporters = [{ ...text, on: (event: RunEvent) => text.on(withShownFolder(event, terminal.cwd)) }];
  if (flags.format === 'json') {
    reporters.push(createReporter({ ...shared, mode: 'json', output: outputOf(terminal, terminal.stdout) }));
  }
  return {
    on: (event: RunEvent) => reporters.forEach((reporter) => reporter.on(event)),
    message: (lines) => reporters.forEach((reporter) => reporter.message(lines)),
    finish: () => reporters.forEach((reporter) => reporter.finish()),
  };
}

/** People read the folder from where they are; scripts get it whole. */
function withShownFolder(event: RunEvent, cwd: string): RunEvent {
  if (event.type !== 'run_started' || event.folder === undefined) return event;
  return { ...event, folder: shownPath(event.folder, cwd) };
}

function modeOf(terminal: Terminal, { quiet }: ReportFlags): ReporterMode {
  if (quiet === true) return 'quiet';
  // A CI log keeps every redraw, even where it calls itself a terminal.
  const live = terminal.stderr.isTTY && terminal.env['TERM'] !== 'dumb' && (terminal.env['CI'] ?? '') === '';
  return live ? 'terminal' : 'plain';
}

function outputOf(terminal: Terminal, stream: NodeJS.WriteStream): ReporterOptions['output'] {
  return {
    write: (text) => void stream.write(text),
    get columns() {
      return stream.columns || 80;
    },
    isTerminal: stream.isTTY,
    color: wantsColor(terminal, stream),
  };
}
