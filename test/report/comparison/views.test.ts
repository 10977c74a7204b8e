import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonValue } from '../../../src/json/json.ts';
import type { Comparison } from '../../../src/comparison/compare.ts';
import { parseAllowedPath } from '../../../src/comparison/field-path.ts';
import { displayWidth } from '../../../src/diagnostic/printable.ts';
import { comparisonHtml } from '../../../src/report/comparison/html.ts';
import { comparisonJson } from '../../../src/report/comparison/json.ts';
import { comparisonMarkdown } from '../../../src/report/comparison/markdown.ts';
import { comparisonText } from '../../../src/report/comparison/text.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { compared, runOf, sideOf, summary, type Records } from '../../comparison/sides.ts';
import { expectGolden } from '../../support/golden.ts';
import { root } from '../../support/pipe.ts';

const golden = (name: string) => join(root, 'test/report/comparison/golden', name);

const letter =
  'Dear customer, thank you for your letter of Monday. We have looked into it, and your parcel has left our house on ' +
  'the third of the month. It has been seen in Lyon since.';

/** What an enemy would put into a key or a text. */
const evil =
  '\u001b[31mred\u001b[0m <script>alert(1)</script> <img src=x onerror=alert(1)> @someone #1 `code` ``` ![x](http://evil.example/x.png)' +
  '\n\n::error::owned\n##[error]x\n| a | b |\n</pre></details>\n- [link](javascript:alert(1)) \u202egnp.exe "quoted" & https://evil.example www.evil.example';

function allowing(text: string) {
  const path = parseAllowedPath(text);
  if (!path.ok) throw new Error(path.error);
  return [path.value];
}

/** Two runs that differ in all that a view tells. */
async function everything(): Promise<Comparison> {
  const topic = (name: string, note = letter): JsonValue => ({
    ticket: { topic: name, score: 0.5 },
    reply: note,
  });
  const before: Records = {
    t1: topic('order'),
    t2: topic('order'),
    t3: topic('billing'),
    t4: topic('other', 'short'),
    t5: new Error('schema_mismatch'),
    t6: topic('other'),
    t7: new Error('timed_out'),
    t8: topic('order'),
    t9: topic('order'),
    u1: undefined,
    u2: undefined,
    gone: topic('other'),
  };
  const after: Records = {
    t1: topic('billing', letter.replace('thank you', 'many thanks')),
    t2: topic('billing'),
    t3: topic('billing', letter.replace('third', 'fourth').replace('Lyon', 'Dijon')),
    t4: { ticket: { topic: 'other', score: 0.75 }, reply: null, tags: ['a'] },
    t5: topic('order'),
    t6: new Error('schema_mismatch'),
    t7: new Error('refused_answer'),
    t8: topic('order'),
    t9: undefined,
    u1: topic('order'),
    u2: undefined,
    new: topic('other'),
  };
  const latency = { count: 9, p50: 340, p95: 1200, max: 4000 };
  const comparison = await compared(
    runOf(before, 'runs/before', {
      counts: { total: 9, succeeded: 6, failed: 1, skipped: 2, pending: 0 },
    }),
    runOf(after, 'runs/after', {
      pipeline: { path: '/w/tickets.yaml', sha256: 'b'.repeat(64) },
      vars: { language: 'German' },
      overrides: ['--set steps.reply.model.temperature=1'],
      models: { 'mistral-small-latest': ['mistral-small-2609'] },
      state: 'stopped',
      counts: { total: 13, succeeded: 8, failed: 2, skipped: 2, pending: 1 },
      usage: { ...zeroUsage, requests: 12, unmetered_requests: 1, input_tokens: 300, output_tokens: null },
      cost_usd: null,
      simulated: true,
    }),
    { allow: allowing('ticket.score') },
  );
  onTestFinished(() => comparison.close());
  const withLatency = (side: Comparison['a'], factor: number): Comparison['a'] => ({
    ...side,
    run: side.run && {
      ...side.run,
      latency: { count: 9, p50: latency.p50 * factor, p95: latency.p95 * factor, max: latency.max * factor },
    },
  });
  return { ...comparison, a: withLatency(comparison.a, 1), b: withLatency(comparison.b, 1.5) };
}

async function hostile(): Promise<Comparison> {
  const comparison = await compared(
    sideOf(
      { [evil]: { [evil]: evil, topic: '<b>' }, [`gone ${evil}`]: 1, bad: 1, other: { topic: '<b>' } },
      { name: evil },
    ),
    sideOf(
      {
        [evil]: { [evil]: `${evil} more`, topic: '@me' },
        [`new ${evil}`]: 1,
        bad: new Error(evil),
        other: { topic: '<b>' },
      },
      { name: `other ${evil}` },
    ),
  );
  onTestFinished(() => comparison.close());
  return comparison;
}

