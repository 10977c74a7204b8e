import type { Admission, Gate } from '../models/contract.ts';
import { success } from '../result.ts';

/** Counts the requests of a call that were answered by a 429, and how long they wait, on their way through the gate. */
export interface LimitedRequests {
  /** Lets out what the gate behind it does. */
  readonly gate: Gate;
  /** As far as the call has come. */
  count(): number;
  /** Milliseconds that its requests have waited to be let out: by the limits and the budget, not by the provider. */
  waited(): number;
}

/** `now`: milliseconds. */
export function countLimited(gate: Gate, now: () => number): LimitedRequests {
  let limited = 0;
  let waited = 0;

  function counted(admitted: Admission): Admission {
    if (!admitted.ok) return admitted;
    const permit = admitted.value;
    return success({
      settle(end) {
        if (end.kind === 'limited') limited += 1;
        return permit.settle(end);
      },
    });
  }

  return {
    gate: {
      admit(size, signal) {
        const began = now();
        const admitting = gate.admit(size, signal);
        if (!(admitting instanceof Promise)) return counted(admitting);
        return admitting.then((admitted) => {
          waited += now() - began;
          return counted(admitted);
        });
      },
    },
    count: () => limited,
    waited: () => Math.round(waited),
  };
}
