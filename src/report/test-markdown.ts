import { bounded } from '../diagnostic/printable.ts';
import type { SuiteResult } from '../testing/result.ts';
import { boundedMarkdown, codeBlock } from './markdown.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { testText, type TextStyle } from './test-text.ts';

/** In characters, of the tests of one pipeline. */
const longest = 20_000;

/** Tests for the summary of a job on GitHub: how many passed, then what a terminal would show of each pipeline. */
export function testMarkdown(
  results: readonly SuiteResult[],
  style: Omit<TextStyle, 'color' | 'verbose'>,
): string {
  const tests = results.flatMap((result) => result.tests);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const mood = passed === tests.length ? 'passed' : 'passed, the others did not';
  const text = (result: SuiteResult) => testText([result], { ...style, color: false, verbose: false });
  return boundedMarkdown([
    `### ${formatCount(passed)} of ${formatAmount(tests.length, 'test')} ${mood}`,
    ...results.map((result) => codeBlock(bounded(text(result), longest))),
  ]);
}
