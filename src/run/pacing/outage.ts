import { formatDuration } from '../../duration.ts';
import type { Refusal } from '../../models/contract.ts';

/** What speaks for it that the model answers nobody. */
export interface Outage {
  /** Somebody was answered. */
  answered(): void;
  /** A request was refused by a 429. */
  limited(fault: string | null, time: number): void;
  /** A request of this call failed by a fault that passes. */
  failed(call: object, fault: string | null, time: number): void;
  /** Whether the model seems to be out for everybody, and not for one request alone. */
  readonly suspected: boolean;
  /** Milliseconds until it has lasted for too long. */
  left(time: number): number;
  /** Why nothing is sent any more. */
  refusal(asked: number | null): Refusal;
}

/** So many calls in a row have to fail before it is the model that is out: one or two may fail by what they ask. */
const suspicious = 3;

const remedy = 'run `pipe resume` later, or raise `retry.outage`';

/** `longest`: how long nobody may be answered, in milliseconds. */
export function createOutage(longest: number): Outage {
  const failing = new Set<object>();
  let since: number | undefined;
  let last: { readonly code: 'rate_limited' | 'outage'; readonly fault: string | null } | undefined;

  return {
    answered() {
      if (last === undefined) return;
      failing.clear();
      since = undefined;
      last = undefined;
    },
    limited(fault, time) {
      last = { code: 'rate_limited', fault };
      since ??= time;
    },
    failed(call, fault, time) {
      last = { code: 'outage', fault };
      if (failing.size < suspicious) failing.add(call);
      if (failing.size >= suspicious) since ??= time;
    },
    get suspected() {
      return failing.size >= suspicious;
    },
    left: (time) => (since === undefined ? longest : since + longest - time),
    refusal(asked) {
      const code = last?.code ?? 'outage';
      const fault = last?.fault ?? null;
      const atLast = fault === null ? '' : ` (at the last: ${fault})`;
      if (code === 'outage')
        return { code, message: `no request succeeded for ${formatDuration(longest)}${atLast}: ${remedy}` };
      const what =
        asked === null
          ? `every request was refused for ${formatDuration(longest)}`
          : `the server asks for a pause of ${formatDuration(asked)}, and \`retry.outage\` is ${formatDuration(longest)}`;
      return { code, message: `${what}${atLast}: lower \`limits\`, ${remedy}` };
    },
  };
}
