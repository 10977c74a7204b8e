import type { Gate } from '../models/contract.ts';
import { success } from '../result.ts';

/** Counts the requests of a call that were answered by a 429, on their way through the gate. */
export interface LimitedRequests {
  /** Lets out what the gate behind it does. */
  readonly gate: Gate;
  /** As far as the call has come. */
  count(): number;
}

export function countLimited(gate: Gate): LimitedRequests {
  let limited = 0;
  return {
    gate: {
      async admit(size, signal) {
        const admitted = await gate.admit(size, signal);
        if (!admitted.ok) return admitted;
        const permit = admitted.value;
        return success({
          settle(end) {
            if (end.kind === 'limited') limited += 1;
            return permit.settle(end);
          },
        });
      },
    },
    count: () => limited,
  };
}