/** Two files of rows with a record that differs where it may not, behind and before others that differ only where they may. */
async function partlyAllowed(): Promise<Comparison> {
  const rows = (a: string, b: string): Records => ({
    1: { a, b: 'x' },
    2: { a, b: 'x' },
    3: { a, b },
    4: { a, b: 'x' },
    5: { a: 'x', b },
  });
  const comparison = await compared(sideOf(rows('x', 'x')), sideOf(rows('y', 'y')), { allow: allowing('a') });
  onTestFinished(() => comparison.close());
  return comparison;
}

/** Nothing changed. */
const unchanged = () => compared(runOf({ t1: letter }, 'one'), runOf({ t1: letter }, 'two'));

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

const plain = { color: false, columns: 80, isTerminal: false };
const views: Readonly<Record<string, (comparison: Comparison) => AsyncIterable<string>>> = {
  txt: (comparison) => comparisonText(comparison, { output: plain, limit: 20 }),
  json: comparisonJson,
  md: (comparison) => comparisonMarkdown(comparison, { limit: Infinity }),
  html: (comparison) => comparisonHtml(comparison, { limit: 200 }),
};

describe.each(Object.keys(views))('the view %s', (view) => {
  const show = (comparison: Comparison) => textOf(views[view]?.(comparison) ?? expect.unreachable());

  it.each([
    ['everything', everything],
    ['hostile', hostile],
    ['unchanged', unchanged],
    ['partly-allowed', partlyAllowed],
  ] as const)('of %s', async (name, comparison) => {
    const text = await show(await comparison());
    expectGolden(golden(`${name}.${view}`), text);
    expect(text.endsWith('\n')).toBe(true);
    // Nothing acts on a terminal, hides, or commands a runner.
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}]/u);
    expect(text).not.toMatch(/^\s*::|##\[/m);
  });
});

it('tells a text from the number that it reads like', async () => {
  const comparison = await compared(runOf({ t1: { count: '1' } }, 'one'), runOf({ t1: { count: 1 } }, 'two'));
  onTestFinished(() => comparison.close());
  const text = await textOf(comparisonText(comparison, { output: plain, limit: 20 }));
  expect(text).toContain(' "1" -> 1 ');
  expect(text).toContain('[-"1"-]{+1+}');
  const markdown = await textOf(comparisonMarkdown(comparison, { limit: 20 }));
  expect(markdown).toContain('<code>&#34;1&#34;</code> → <code>1</code>');
  expect(markdown).toContain('<del>&#34;1&#34;</del><ins>1</ins>');
  const page = await textOf(comparisonHtml(comparison, { limit: 20 }));
  expect(page).toContain('<bdi>&#34;1&#34;</bdi> → <bdi>1</bdi>');
  expect(page).toContain('<del>&#34;1&#34;</del><ins>1</ins>');
});

describe.each([
  ['txt', (comparison: Comparison, limit: number) => comparisonText(comparison, { output: plain, limit })],
  ['md', (comparison: Comparison, limit: number) => comparisonMarkdown(comparison, { limit })],
  ['html', (comparison: Comparison, limit: number) => comparisonHtml(comparison, { limit })],
])('the view %s of records that may differ', (view, show) => {
  it.each([1, 3])(
    'shows those that may not first, and what it leaves out of each kind, at %i',
    async (limit) => {
      const text = await textOf(show(await partlyAllowed(), limit));
      expectGolden(golden(`partly-allowed.${limit}.${view}`), text);
      expect(text).toContain(limit === 1 ? '1 other changed record' : '2 other changed records');
    },
  );
});

