import { stripVTControlCharacters, styleText } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { collectFailures } from '../../src/report/failures.ts';
import { outputUnwritable, pathsOf } from '../../src/report/paths.ts';
import { formatSummary, type SummaryInput } from '../../src/report/summary.ts';
import { formatTable } from '../../src/report/table.ts';
import { usageTable } from '../../src/report/usage-table.ts';
import type { Usage } from '../../src/usage/usage.ts';
import { createOutput, failed, finished, started, usageOf, usageReport } from './samples.ts';

const counts = { total: 10, succeeded: 9, failed: 1, skipped: 0, pending: 0 };

function summaryOf(changes: Partial<SummaryInput> = {}, output = createOutput()): string {
  const failures = collectFailures();
  failures.add(failed(0));
  return formatSummary(
    {
      started: started(),
      finished: finished({ counts }),
      failures,
      done: 10,
      cut: 0,
      further: 0,
      inputPath: 'rows.jsonl',
      ...changes,
    },
    output,
  );
}

describe('the summary', () => {
  it.each([
    [1, 'repairs    1 call asked again, for an answer that fits'],
    [2520, 'repairs    2,520 calls asked again, for an answer that fits'],
  ])('tells of %i calls that repaired an answer, where there are no rounds of tools', (further, line) => {
    expect(summaryOf({ further })).toContain(`\n${line}\n`);
    expect(summaryOf({ further: 0 })).not.toContain('repairs');
    const tool_calls = { total: 1, failed: 0 };
    expect(summaryOf({ further, finished: finished({ tool_calls }) })).not.toContain('repairs');
  });

  it.each([
    [1, 'cut off    1 answer reached `max_tokens` before its end'],
    [3, 'cut off    3 answers reached `max_tokens` before their end'],
  ])('tells of %i answers that were cut off', (cut, line) => {
    expect(summaryOf({ cut })).toContain(`\n${line}\n`);
    expect(summaryOf({ cut: 0 })).not.toContain('cut off');
  });

  it.each([
    [0, 0, undefined],
    [1, 0, '1 record was done before; counts and cost include it'],
    [0, 1, '1 call was answered from the journal; counts and cost include it'],
    [1200, 0, '1,200 records were done before; counts and cost include them'],
    [0, 20, '20 calls were answered from the journal; counts and cost include them'],
    [1, 1, '1 record was done before; 1 call was answered from the journal; counts and cost include them'],
  ])('says what earlier sessions have spared a run: %i records, %i calls', (kept, replayed_calls, words) => {
    const text = summaryOf(
      {
        started: started({ resumed: { kept, usage: usageOf() } }),
        finished: finished({ counts, replayed_calls }),
      },
      createOutput({ columns: 100, isTerminal: true }),
    ).replaceAll(/\n {11}/g, ' ');
    expect(/^resumed {4}(.*)$/m.exec(text)?.[1]).toBe(words);
  });

  it('says nothing of that where the run was not begun before', () => {
    expect(summaryOf()).not.toContain('resumed');
  });

  it('can do without a beginning', () => {
    expect(summaryOf({ started: undefined, failures: collectFailures() })).toBe(
      ['run completed in 1.0 s, 10/s', 'records    10: 9 succeeded, 1 failed', 'cost       $0.00', ''].join(
        '\n',
      ),
    );
  });

  it('names ten codes and counts the others', () => {
    const failures = collectFailures();
    for (let code = 0; code < 12; code += 1) failures.add(failed(code, { code: `code_${code}` }));
    const text = summaryOf({ failures });
    expect(text.match(/code_\d+/g)).toHaveLength(10);
    expect(text).toContain('\n  and 2 other codes\n');
  });

  it.each([40, 60, 80, 100, 300])('fits a terminal of %d columns, within reason', (columns) => {
    const usage = usageOf({ input_tokens: 1_234_567_890, output_tokens: 1_234_567_890, cost_usd: 12_345.6 });
    const failures = collectFailures();
    failures.add(failed(0, { message: 'word '.repeat(200) }));
    const reason = { kind: 'provider', code: 'x', message: 'word '.repeat(60) } as const;
    const end = finished({
      usage: usageReport(usage, { ['m'.repeat(90)]: usage }),
      state: 'stopped',
      reason,
      counts: { ...counts, pending: 1_234_567 },
      budget: {
        usd: { limit: 12_345.67, spent: 12_345.66 },
        tokens: { limit: 1_234_567_890, spent: 1_234_567_889 },
      },
    });
    const resumed = { kept: 1_234_567, usage };
    const text = summaryOf(
      { started: started({ resumed, folder: 'runs/r' }), finished: end, failures },
      createOutput({ columns, isTerminal: true }),
    );
    const widest = Math.max(...text.split('\n').map((line) => displayWidth(line)));
    expect(widest).toBeLessThanOrEqual(Math.min(100, Math.max(40, columns)));
    expect(widest).toBeGreaterThan(Math.min(50, columns - 10));
  });

  it('is broken between words on a narrow terminal, and no colour with it', () => {
    const pending = { total: 300, succeeded: 131, failed: 7, skipped: 0, pending: 162 };
    const end = finished({ counts: pending, state: 'interrupted' });
    const text = summaryOf(
      { finished: end, done: 138 },
      createOutput({ columns: 40, isTerminal: true, color: true }),
    );
    const [, first = '', second = ''] = text.split('\n');
    expect(stripVTControlCharacters(first)).toBe('records    300: 131 succeeded, 7 failed,');
    expect(stripVTControlCharacters(second)).toBe('           162 pending');
    expect(second).toContain(styleText('yellow', 'pending', { validateStream: false }));
  });

  it('is two lines of a table for a step and its model, which is named once', () => {
    const row = { ...usageOf(), records: 1 };
    const usage = { total: row, by_step: { translate: row }, by_model: { small: row } };
    expect(summaryOf({ finished: finished({ usage }), failures: collectFailures() })).toBe(
      [
        'triage completed in 1.0 s, 10/s',
        'records    10: 10 succeeded',
        'cost       $0.00036',
        '',
        'small        requests  retries  input  output      cost',
        '  translate         1        0    120      80  $0.00036',
        '',
        'results    runs/triage-1/results.jsonl',
        '',
      ].join('\n'),
    );
  });

  it('names the step of failures where there are several, and how long calls took', () => {
    const row = { ...usageOf(), records: 1 };
    const usage = { total: row, by_step: { translate: row, ترجمة: row }, by_model: { small: row } };
    const failures = collectFailures();
    for (const index of [0, 1]) failures.add(failed(index));
    failures.add(failed(2, { message: 'رسالة 12' }, { step: 'ترجمة' }));
    failures.add(failed(3, { code: 'invalid_record' }, { step: null }));
    const latency = { p50: 820, p95: 2140, slowest: { step: 'ترجمة', p50: 1400, p95: 4000 } };
    const lines = summaryOf({ finished: finished({ usage }), failures, latency }).split('\n');
    expect(lines.slice(lines.indexOf('failures'), lines.indexOf('failures') + 7)).toEqual([
      'failures',
      '  2  timed_out in translate',
      '     rows.jsonl:1  no whole answer within 60 s',
      '  1  timed_out in \u2068ترجمة\u2069',
      '     rows.jsonl:3  \u2068رسالة 12\u2069',
      '  1  invalid_record',
      '     rows.jsonl:4  no whole answer within 60 s',
    ]);
    expect(lines.slice(3, 5)).toEqual([
      'latency    p50 820 ms, p95 2.1 s a call, waits and retries included',
      '           slowest in \u2068ترجمة\u2069: p50 1.4 s, p95 4.0 s',
    ]);
    expect(lines.slice(6, 10)).toEqual([
      'small        requests  retries  input  output      cost',
      '  translate         1        0    120      80  $0.00036',
      '  \u2068ترجمة\u2069             1        0    120      80  $0.00036',
      'total               1        0    120      80  $0.00036',
    ]);
  });

  it('makes the untrusted harmless', () => {
    const hostile = 'x\u001B[2J\n\u202E';
    const failures = collectFailures();
    failures.add(failed(0, { message: hostile }));
    const usage = usageReport(usageOf(), { [hostile]: usageOf() });
    const text = summaryOf({
      started: started({ pipeline: hostile, folder: hostile }),
      finished: finished({
        counts,
        usage,
        state: 'stopped',
        reason: { kind: 'local', code: 'x', message: hostile },
      }),
      failures,
      inputPath: 'rows.jsonl',
      outputPath: hostile,
    });
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(text.match(/x\\x1b\[2J\\n\\u202e/g)?.length).toBeGreaterThanOrEqual(6);
  });
});

describe('where things are', () => {
  it.each([
    ['completed', 'out.csv', 'out.csv'],
    ['stopped', 'out.csv', 'out.csv.partial'],
    ['interrupted', 'out.csv', 'out.csv.partial'],
    ['completed', '-', undefined],
    ['completed', undefined, undefined],
  ] as const)('is told of the output of a %s run to %s', (state, output, path) => {
    expect(pathsOf('runs/r', { state }, output).output).toBe(path);
  });

  it('is told of the folder, where there is one', () => {
    expect(pathsOf('runs/r', { state: 'completed' }, undefined)).toEqual({
      folder: 'runs/r',
      results: 'runs/r/results.jsonl',
      errors: 'runs/r/errors.jsonl',
    });
    expect(pathsOf(undefined, { state: 'completed' }, undefined)).toEqual({});
    const reason = { kind: 'local', code: outputUnwritable, message: 'no space left' } as const;
    expect(pathsOf(undefined, { state: 'stopped', reason }, 'out.csv')).toEqual({});
  });
});

describe('tables', () => {
  const plain = (_: string, text: string) => text;

  it('drops the least important columns first, then shortens the labels', () => {
    const columns = [
      { header: 'first', rank: 0 },
      { header: 'second', rank: 2 },
      { header: 'third', rank: 1 },
    ];
    const rows = [{ label: 'a label of some thirty columns', cells: ['1', '22', '333'] }];
    const lines = (width: number) => formatTable(columns, rows, width, plain);
    expect(lines(80)).toEqual([
      '                                first  second  third',
      'a label of some thirty columns      1      22    333',
    ]);
    expect(lines(44)[1]).toBe('a label of some thirt…      1      22    333');
    expect(lines(40)[1]).toBe('a label of some thirty co…      1    333');
    expect(lines(30)[1]).toBe('a label of some thirty…      1');
    expect(lines(5)[1]).toBe('a label…      1');
  });

  it.each<[string, Partial<Usage>, string]>([
    ['neither', { cached_input_tokens: null }, 'requests  retries  input  output  cost'],
    [
      'tokens that a provider had cached',
      { cached_input_tokens: 7 },
      'requests  retries  input  (cached)  output  cost',
    ],
    ['no such tokens', { cached_input_tokens: 0 }, 'requests  retries  input  output  cost'],
    [
      'calls that our own cache answered',
      { cached_requests: 3, cached_input_tokens: null },
      'requests  retries  cache hits  input  output  cost',
    ],
    [
      'both',
      { cached_requests: 3, cached_input_tokens: 7 },
      'requests  retries  cache hits  input  (cached)  output  cost',
    ],
  ])('tell two caches apart: %s', (_, changes, headers) => {
    const usage = usageOf({ cost_usd: 0, ...changes });
    const [header = ''] = usageTable(usageReport(usage, { small: usage }), 100, plain);
    expect(header.trim().replaceAll(/ {2,}/g, '  ')).toBe(headers);
  });

  it('fit the width that they are given, for any usage', () => {
    const amount = fc.option(fc.nat(1e12));
    const usage = fc
      .record({
        requests: fc.nat(1e9),
        retries: fc.nat(1e9),
        cached_requests: fc.nat(1e9),
        input_tokens: amount,
        output_tokens: amount,
      })
      .map(usageOf);
    const models = fc.dictionary(fc.string({ unit: 'binary' }), usage, { maxKeys: 4 });
    fc.assert(
      fc.property(models, fc.integer({ min: 40, max: 120 }), (models, width) => {
        const lines = usageTable(usageReport(usageOf({ cached_requests: 1 }), models), width, plain);
        const widths = lines.map((line) => displayWidth(line));
        expect(Math.max(0, ...widths)).toBeLessThanOrEqual(Math.max(width, 59));
      }),
      { numRuns: 40 },
    );
  });
});
