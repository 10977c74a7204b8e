import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectFailures } from '../../src/report/failures.ts';
import { annotationsOf } from '../../src/report/github.ts';
import { formatRefusal } from '../../src/report/json.ts';
import type { RunFinished } from '../../src/run/events.ts';
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
      diagnostics: [],
    });
  });

  it('has the same fields where the run was refused', () => {
    const reason = { kind: 'input', code: 'missing_key', message: 'no key' } as const;
    const refusal = JSON.parse(formatRefusal({ reason, exitCode: 2, diagnostics: [] })) as object;
    expect(Object.keys(refusal)).toEqual(Object.keys(JSON.parse(reportOf(finished())) as object));
    expect(refusal).toMatchObject({ state: 'refused', exit_code: 2, reason, counts: null, usage: null });
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
    {
      key = 'k',
      path = 'rows.jsonl',
      end = finished({ counts, failed: true }),
      count = 1,
      step = 'translate',
      file = 'triage.yaml',
    }: {
      key?: string;
      path?: string;
      end?: RunFinished;
      count?: number;
      step?: string | null;
      file?: string;
    } = {},
  ) {
    const failures = collectFailures();
    for (let index = 0; index < count; index += 1) failures.add(failed(index, { message }, { key, step }));
    const steps = { translate: { file: file, line: 12, col: 3 } };
    const github = { steps, ...(path !== '-' && { input: path }) };
    return annotationsOf({ started: started(), finished: end, failures, inputPath: path, github });
  }

  it('is silent where nothing failed', () => {
    expect(annotate('', { end: finished(), count: 0 })).toBe('');
  });

  it('are errors beside the step at fault, and a sum', () => {
    const end = finished({ counts: { ...counts, failed: 3 }, failed: true });
    expect(annotate('no answer', { count: 3, end })).toBe(
      '::error file=triage.yaml,line=12,col=3,title=timed_out::' +
        '3 records failed in the step translate: no answer (first rows.jsonl:1, key k)\n' +
        '::error title=pipe run triage::3 of 10 records failed, see runs/triage-1/errors.jsonl\n',
    );
  });

  it('are beside the row that is at fault itself', () => {
    expect(annotate('not JSON', { step: null })).toContain(
      '::error file=rows.jsonl,line=1,title=timed_out::1 record failed: not JSON (rows.jsonl:1, key k)\n',
    );
  });

  it('are warnings where the pipeline allows for failures', () => {
    expect(annotate('no answer', { end: finished({ counts }) })).toMatch(
      /^::warning file=[^]*\n::warning title=/,
    );
  });

  it('name no file for stdin, and none for a step whose place is not known', () => {
    const told = /^::error title=timed_out::1 record failed/;
    expect(annotate('no answer', { path: '-', step: null })).toMatch(told);
    expect(annotate('no answer', { step: 'constructor' })).toMatch(told);
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

  it('tell the largest groups, within what GitHub shows of a step', () => {
    const failures = collectFailures();
    for (let code = 0; code < 20; code += 1) {
      for (let index = 0; index <= code; index += 1) failures.add(failed(index, { code: `code_${code}` }));
    }
    const reason = { kind: 'failures', code: 'x', message: 'enough' } as const;
    const end = finished({ counts, state: 'stopped', reason });
    const github = { steps: {} };
    const lines = annotationsOf({ started: started(), finished: end, failures, inputPath: '-', github })
      .trim()
      .split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[0]).toContain('::20 records failed');
    expect(lines[6]).toContain('::14 records failed');
  });

  it('are exactly our commands, whatever the texts say', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (message, key, path) => {
        const file = `a:b,c%${path}`;
        const [first = '', ...rest] = annotate(`::a,b%0A${message}`, { key, file, path: file }).split('\n');
        expect(rest).toHaveLength(2);
        const match = /^::error file=([^:,]*),line=12,col=3,title=timed_out::(.*)$/u.exec(first);
        expect(match?.[1]).toMatch(/^a%3Ab%2Cc%25/);
        expect(match?.[2]).toMatch(/^1 record failed in the step translate: ::a,b%250A/);
        expect(first.replaceAll(/%(?:25|3A|2C)/g, '')).not.toContain('%');
      }),
    );
  });
});
