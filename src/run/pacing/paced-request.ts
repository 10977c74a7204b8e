import type { RequestSize } from '../../models/contract.ts';

/** A request that asks to be let out. */
export interface PacedRequest extends RequestSize {
  /** The longest answer that the model may write, in tokens; null where nothing bounds it. */
  readonly max_output_tokens: number | null;
  /** Tells calls apart: the same for all requests of one. */
  readonly call: object;
  /** Whether the call's record failed in an earlier session: that it fails again says nothing of the model. */
  readonly failed_before: boolean;
}
