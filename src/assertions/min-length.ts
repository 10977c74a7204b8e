import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { amount, lengthOf } from './texts.ts';

/** The text or the list is at least so long. */
export const minLength: AssertionKind = {
  kind: 'min_length',
  schema: {
    type: 'integer',
    minimum: 1,
    description:
      'The text at `path` has at least so many characters, the list so many items: an empty answer or list is told so.',
    examples: [20],
  },
  looks_at: 'value',
  templates: false,
  compile: async () => (seen, expected) => {
    const { length, noun } = lengthOf(seen.value);
    const least = Number(expected);
    return length >= least
      ? passed
      : mismatch(`at least ${amount(least, noun)}`, { reason: `it has ${amount(length, noun)}` });
  },
};
