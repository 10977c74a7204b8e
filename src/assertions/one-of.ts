import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { each, isSame, listed } from './texts.ts';

/** The value is one of these. */
export const oneOf: AssertionKind = {
  kind: 'one_of',
  schema: {
    type: 'array',
    minItems: 1,
    description: 'The value at `path` is one of these. Texts may be templates over `input` and `vars`.',
    examples: [['order', 'billing', 'other']],
  },
  looks_at: 'value',
  templates: true,
  compile: async () => (seen, expected) => {
    const values = each(expected);
    return values.some((value) => isSame(seen.value, value))
      ? passed
      : mismatch(values.length === 1 ? listed(values, 'or') : `one of ${listed(values, 'or')}`);
  },
};
