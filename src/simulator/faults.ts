import { draw } from './chance.ts';
import type { Fault, FaultRates } from './options.ts';

const faults: readonly Fault[] = ['rate_limited', 'server_error', 'dropped', 'malformed', 'truncated'];

/** The fault that a body meets after it has met `met` faults, or null where it is answered. */
export function drawFault(rates: FaultRates, fingerprint: string, met: number): Fault | null {
  let chance = draw(fingerprint, 'fault', met);
  for (const fault of faults) {
    chance -= rates[fault];
    if (chance < 0) return fault;
  }
  return null;
}

/**
 * Says what the next request with this fingerprint meets. Each body has its own fixed sequence of faults, mostly an
 * empty one; after these it is always answered. So a retry can succeed, the sum of all faults does not depend on the
 * order of requests, and only bodies that have met a fault take memory: `remembered` of them, after which the oldest
 * is forgotten and would meet its faults again.
 */
export function createFaults(rates: FaultRates, remembered = 100_000): (fingerprint: string) => Fault | null {
  if (faults.every((fault) => rates[fault] === 0)) return () => null;
  const met = new Map<string, number>();
  return (fingerprint) => {
    const before = met.get(fingerprint) ?? 0;
    const fault = drawFault(rates, fingerprint, before);
    if (fault === null) return null;
    met.set(fingerprint, before + 1);
    if (met.size > remembered) {
      const [oldest] = met.keys();
      if (oldest !== undefined) met.delete(oldest);
    }
    return fault;
  };
}
