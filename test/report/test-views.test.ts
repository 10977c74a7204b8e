import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { testDiagnostics } from '../../src/report/test-github.ts';
import { testJson } from '../../src/report/test-json.ts';
import { testJunit } from '../../src/report/test-junit.ts';
import { testMarkdown } from '../../src/report/test-markdown.ts';
import { metricsLines } from '../../src/report/test-metrics.ts';
import { testText } from '../../src/report/test-text.ts';
import { measure } from '../../src/testing/metrics.ts';
import { expectGolden } from '../support/golden.ts';
import { root } from '../support/pipe.ts';
import { sampleResults } from './test-results.ts';

const golden = (name: string) => join(root, 'test/report/tests/golden', name);
const plain = { color: false, verbose: false, command: 'pipe' } as const;
/** A character that acts on a terminal; line breaks are none. */
const acting = /(?!\n)\p{Cc}/u;

describe('tests as they are told', () => {
  it('to people', async () => {
    const { folder, results } = await sampleResults();
    const text = testText(results, { ...plain, cwd: folder });
    expectGolden(golden('text.txt'), text);
    expect(text).not.toMatch(acting);
    expect(text.split('\n').filter((line) => /^\s*::/u.test(line) || line.includes('##['))).toEqual([]);
    const colored = testText(results, { ...plain, color: true, cwd: folder });
    expect(stripVTControlCharacters(colored)).toBe(text);
    expect(colored).not.toBe(text);
  });

  it('beside a job on GitHub', async () => {
    const { folder, results } = await sampleResults();
    const text = testMarkdown(results, { cwd: folder, command: 'pipe' });
    expectGolden(golden('summary.md'), text);
    expect(text).not.toMatch(acting);
    const many = Array.from({ length: 100 }, () => results).flat();
    expect(Buffer.byteLength(testMarkdown(many, { cwd: folder, command: 'pipe' }))).toBeLessThan(60_000);
  });

  it('to programs', async () => {
    const { folder, results } = await sampleResults();
    const text = testJson(results, { cwd: folder, exitCode: 1, diagnostics: [] });
    expectGolden(golden('tests.json'), text);
    expect(text).not.toMatch(acting);
    const [, evil] = (
      JSON.parse(text) as { pipelines: [{ tests: { records: [{ output: { reply: string } }] }[] }] }
    ).pipelines[0].tests;
    expect(evil?.records[0].output.reply).toContain('\u001b[31m::error::evil');
  });

  it('to CI servers that read JUnit, as XML that is valid whatever was answered', async () => {
    const { folder, results } = await sampleResults();
    const xml = testJunit(results, folder);
    expectGolden(golden('junit.xml'), xml);
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).not.toMatch(acting);
    expect(xml).not.toContain('##[');
    const read = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(xml) as {
      testsuites: {
        tests: string;
        failures: string;
        testsuite: { testcase: { name: string; failure?: unknown }[] };
      };
    };
    expect(read.testsuites).toMatchObject({ tests: '6', failures: '5' });
    expect(
      read.testsuites.testsuite.testcase.map(({ name, failure }) => [name, failure !== undefined]),
    ).toEqual([
      ['as it should be', false],
      ['a <hostile> answer & more', true],
      ['rows', true],
      ['topics', true],
      ['mocked', true],
      ['never recorded', true],
    ]);
  });

  it('to GitHub, on the lines that say what is expected or asked', async () => {
    const { folder, results } = await sampleResults();
    const options = { format: 'github', color: false, cwd: folder } as const;
    const text = formatDiagnostics(testDiagnostics(results), options);
    expectGolden(golden('github.txt'), text);
    expect(
      text
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('::error file=reply')),
    ).toBe(true);
  });

  it('says why they broke off', async () => {
    const { folder, results } = await sampleResults();
    const reason = { kind: 'provider', code: 'rejected_key', message: 'the key was refused' } as const;
    const [result] = results;
    if (result === undefined) throw new Error('there is no result');
    const tests = result.tests.map(({ test, duration }) => ({
      test,
      duration,
      status: 'not_run' as const,
      records: [],
      failures: [],
    }));
    const stopped = [{ ...result, reason, tests }];
    const text = testText(stopped, { ...plain, cwd: folder });
    expect(text).toContain('  - as it should be  not run\n');
    expect(text).toContain('6 tests: 0 passed, 6 not run');
    expect(text).toContain('stopped: the key was refused');
    expect(JSON.parse(testJson(stopped, { cwd: folder, exitCode: 3, diagnostics: [] }))).toMatchObject({
      passed: false,
      counts: { not_run: 6 },
    });
    const xml = testJunit(stopped, folder);
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).toContain('<skipped message="the run stopped before it"/>');
    const options = { format: 'github', color: false, cwd: folder } as const;
    expect(formatDiagnostics(testDiagnostics(stopped), options)).toContain('the key was refused');
  });
});

describe('a test with many failures', () => {
  const rows = `text,topic\n${'I paid twice,billing\n'.repeat(5)}`;

  it('tells the first of them, the lines of the test once, and all where that is asked for', async () => {
    const { folder, results } = await sampleResults(rows);
    const text = testText(results, { ...plain, cwd: folder });
    expect(text.match(/not_contains: paid/gu)).toHaveLength(1);
    expect(text).toContain('rows.csv:4\n');
    expect(text).not.toContain('rows.csv:5\n');
    expect(text).toContain('2 more failures of this test; --verbose tells all');
    const all = testText(results, { ...plain, cwd: folder, verbose: true });
    expect(all).toContain('rows.csv:6\n');
    expect(all).not.toContain('more failures');
  });

  it('marks each of its lines once on GitHub', async () => {
    const { folder, results } = await sampleResults(rows);
    const options = { format: 'github', color: false, cwd: folder } as const;
    const text = formatDiagnostics(testDiagnostics(results), options);
    expect(text.match(/::rows \(/gu)).toHaveLength(1);
    expect(text).toContain('::rows (rows.csv:2 and 4 more records): ');
  });
});

describe('the tables of a classifier', () => {
  const names = (count: number) =>
    Array.from({ length: count }, (_, at) => `class ${at} of a rather long name`);

  it.each([
    [2, 76],
    [13, 76],
    [14, 76],
    [40, 76],
    [2, 36],
    [6, 36],
  ])('of %d classes fit a terminal with %d columns left', (count, width) => {
    const metrics = measure(
      names(count).flatMap((label, at) => [
        { label, predicted: label },
        { label, predicted: names(count)[(at + 1) % count] ?? null },
        { label, predicted: null },
      ]),
    );
    const lines = metricsLines(metrics, width, (_, text) => text);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.join('\n')).toContain(count < 14 ? 'label (row) given as (column)' : 'taken for another');
  });

  it('name classes that no record has', () => {
    const lines = metricsLines(measure([{ label: 'a', predicted: 'b' }]), 76, (_, text) => text);
    expect(lines).toContain('no label: b b');
    expect(lines.join('\n')).toMatch(/^b\s+0\s+0\.000\s+-\s+-$/mu);
  });
});
