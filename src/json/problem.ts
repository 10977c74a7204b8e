/** Why a JSON text cannot be taken as it is. */
export interface JsonProblem {
  readonly code: JsonProblemCode;
  /** One sentence with the remedy, without the place. */
  readonly message: string;
  /** Where in the text, in UTF-16 units from 0. */
  readonly offset: number;
}

export type JsonProblemCode =
  | 'invalid_json'
  | 'inexact_number'
  | 'duplicate_name'
  | 'lone_surrogate'
  | 'too_deep';
