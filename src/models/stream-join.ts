import type { JsonObject } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { AnswerProblem } from './answer-parts.ts';
import type { StreamDelta } from './contract.ts';

/** What an event adds to the answer; still with whatever the server sent. */
export type Piece = Exclude<StreamDelta, { readonly type: 'began' }>;

/** Puts the events of one stream together. */
export interface StreamJoin {
  add(event: JsonObject): Result<readonly Piece[], AnswerProblem>;
  /** Whether the model has said why it ended. */
  readonly finished: boolean;
  /** The body that the same answer would have had as a whole, as far as it has come. */
  completion(): JsonObject;
}
