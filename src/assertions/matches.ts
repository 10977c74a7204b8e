import { longestWaitText, withinTime } from '../within-time.ts';
import { longestSearched, mismatch, passed, type AssertionKind } from './assertion.ts';
import { amount, textOf } from './texts.ts';

/** The text has a place that a regular expression matches. */
export const matches: AssertionKind = {
  kind: 'matches',
  schema: {
    type: 'string',
    minLength: 1,
    description:
      'A regular expression of JavaScript, with its `u` flag, that matches somewhere in the text at `path`; `^` and `$` hold it to the whole. In double quotes YAML wants each backslash twice, in single quotes once. Texts of more than 100,000 characters fail.',
    examples: ['^\\d{4}-\\d{2}-\\d{2}$'],
  },
  looks_at: 'value',
  // A pattern that data had a part in could take any time.
  templates: false,
  async compile(expected, builder) {
    const pattern = compiled(textOf(expected));
    if (typeof pattern === 'string') {
      builder.report({
        code: 'invalid-pattern',
        message: `\`matches\` is not a regular expression: ${pattern}`,
      });
      return undefined;
    }
    const isFound = withinTime((text: string) => pattern.test(text));
    return ({ value }) => {
      const text = textOf(value);
      const wanted = `to match ${String(pattern)}`;
      if (text.length > longestSearched) {
        return mismatch(wanted, {
          reason: `it has ${amount(text.length, 'character')}, and ${longestSearched} are searched at most`,
        });
      }
      const isMatch = isFound(text);
      if (isMatch === undefined) return mismatch(wanted, { reason: tookTooLong });
      return isMatch ? passed : mismatch(wanted);
    };
  },
};

const tookTooLong = `its pattern was still at work after ${longestWaitText}: it backtracks without end on this text`;

/** The pattern, or why it is none. */
function compiled(text: string): RegExp | string {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    return (error as Error).message.replace(/^.*\/u: /su, '');
  }
}
