import type { SimulatorEndpoint } from '../run/options.ts';
import type { RecordingsOfRun } from './recordings.ts';
import type { RunOutput } from './output.ts';
import type { Prepared } from './prepare.ts';
import type { RunFlags } from './run-flags.ts';
import type { Terminal } from './terminal.ts';

/** A run whose mistakes have all been found: it can begin. */
export interface ReadyRun {
  readonly terminal: Terminal;
  readonly file: string;
  readonly flags: RunFlags;
  readonly prepared: Prepared;
  readonly output: RunOutput;
  readonly simulator: SimulatorEndpoint | undefined;
  readonly recordings: RecordingsOfRun;
}
