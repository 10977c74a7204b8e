import type { Source } from '../diagnostic/source.ts';
import type { PipelineFiles } from './files.ts';
import type { Report } from './report.ts';

/** The pipeline file that is being compiled, and what everything in it is read with. */
export interface Workspace {
  /** Absolute; what paths in the file are relative to. */
  readonly path: string;
  readonly source: Source;
  readonly files: PipelineFiles;
  readonly report: Report;
}
