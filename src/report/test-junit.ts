import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../diagnostic/format.ts';
import { placeDiagnostics, shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { SuiteResult, TestResult } from '../testing/result.ts';
import { failureLines, placeText } from './test-failure.ts';
import { countTests, failuresOf } from './test-words.ts';

/**
 * Tests as JUnit's XML, which most CI servers read: a suite for each pipeline. Errors among the diagnostics are those for which
 * a pipeline could not be tested: together a suite whose only test broke.
 */
export function testJunit(
  results: readonly SuiteResult[],
  cwd: string,
  diagnostics: readonly Diagnostic[] = [],
): string {
  const refused = diagnostics.filter(({ severity }) => severity === 'error');
  const counts = countAttributes(results);
  const { tests, errors } = counts;
  const broken = refused.length === 0 ? 0 : 1;
  const all = attributes({ name: 'pipe test', ...counts, tests: tests + broken, errors: errors + broken });
  const suites = results.map((result) => suiteXml(result, cwd)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${all}>
${suites}${broken === 0 ? '' : refusedSuiteXml(refused, cwd)}</testsuites>
`;
}

/** Why no test was run, as one test that broke: a server that reads an empty file shows nothing wrong. */
export function refusedTestJunit(diagnostics: readonly Diagnostic[], cwd: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${attributes({ name: 'pipe test', ...oneError })}>
${refusedSuiteXml(diagnostics, cwd)}</testsuites>
`;
}

const oneError = { tests: 1, failures: 0, errors: 1, skipped: 0, time: seconds(0) };

function refusedSuiteXml(diagnostics: readonly Diagnostic[], cwd: string): string {
  const name = 'pipe test';
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = placeDiagnostics(errors, cwd);
  const { message = name, code = 'usage', file, line } = first ?? {};
  const test = { name: 'the tests can be run', classname: file ?? name, file, line, time: seconds(0) };
  const text = formatDiagnostics(diagnostics, { format: 'text', color: false, cwd });
  return `  <testsuite${attributes({ name: file ?? name, ...oneError })}>
    <testcase${attributes(test)}>
      <error${attributes({ message, type: code })}>${escaped(text)}</error>
    </testcase>
  </testsuite>
`;
}

function suiteXml(result: SuiteResult, cwd: string): string {
  const { suite, tests, reason } = result;
  const name = shownPath(suite.path, cwd);
  const stopped =
    reason === undefined
      ? ''
      : `    <system-err>${escaped(`${reason.code}: ${reason.message}`)}</system-err>\n`;
  return `  <testsuite${attributes({ name, ...countAttributes([result]) })}>
${tests.map((test) => caseXml(test, name, cwd)).join('')}${stopped}  </testsuite>
`;
}

function countAttributes(results: readonly SuiteResult[]) {
  const { tests, failed, not_run } = countTests(results);
  const duration = results.reduce((sum, result) => sum + result.duration, 0);
  return { tests, failures: failed, errors: 0, skipped: not_run, time: seconds(duration) };
}

function caseXml(result: TestResult, classname: string, cwd: string): string {
  const { test, status, duration } = result;
  const [file, line] = /^(.*):(\d+):\d+$/su.exec(placeText(test, cwd))?.slice(1) ?? [];
  const opening = `    <testcase${attributes({ name: test.name, classname, file, line, time: seconds(duration) })}`;
  if (status === 'passed') return `${opening}/>\n`;
  if (status === 'not_run')
    return `${opening}>\n      <skipped message="the run stopped before it"/>\n    </testcase>\n`;
  const failures = failuresOf(result).map((placed) => {
    const { kind, message } = placed.failure;
    const text = failureLines(placed, { color: false, cwd, verbose: false }).join('\n');
    return `      <failure${attributes({ message, type: kind })}>${escaped(text)}</failure>\n`;
  });
  return `${opening}>\n${failures.join('')}    </testcase>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function attributes(values: { readonly [name: string]: string | number | undefined }): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(String(value))}"`]))
    .join('');
}

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Controls may not stand in XML at all, as an entity neither: they are shown as escapes. Two code points that are none go. The
 * file may be printed into a log, where a runner looks for commands.
 */
function escaped(text: string): string {
  return withoutCommands(printable(text, 'lines'))
    .replaceAll(/[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/gu, (character) => entities[character] ?? character);
}
