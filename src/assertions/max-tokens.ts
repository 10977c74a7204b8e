import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { amount } from './texts.ts';

/** The case used at most so many tokens. */
export const maxTokens: AssertionKind = {
  kind: 'max_tokens',
  schema: {
    type: 'integer',
    minimum: 1,
    description:
      'The most tokens that the case may use, input and output together: all its steps, or one of them with a `path` such as `steps.classify.usage`.',
    examples: [2000],
  },
  looks_at: 'usage',
  templates: false,
  compile: async () => (seen, expected) => {
    const { total_tokens } = seen.usage;
    const most = Number(expected);
    const wanted = `at most ${amount(most, 'token')}`;
    if (total_tokens === null)
      return mismatch(wanted, { reason: 'the provider did not tell how many were used' });
    return total_tokens <= most ? passed : mismatch(wanted, { seen: amount(total_tokens, 'token') });
  },
};
