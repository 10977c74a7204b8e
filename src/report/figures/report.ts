import type { IsCopied } from './copied-fields.ts';
import type { RunFigures } from './figures.ts';
import type { RecordStory, RenderedMessages } from './story.ts';

/** All that a page tells of a run. */
export interface Report {
  readonly figures: RunFigures;
  /** The records that are shown one by one, in input order. */
  readonly stories: readonly RecordStory[];
  /** Which fields of an output are the input's own; absent where nothing tells. */
  readonly isCopied?: IsCopied;
  /** Which fields are no results, as a sentence; absent where all are. */
  readonly leftOut?: string;
  /** What their calls asked, by the record's sequence. */
  readonly messages: ReadonlyMap<number, RenderedMessages>;
  /** Why no messages are shown, as a sentence; absent where they are. */
  readonly withoutMessages?: string;
  /** The pipeline file as it was when the run began; absent where it no longer is. */
  readonly source?: string;
  /** Why the source is not shown, as a sentence. */
  readonly withoutSource?: string;
  /** The steps of the pipeline by id, with their types, where the file is what it was. */
  readonly stepTypes: ReadonlyMap<string, string>;
  /** Paths are shown as seen from here. */
  readonly cwd: string;
}
