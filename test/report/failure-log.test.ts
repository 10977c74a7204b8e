import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import { createFailureLog, failureLine } from '../../src/report/failure-log.ts';
import { collectFailures, type FailedRecord } from '../../src/report/failures.ts';
import type { Paint } from '../../src/report/output.ts';
import { failed } from './samples.ts';

const plain: Paint = (_, text) => text;

function tell(records: readonly FailedRecord[], errorsPath: string | undefined = 'runs/r/errors.jsonl') {
  const lines: string[] = [];
  const log = createFailureLog({
    print: (line) => lines.push(line),
    paint: plain,
    inputPath: 'rows.jsonl',
    errorsPath: () => errorsPath,
  });
  for (const record of records) log.add(record);
  log.flush();
  log.flush();
  return lines.map((line) => line.replace(/ {2}error.*/, ''));
}

const apart = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => failed(from + at, { message: `reason ${from + at}` }));
const alike = (count: number, from = 0) => Array.from({ length: count }, (_, at) => failed(from + at));

describe('failures as they happen', () => {
  it.each<[string, readonly FailedRecord[], readonly string[]]>([
    ['none', [], []],
    ['a few', apart(2), ['rows.jsonl:1', 'rows.jsonl:2']],
    ['five', apart(5), [1, 2, 3, 4, 5].map((line) => `rows.jsonl:${line}`)],
    [
      'more than five',
      apart(200),
      [...[1, 2, 3, 4, 5].map((line) => `rows.jsonl:${line}`), 'further failures are in runs/r/errors.jsonl'],
    ],
    ['many alike', alike(9_000), ['rows.jsonl:1', '  the same (timed_out) for 8,999 more records']],
    [
      'alike between others',
      [...alike(2), ...apart(1, 2), ...alike(1, 3)],
      ['rows.jsonl:1', '  the same (timed_out) for 1 more record', 'rows.jsonl:3', 'rows.jsonl:4'],
    ],
    [
      'alike after the fifth',
      [...apart(4), ...alike(3, 4), ...apart(1, 7)],
      [
        ...[1, 2, 3, 4, 5].map((line) => `rows.jsonl:${line}`),
        '  the same (timed_out) for 2 more records',
        'further failures are in runs/r/errors.jsonl',
      ],
    ],
  ])('are told: %s', (_, records, lines) => {
    expect(tell(records)).toEqual(lines);
  });

  it.each<[string, FailedRecord]>([
    ['another step', failed(1, {}, { step: 'reply' })],
    ['no step', failed(1, {}, { step: null })],
    ['another code', failed(1, { code: 'cut_body' })],
    ['another message', failed(1, { message: 'x' })],
  ])('are not alike with %s', (_, other) => {
    expect(tell([failed(0), other])).toEqual(['rows.jsonl:1', 'rows.jsonl:2']);
  });

  it('are counted before other lines, and from there on anew', () => {
    const lines: string[] = [];
    const print = (line: string) => lines.push(line);
    const log = createFailureLog({ print, paint: plain, inputPath: 'r', errorsPath: () => undefined });
    for (const record of alike(3)) log.add(record);
    log.flush();
    print('another line');
    for (const record of alike(2, 3)) log.add(record);
    log.flush();
    expect(lines.slice(1)).toEqual([
      '  the same (timed_out) for 2 more records',
      'another line',
      '  the same (timed_out) for 2 more records',
    ]);
  });

  it('are counted in lines that a narrow terminal has room for', () => {
    const lines: string[] = [];
    const log = createFailureLog({
      print: (line) => lines.push(line),
      paint: plain,
      inputPath: 'r',
      columns: () => 30,
      errorsPath: () => 'runs/r/errors.jsonl',
    });
    for (const record of [...alike(3), ...apart(5, 3)]) log.add(record);
    expect(lines).toContain('  the same (timed_out) for 2\n  more records');
    expect(lines.at(-1)).toBe('further failures are in\nruns/r/errors.jsonl');
  });

  it('points to no file where none is kept', () => {
    const lines: string[] = [];
    const log = createFailureLog({
      print: (line) => lines.push(line),
      paint: plain,
      inputPath: '-',
      errorsPath: () => undefined,
    });
    for (const record of apart(6)) log.add(record);
    expect(lines.at(-1)).toBe('further failures are only counted');
    expect(lines[0]).toBe('stdin:1  error  reason 0  (step translate, key k-0, timed_out)');
  });
});

describe('the line of a failure', () => {
  it('is one bounded line without control characters, whatever the message', () => {
    const hostile = `\u001B]0;title\u0007\r\n::error::x\u202E${'長い'.repeat(5000)}`;
    const line = failureLine(
      failed(6, { message: hostile }, { key: hostile, step: null }),
      'rows.csv',
      plain,
    );
    expect(line).toMatch(/^rows\.csv:7 {2}error {2}\\x1b\]0;title\\x07\\r\\n::error::x\\u202e長/);
    expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(displayWidth(line)).toBeLessThan(450);
    expect(line).toMatch(/…\)?, timed_out\)$/);
  });

  it.each<[number, readonly string[]]>([
    [90, ['rows.csv:1  error  no whole answer within 60 s  (step translate, key k-0, timed_out)']],
    [80, ['rows.csv:1  error  no whole answer within 60 s', '  (step translate, key k-0, timed_out)']],
    [
      30,
      ['rows.csv:1  error  no whole', '  answer within 60 s', '  (step translate, key k-0,', '  timed_out)'],
    ],
  ])('goes on below in %d columns', (columns, lines) => {
    expect(failureLine(failed(0), 'rows.csv', plain, columns).split('\n')).toEqual(lines);
  });

  it('keeps what goes from right to left to itself, in each line', () => {
    const record = failed(0, { message: 'طلب 12 غير صالح' }, { key: 'طلب-7' });
    expect(failureLine(record, 'rows.csv', plain)).toBe(
      'rows.csv:1  error  \u2068طلب 12 غير صالح\u2069  (step translate, key \u2068طلب-7\u2069, timed_out)',
    );
    expect(failureLine(record, 'rows.csv', plain, 28).split('\n').slice(0, 2)).toEqual([
      'rows.csv:1  error  \u2068طلب 12\u2069',
      '  \u2068غير صالح\u2069',
    ]);
  });

  it('colours the word and dims the details', () => {
    const line = failureLine(failed(0), 'rows.csv', (style, text) => `<${style}>${text}</>`);
    expect(line).toBe(
      'rows.csv:1  <red>error</>  no whole answer within 60 s  <dim>(step translate, key k-0, timed_out)</>',
    );
  });
});

describe('what is kept of failures', () => {
  it('is the first five and a count with the first example of each code, the largest first', () => {
    const failures = collectFailures();
    const records = [
      failed(0, { code: 'cut_body' }),
      ...alike(3, 1),
      failed(4, { code: 'server_error' }),
      ...alike(3, 5),
    ];
    for (const record of records) failures.add(record);
    expect(failures.first().map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(failures.groups().map(({ code, count, example }) => [code, count, example.index])).toEqual([
      ['timed_out', 6, 1],
      ['cut_body', 1, 0],
      ['server_error', 1, 4],
    ]);
  });
});
