import type { JsonValue } from '../json/json.ts';
import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { isSame, shown, textOf } from './texts.ts';

/** The value is this one, whatever the order of an object's fields. */
export const equals: AssertionKind = {
  kind: 'equals',
  schema: {
    description:
      'The value at `path` is this one: a text, a number, a list or a map, whose order of fields says nothing. A text may be a template over `input` and `vars`. `pipe test --update` writes the value that came in its place.',
    examples: ['order', '{{input.language}}'],
  },
  looks_at: 'value',
  templates: true,
  compile: async () => (seen, expected) =>
    isSame(seen.value, expected)
      ? passed
      : mismatch(shown(expected), { wanted: textOf(expected), ...typeNote(seen.value, expected) }),
};

/** `"5"` for `5` looks the same in many a report. */
function typeNote(seen: JsonValue, expected: JsonValue): { readonly reason?: string } {
  const isLike = typeof seen !== typeof expected && textOf(seen) === textOf(expected);
  return isLike ? { reason: `one is a ${typeof seen}, the other a ${typeof expected}` } : {};
}
