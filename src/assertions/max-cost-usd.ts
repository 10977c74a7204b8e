import { mismatch, passed, type AssertionKind } from './assertion.ts';

/** The case cost at most so much. */
export const maxCostUsd: AssertionKind = {
  kind: 'max_cost_usd',
  schema: {
    type: 'number',
    exclusiveMinimum: 0,
    description:
      'The most that the case may cost in US dollars: all its steps, or one of them with a `path` such as `steps.classify.usage`. An answer of a recording counts as it cost when it was recorded.',
    examples: [0.002],
  },
  looks_at: 'usage',
  templates: false,
  compile: async () => (seen, expected) => {
    const { cost_usd } = seen.usage;
    const wanted = `at most $${decimal(Number(expected))}`;
    if (cost_usd === null) {
      return mismatch(wanted, {
        reason: 'what it cost is not known: give the price of the model under `prices`',
      });
    }
    return cost_usd <= Number(expected) ? passed : mismatch(wanted, { seen: `$${decimal(cost_usd)}` });
  },
};

/** Exact where both are near each other, and never `1e-7`. */
function decimal(dollars: number): string {
  return dollars.toLocaleString('en-US', { maximumSignificantDigits: 10, useGrouping: false });
}
