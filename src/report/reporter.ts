import type { JsonDiagnostic } from '../diagnostic/format.ts';
import type { RunEvent, RunFinished } from '../run/events.ts';
import type { GithubPlaces } from './github.ts';
import type { Anew } from './next.ts';
import type { Clock, Output } from './output.ts';

/**
 * - `terminal`: a live bar, failures above it, a summary. For stderr that is a terminal.
 * - `plain`: the same in plain lines now and then. For stderr that is not.
 * - `lines`: the same without telling how far it is. Beside answers that are printed as they come.
 * - `quiet`: only why the run stopped and how many records failed.
 * - `markdown`: one page at the end and nothing else, as GitHub shows it beside a job.
 * - `json`: one JSON object at the end and nothing else. For stdout; another reporter may have stderr.
 */
export type ReporterMode = 'terminal' | 'plain' | 'lines' | 'quiet' | 'markdown' | 'json';

export interface ReporterOptions {
  readonly output: Output;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** As the user named it; `-` is stdin. */
  readonly inputPath: string;
  /** The file of `--output`, if one is written; `-` for stdout. */
  readonly outputPath?: string;
  /** What the user types to start pipe, such as `npx pipe`; default: `pipe`. */
  readonly command?: string;
  readonly anew?: Anew;
  readonly exitCodeOf: (finished: RunFinished) => number;
  /** Adds annotations that GitHub Actions shows beside the lines of the pipeline and of the input. */
  readonly github?: GithubPlaces;
  /** What was told before the run began, for the JSON object. */
  readonly diagnostics?: readonly JsonDiagnostic[];
}

/** Makes text of a run's events. It never throws for what an event says, and leaves no timer behind. */
export interface Reporter {
  /** Takes the next event. Cheap: text is made a few times a second at most, not for every event. */
  on(event: RunEvent): void;
  /**
   * Prints lines of the caller's, such as a warning, where they do not tear the bar; drops them where it is quiet.
   * They are printable already, and come without the end of the last one.
   */
  message(lines: string): void;
  /** Leaves the terminal as it was. To be called however the run ended; may be called more than once. */
  finish(): void;
}
