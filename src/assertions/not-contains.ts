import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { each, holds, listed } from './texts.ts';

/** The text has none of these words in it, the list none of these items. */
export const notContains: AssertionKind = {
  kind: 'not_contains',
  schema: {
    type: ['string', 'number', 'boolean', 'array'],
    minItems: 1,
    description:
      'The text at `path` has this text nowhere in it, or none of a list of texts; a list does not have this item. May be a template over `input` and `vars`.',
    examples: ['As an AI', ['sorry', 'unfortunately']],
  },
  looks_at: 'value',
  templates: true,
  compile: async () => (seen, expected) => {
    const found = each(expected).filter((part) => holds(seen.value, part));
    return found.length === 0 ? passed : mismatch(`not to contain ${listed(found, 'or')}`);
  },
};
