import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectFailures } from '../../src/report/failures.ts';
import { annotationsOf } from '../../src/report/github.ts';
import { createReporter } from '../../src/report/registry.ts';
import { createOutput, failed, finished, kept, started, usageOf, usageReport } from './samples.ts';

const counts = { total: 10, succeeded: 9, failed: 1, skipped: 0, pending: 0 };
const hostileUnits = [
  '\u001B',
  '\u009B',
  '\u007F',
  '\u202E',
  '\uD800',
  '\n',
  '\r',
  '%',
  ':',
  ',',
  '"',
  '#',
  '[',
  'a',
  '語',
  '👩‍👩‍👧',
];
const anyText = fc.string({ unit: fc.constantFrom(...hostileUnits), maxLength: 60 });

describe('the JSON report', () => {
  function reportOf(...events: Parameters<ReturnType<typeof createReporter>['on']>[0][]) {
    const output = createOutput({ isTerminal: true, color: true });
    const reporter = createReporter({
      mode: 'json',
      output,
      inputPath: 'rows.jsonl',
      outputPath: 'out.jsonl',
      exitCodeOf: ({ counts }) => counts.failed,
    });
    for (const event of events) reporter.on(event);
    reporter.message('a warning');
    reporter.finish();
    return output.text();
  }

  it('is printed once, at the end, and nothing else', () => {
    expect(reportOf(started(), failed(0))).toBe('');
    expect(reportOf(started(), failed(0), finished({ counts }))).toMatch(/^\{\n[^]*\n\}\n$/);
  });

  it('has every field, null where there is nothing to tell', () => {
    expect(JSON.parse(reportOf(finished()))).toEqual({
      run: null,
      pipeline: null,
      state: 'completed',
      reason: null,
      exit_code: 0,
      simulated: false,
      replayed: false,
      replay: null,
      recording: null,
      folder: null,
      resumed: null,
      counts: finished().counts,
      tool_calls: { total: 0, failed: 0 },
      usage: finished().usage,
      cost_usd: 0,
      cached_requests: 0,
      budget: null,
      duration_ms: 1000,
      results: null,
      output: 'out.jsonl',
      errors: { path: null, first: [] },
    });
  });

  it('tells of a resumed run what was kept, and what it used of its budget', () => {
    const budget = { usd: { limit: 5, spent: 4.98 }, tokens: null };
    const usage = usageReport(usageOf({ cached_requests: 12 }));
    const resumed = { kept: 7, usage: usageOf() };
    const text = reportOf(started({ resumed, budget: { usd: 5 } }), kept(0), finished({ usage, budget }));
    expect(JSON.parse(text)).toMatchObject({ resumed: { kept: 7 }, cached_requests: 12, budget });
  });

  it('says whatever was said, and drives no terminal', () => {
    fc.assert(
      fc.property(anyText, anyText, (message, key) => {
        const text = reportOf(
          started({ simulated: true }),
          failed(6, { message }, { key }),
          finished({ counts }),
        );
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        expect(JSON.parse(text)).toMatchObject({
          simulated: true,
          exit_code: 1,
          errors: {
            path: 'runs/triage-1/errors.jsonl',
            first: [{ index: 6, line: 7, key, step: 'translate', code: 'timed_out', message, status: null }],
          },
        });
      }),
    );
  });
});

describe('annotations of GitHub Actions', () => {
  function annotate(
    message: string,
    { key = 'k', path = 'rows.jsonl', end = finished({ counts, failed: true }), count = 1 } = {},
  ) {
    const failures = collectFailures();
    for (let index = 0; index < count; index += 1) failures.add(failed(index, { message }, { key }));
    return annotationsOf({ started: started(), finished: end, failures, inputPath: path });
  }

  it('is silent where nothing failed', () => {
    expect(annotate('', { end: finished(), count: 0 })).toBe('');
  });

  it('are errors beside the lines of the input, and a sum', () => {
    expect(annotate('no answer')).toBe(
      '::error file=rows.jsonl,line=1,title=timed_out::no answer (step translate, key k)\n' +
        '::error title=pipe run triage::1 of 10 records failed, see runs/triage-1/errors.jsonl\n',
    );
  });

  it('are warnings where the pipeline allows for failures', () => {
    expect(annotate('no answer', { end: finished({ counts }) })).toMatch(
      /^::warning file=[^]*\n::warning title=/,
    );
  });

  it('name no file for stdin', () => {
    expect(annotate('no answer', { path: '-' })).toMatch(/^::error title=timed_out::no answer/);
  });

  it('tell why a run stopped', () => {
    const reason = { kind: 'provider', code: 'rejected_key', message: 'the key was\nrejected' } as const;
    const end = finished({ state: 'stopped', reason });
    expect(annotate('', { end, count: 0 })).toBe(
      '::error title=pipe run triage::stopped: the key was\\nrejected\n',
    );
    const pending = finished({ state: 'stopped', reason, counts: { ...counts, failed: 0, pending: 1 } });
    expect(annotate('', { end: pending, count: 0 })).toContain('rejected (1 of 10 records pending)\n');
  });

  it('stay within what GitHub shows of a step', () => {
    expect(annotate('no', { count: 500 }).trim().split('\n')).toHaveLength(6);
  });

  it('are exactly our commands, whatever the texts say', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (message, key, path) => {
        const [first = '', ...rest] = annotate(`::a,b%0A${message}`, { key, path: `a:b,c%${path}` }).split(
          '\n',
        );
        expect(rest).toHaveLength(2);
        const match = /^::error file=([^:,]*),line=1,title=timed_out::(.*)$/u.exec(first);
        expect(match?.[1]).toMatch(/^a%3Ab%2Cc%25/);
        expect(match?.[2]).toMatch(/^::a,b%250A/);
        expect(first.replaceAll(/%(?:25|3A|2C)/g, '')).not.toContain('%');
      }),
    );
  });
});
