import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { amount, lengthOf } from './texts.ts';

/** The text or the list is at most so long. */
export const maxLength: AssertionKind = {
  kind: 'max_length',
  schema: {
    type: 'integer',
    minimum: 0,
    description:
      'The text at `path` has at most so many characters, the list so many items, such as what a form or a message has room for.',
    examples: [400],
  },
  looks_at: 'value',
  templates: false,
  compile: async () => (seen, expected) => {
    const { length, noun } = lengthOf(seen.value);
    const most = Number(expected);
    return length <= most
      ? passed
      : mismatch(`at most ${amount(most, noun)}`, { reason: `it has ${amount(length, noun)}` });
  },
};
