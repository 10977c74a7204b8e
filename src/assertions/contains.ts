import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { each, holds, listed } from './texts.ts';

/** The text has these words in it, the list these items. */
export const contains: AssertionKind = {
  kind: 'contains',
  schema: {
    type: ['string', 'number', 'boolean', 'array'],
    minItems: 1,
    description:
      'The text at `path` has this text in it, or each of a list of texts; a list has this item. Capitals count. Any other value is looked at as its JSON. May be a template over `input` and `vars`.',
    examples: ['parcel', ['parcel', '{{input.order}}']],
  },
  looks_at: 'value',
  templates: true,
  compile: async () => (seen, expected) => {
    const missing = each(expected).filter((part) => !holds(seen.value, part));
    return missing.length === 0 ? passed : mismatch(`to contain ${listed(missing, 'and')}`);
  },
};
