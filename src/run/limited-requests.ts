import type { Admission, Gate, RequestSize } from '../models/contract.ts';
import { success } from '../result.ts';

/** Counts the requests of a call that were answered by a 429, and how long all wait, on their way through the gate. */
export interface CountedGate extends Gate {
  /** As far as the call has come. */
  readonly limited: number;
  /** Milliseconds that its requests have waited to be let out: for the limits, the budget, and a model that is paused. */
  readonly waited: number;
}

/** Lets out what `gate` does. `now`: milliseconds. */
export function countLimited(gate: Gate, now: () => number): CountedGate {
  const counts = {
    limited: 0,
    waited: 0,
    admit(size: RequestSize, signal: AbortSignal) {
      const began = now();
      const admitting = gate.admit(size, signal);
      if (!(admitting instanceof Promise)) return counted(admitting, counts);
      return admitting.then((admitted) => {
        counts.waited += now() - began;
        return counted(admitted, counts);
      });
    },
  };
  return counts;
}

function counted(admitted: Admission, counts: { limited: number }): Admission {
  if (!admitted.ok) return admitted;
  const permit = admitted.value;
  return success({
    settle(end) {
      if (end.kind === 'limited') counts.limited += 1;
      return permit.settle(end);
    },
  });
}