describe('the text', () => {
  const text = (comparison: Comparison, limit: number, output: Partial<typeof plain> = {}) =>
    textOf(comparisonText(comparison, { output: { ...plain, ...output }, limit }));

  it.each([everything, hostile, unchanged])('fits 80 columns', async (comparison) => {
    const lines = (await text(await comparison(), Infinity)).split('\n');
    expect(lines.filter((line) => displayWidth(line) > 80)).toEqual([]);
  });

  it.each([40, 60])('fits a terminal of %d columns', async (columns) => {
    const shown = await text(await everything(), 20, { isTerminal: true, columns });
    expect(shown.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([]);
    expect(shown).toMatch(/^failures\n +(?:before +after +)?fixed +new$/mu);
    expect(shown).toMatch(/^ +before +after(?: +change)?$/mu);
  });

  it('breaks what changed in a record where a narrow terminal ends', async () => {
    const shown = await text(await everything(), 20, { isTerminal: true, columns: 40 });
    const changed = shown.slice(shown.indexOf('\nchanged\n')).split('\n');
    expect(changed.length).toBeGreaterThan(20);
    expect(changed.filter((line) => displayWidth(line) > 40)).toEqual([]);
  });

  it('says how many records it does not show', async () => {
    const shown = await text(await everything(), 1);
    expect(shown).toContain('  t1\n');
    expect(shown).not.toContain('  t2\n');
    expect(shown).toMatch(/and 3 other changed records: --limit N or --all shows more\n$/);
  });

  it('has colours beside the marks, which tell what went and what came without them', async () => {
    const shown = await text(await everything(), 20, { color: true, isTerminal: true });
    expectGolden(golden('everything.colors.txt'), shown);
    expect(stripVTControlCharacters(shown)).toBe(await text(await everything(), 20, { isTerminal: true }));
    expect(shown).toContain('\u001b[31m[-order-]\u001b[39m\u001b[32m{+billing+}\u001b[39m');
  });
});

describe('the JSON', () => {
  it('has every change, and null for what is not known', async () => {
    const told = JSON.parse(await textOf(comparisonJson(await everything()))) as Record<string, unknown>;
    expect(told).toMatchObject({
      same: 2,
      skipped: { a: 2, b: 2 },
      added: ['new'],
      removed: ['gone'],
      usage: { a: { input_tokens: 258 }, b: { output_tokens: null } },
      cost_usd: { a: summary.cost_usd, b: null },
    });
    expect(told['changed']).toHaveLength(4);
    expect(told['changed']).toContainEqual({
      key: 't4',
      fields: {
        'ticket.score': { a: 0.5, b: 0.75 },
        reply: { a: 'short', b: null },
        tags: { b: ['a'] },
      },
    });
    const rows = JSON.parse(await textOf(comparisonJson(await hostile()))) as Record<string, unknown>;
    expect(rows).toMatchObject({
      usage: { a: null, b: null },
      cost_usd: { a: null, b: null },
      latency_ms: { a: null },
    });
    expect(rows['removed']).toEqual([`gone ${evil}`]);
  });
});

describe('the Markdown', () => {
  it('mentions nobody, links nowhere, and stays in its blocks, whatever the texts hold', async () => {
    const text = await textOf(comparisonMarkdown(await hostile(), { limit: Infinity }));
    // Of HTML there are our own tags alone; of what Markdown reads, only our headings, tables and emphasis.
    const tags = new Set([...text.matchAll(/<\/?([^\s>]+)/g)].map(([, name]) => name));
    const ours = ['b', 'code', 'del', 'details', 'ins', 'p', 'pre', 'summary', 'table', 'td', 'th', 'tr'];
    expect(tags).toEqual(new Set(ours));
    expect(text).not.toMatch(/[@`[\]]|\/\/|www\.|#\d+(?!\d*;)|javascript:/);
    // An empty line ends a block of HTML: there is none within one.
    for (const block of text.split('\n\n')) {
      if (!block.startsWith('<details')) continue;
      expect(block.trimEnd()).toMatch(/<\/details>$/);
    }
  });

  it('fits a comment of GitHub, and says what it leaves out', async () => {
    const long = (seed: string) => Array.from({ length: 150 }, (_, at) => `${seed}${at}<&>`).join(' ');
    const many = (seed: string): Records =>
      Object.fromEntries(
        Array.from({ length: 3000 }, (_, at) => [
          `key ${at} ${'<'.repeat(200)}`,
          at % 3 === 0
            ? new Error(`${seed}${at} ${'<'.repeat(200)}`)
            : { [`${'&'.repeat(200)}${at}`]: long(seed), topic: `<${seed}>` },
        ]),
      );
    const added: Records = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`${'>'.repeat(200)}${at}`, 1]),
    );
    const comparison = await compared(
      runOf(many('a'), 'one'),
      runOf({ ...many('b'), ...added }, 'two', {
        vars: Object.fromEntries(
          Array.from({ length: 100 }, (_, at) => [`${'<'.repeat(200)}${at}`, '<'.repeat(500)]),
        ),
      }),
    );
    const text = await textOf(comparisonMarkdown(comparison, { limit: Infinity }));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/[\d,]+ other changed records left out: <code>pipe diff --all<\/code> shows them/);
    expect(text.match(/<details/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
    expect(text).toContain('<p><b><code>key');
  });
});

describe('the HTML', () => {
  it('allows its own style by its hash and nothing else, and holds texts as texts', async () => {
    const page = await textOf(comparisonHtml(await hostile(), { limit: 10 }));
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    const tags = new Set([...page.matchAll(/<\/?([a-z][^\s>]*)/gi)].map(([, name]) => name));
    for (const name of ['script', 'img', 'a', 'link', 'iframe']) expect(tags).not.toContain(name);
    // Attributes are ours: those with a value from outside are none.
    expect(page).not.toMatch(/\son\w+=[^&]*<|style="/);
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
  });
});
