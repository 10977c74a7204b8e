/** What may stand where the user is typing. */
export interface Candidate {
  readonly value: string;
  /** One line. */
  readonly description?: string;
}
