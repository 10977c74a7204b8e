import { distance } from 'fastest-levenshtein';
import { isObject } from '../json/json.ts';
import { mismatch, passed, type AssertionKind } from './assertion.ts';
import { amount, textOf } from './texts.ts';

/** To compare two texts takes time by the product of their lengths: a tenth of a second for these. */
const longestCompared = 20_000;

const usualLeast = 0.8;

/** The text is nearly that of a reference, letter by letter. */
export const similarity: AssertionKind = {
  kind: 'similarity',
  schema: {
    type: 'object',
    required: ['to'],
    properties: {
      to: {
        type: 'string',
        minLength: 1,
        description: 'The text that the answer should be near to. May be a template over `input` and `vars`.',
        examples: ['Where is my parcel?'],
      },
      at_least: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: usualLeast,
        description: 'How near at least: from 0, nothing in common, to 1, the same text.',
        examples: [0.9],
      },
    },
    additionalProperties: false,
    description:
      'The text at `path` is nearly that of a reference: 1 less the letters that have to be changed (the Levenshtein distance) by the length of the longer text. What two texts mean is nothing to it: for that there is `judge`. Texts of more than 20,000 characters fail.',
    examples: [{ to: 'Where is my parcel?', at_least: 0.9 }],
  },
  looks_at: 'value',
  templates: true,
  compile: async () => (seen, expected) => {
    const { to = '', at_least: least = usualLeast } = isObject(expected) ? expected : {};
    const [text, reference] = [textOf(seen.value), textOf(to)];
    const wanted = `a text whose similarity to the reference is at least ${textOf(least)}`;
    const longest = Math.max(text.length, reference.length);
    if (longest > longestCompared) {
      const reason = `${amount(longest, 'character')} are too many: ${longestCompared} are compared at most`;
      return mismatch(wanted, { reason });
    }
    // One division alone: the same share, written as a number, is the same double.
    const alike = longest === 0 ? 1 : (longest - distance(text, reference)) / longest;
    if (alike >= Number(least)) return passed;
    // Rounded up, 0.7996 would be told as the 0.8 that was wanted.
    const told = Math.floor(alike * 1000) / 1000;
    return mismatch(wanted, { reason: `it is ${told}`, wanted: reference });
  },
};
