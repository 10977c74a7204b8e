import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { PipelineDraft } from './draft.ts';
import type { SourceFolder } from './folder.ts';
import type { Notes } from './notes.ts';

/** A kind of file that other tools have, one value of the registry. */
export interface ImportKind {
  readonly kind: string;
  /** As it is told to a user: `promptflow's flow.dag.yaml`. */
  readonly description: string;
  /** How such a file is mostly called, for the message that names the kinds. */
  readonly example: string;
  /** Whether a file of this name with this text is of the kind. It has been read, not parsed. */
  recognises(name: string, text: string): boolean;
  /** Fails with what is broken in the file, or in one that it names. */
  read(file: ImportFile): Promise<Result<Imported, readonly Diagnostic[]>>;
}

export interface ImportFile {
  /** Absolute. */
  readonly path: string;
  /** The same as messages call it. */
  readonly shown: string;
  /** Without a byte order mark, and with no key in it. */
  readonly text: string;
  /** Where files that it names are read from, and nowhere else. */
  readonly folder: SourceFolder;
  /** What does not carry over is told here. */
  readonly notes: Notes;
}

/** What a file is as a pipeline. */
export interface Imported {
  readonly pipeline: PipelineDraft;
  /** As they stand in a file of tests. */
  readonly tests: readonly TestDraft[];
  /** Example records, for a file of rows; none where the source has none. */
  readonly rows: readonly JsonObject[];
}

export type TestDraft = JsonObject;
