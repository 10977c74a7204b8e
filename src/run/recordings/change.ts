/** What recording has changed in its file; entries are told by what was asked. */
export interface RecordingChange {
  /** The file, absolute. */
  readonly path: string;
  readonly added: number;
  /** Entries that have another answer now. */
  readonly replaced: number;
  /** Entries that stayed as they were. */
  readonly kept: number;
  /** Entries that nothing has used, and that are gone. */
  readonly dropped: number;
}
