import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeReport } from '../../../src/cli/make-report.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { reportMarkdown } from '../../../src/report/figures/markdown.ts';
import type { Report } from '../../../src/report/figures/report.ts';
import { reportPage } from '../../../src/report/page/page.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';
import { call, ended, failedRecord, priced, record, resumed } from '../../run/journal/journals.ts';
import { answer } from '../../run/support/fake-models.ts';
import { finishedRun, pipeReport, ticketPipeline } from '../finished-run.ts';
import { pastRun } from '../past-runs.ts';

async function report(lines: readonly string[], options: Partial<RunSummary> = {}): Promise<Report> {
  const run = pastRun(lines, options);
  const terminal = { cwd: run.folder, env: {} } as Terminal;
  const made = await makeReport(terminal, run, { failed: 2000, others: 1000, seed: 0 });
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

/** What a reader sees of a page: its texts, without style and script. */
async function page(lines: readonly string[], options: Partial<RunSummary> = {}): Promise<string> {
  return textOf(await report(lines, options));
}

function textOf(made: Report): string {
  const html = reportPage(made);
  const texts = html.replaceAll(/<(style|script)>[^]*?<\/\1>/g, '').replaceAll(/<[^>]*>/g, ' ');
  return texts.replaceAll('&#39;', "'").replaceAll(/\s+/g, ' ');
}

const counts = { total: 1, succeeded: 1, failed: 0, skipped: 0, pending: 0 };

describe('the page of a run', () => {
  it('that had no records says so, and leaves out what there is not', async () => {
    const text = await page([]);
    expect(text).toContain('Succeeded 0 there were no records');
    for (const absent of ['Latency', 'Over time', 'Errors', 'Records', 'Of the budget', 'unknown']) {
      expect(text).not.toContain(absent);
    }
  });

  it('says what the cost is a lower bound of, and never 0 for unknown', async () => {
    const usage = { ...priced, cost_usd: null, unmetered_requests: 1 };
    const text = await page([call('a', '1', { outcome: { ...answer('x'), usage } }), record('a', 0)], {
      counts,
    });
    expect(text).toContain('Cost unknown no price is known for small, and the usage of 1 request never came');
  });

  it('says while the run goes on that what is in flight is not counted yet', async () => {
    const { figures, ...rest } = await report([call('a', '1'), record('a', 0), ended], { counts });
    const made = { ...rest, figures: { ...figures, state: 'running' as const } };
    const cost = 'at least $0.25: what is in flight is not counted yet';
    expect(textOf(made)).toContain('Cost $0.25 a lower bound: what is in flight is not counted yet');
    expect(textOf(made)).toContain(`The cost is ${cost}.`);
    expect(reportMarkdown(made)).toContain(String.raw`**Cost**: at least \$0.25: what is in flight is not`);
  });

  it('tells the budget, the cache and the sessions', async () => {
    const cached = { ...answer('x'), usage: { ...priced, requests: 0, cached_requests: 1 } };
    const text = await page(
      [call('a', '1'), resumed(), call('a', '2', { outcome: cached }), record('a', 0)],
      {
        counts,
        budget: { usd: { limit: 5, spent: 0.5 }, tokens: null },
      },
    );
    expect(text).toContain('Of the budget, at least $0.50 of $5.00 spent.');
    expect(text).toContain("1 call cost nothing: the answers came from pipe's own cache.");
    expect(text).toContain('Dashed lines mark where one of the 2 sessions begins');
  });

  it.each([
    ['killed', { state: 'running', counts: null, duration: null } as const, 'Killed or crashed.'],
    ['simulated', { simulated: true } as const, 'No model was asked: answers, tokens and cost are made up.'],
    [
      'stopped',
      {
        state: 'stopped',
        reason: { kind: 'provider', code: 'rejected_key', message: 'no such key' },
      } as const,
      'Stopped. no such key (rejected_key)',
    ],
  ])('says that it was %s', async (_, options, words) => {
    expect(await page([call('a', '1'), record('a', 0)], options)).toContain(words);
  });

  it('says that an old journal does not tell when calls ended', async () => {
    const text = await page([call('a', '1').replace('"at":20,', ''), record('a', 0)], { counts });
    expect(text).toContain('does not tell when its calls ended');
    expect(text).toContain('429s');
    expect(text).toContain('unknown');
  });

  it('has bars as long as the shares beside them, and of few numbers the order of a scale', async () => {
    const { cwd, folder } = await finishedRun({
      pipeline: ticketPipeline.replace('{enum: [order, billing]}', '{type: integer}'),
      rows: Array.from({ length: 20 }, (_, at) => ({ id: `t${at}`, text: String(at < 7 ? 5 : at % 5) })),
      reply: (prompt) => answer(prompt.startsWith('Classify') ? `{"topic":${prompt.slice(9)}}` : prompt),
    });
    await pipeReport(cwd, 'night');
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    const values = /<h3 class="text">classify\.topic<\/h3>[^]*?<\/table>/.exec(html)?.[0] ?? '';
    const rows = values.matchAll(
      /<th scope="row" class="text">(.*?)<\/th>.*?>([\d.]+ %)<.*? width="([\d.]+)"/g,
    );
    expect([...rows].map(([, value, share, width]) => [value, share, width])).toEqual([
      ['0', '10 %', '10'],
      ['1', '10 %', '10'],
      ['2', '15 %', '15'],
      ['3', '15 %', '15'],
      ['4', '15 %', '15'],
      ['5', '35 %', '35'],
    ]);
    const costs = /<h2 id="usage">[^]*?<\/table>/.exec(html)?.[0] ?? '';
    const shares = [...costs.matchAll(/ width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(shares).toEqual([expect.any(Number), expect.any(Number), 100]);
    expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeCloseTo(100, 1);
  });

  it('has less than 10 MB whatever was answered, and gives failed records room first', async () => {
    const long = { ...answer('é'.repeat(9000)), usage: priced };
    const lines = Array.from({ length: 1600 }, (_, at) => [
      call(`k${at}`, `f${at}`, { outcome: long }),
      at < 800 ? record(`k${at}`, at) : failedRecord(`k${at}`, at, 'server_error'),
    ]).flat();
    const made = await report(lines, { counts: { ...counts, total: 1600, succeeded: 800, failed: 800 } });
    const html = reportPage(made);
    expect(Buffer.byteLength(html)).toBeLessThan(10 * 1024 * 1024);
    expect(html.match(/data-outcome="failed"/g)).toHaveLength(800);
    const others = html.match(/data-outcome="succeeded"/g)?.length ?? 0;
    expect(others).toBeGreaterThan(10);
    expect(others).toBeLessThan(800);
    expect(html).toContain(`all 800 that failed, and ${others} of the 800 others, drawn at random`);
  });
});

describe('the Markdown of a run', () => {
  it('is bounded, and nothing untrusted means anything in it', async () => {
    const evil = '</details>|`x`\n# @all <script> https://evil.example [a](javascript:b) ::error::';
    const lines = Array.from({ length: 400 }, (_, at) => failedRecord(`${evil}${at}`, at, `${evil}${at}`));
    const text = reportMarkdown(await report([call(evil, '1', { step: evil }), ...lines], { name: evil }));
    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
    expect(text).toContain('And 380 other codes.');
    const [title] = text.split('\n');
    expect(title).toContain(String.raw`## \</details\>\|\`x\`\\n\# @`);
    // Out of code spans, no such thing is left.
    const prose = text.replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '');
    expect(prose).not.toMatch(/(?<!\\)<|@all|https:\/\/|(?<!\\)\]\(/);
  });
});
