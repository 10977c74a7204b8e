import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundedMarkdown,
  codeBlock,
  codeCell,
  codeSpan,
  markdownTable,
  markdownText,
} from '../../src/report/markdown.ts';

const units = ['`', '``', '|', '\\', '<', '@', '$', '*', '_', '[', '](', '\n', '\u001B', ' ', 'a', '語', '#'];
const hostile = fc.string({ unit: fc.constantFrom(...units), maxLength: 40 });

describe('prose', () => {
  it.each([
    ['a_b *c* `d`', String.raw`a\_b \*c\* \`d\``],
    ['<img src=x> &amp; [a](b)', String.raw`\<img src=x\> \&amp; \[a\](b)`],
    [
      '@team, see https://x.example and WWW.x.example',
      '@\u200Bteam, see https\\://x.example and WWW\\.x.example',
    ],
    ['$1 and $2 | ~~no~~', String.raw`\$1 and \$2 \| \~\~no\~\~`],
    ['two\nlines\u001B[2J', String.raw`two\\nlines\\x1b\[2J`],
  ])('means nothing: %j', (text, markdown) => {
    expect(markdownText(text)).toBe(markdown);
  });

  it('has no character that stands for more than itself', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const bare = markdownText(text).replaceAll(/\\[^]/g, '');
        expect(bare).not.toMatch(/[`*_{}[\]<>#|~&$\\\n]|@(?!\u200B)/);
      }),
    );
  });
});

describe('code', () => {
  it.each([
    ['plain', '`plain`'],
    ['a `tick`', '`` a `tick` ``'],
    ['', '` `'],
    [' spaced ', '`  spaced  `'],
    ['a\nb', String.raw`\`a\nb\``.replaceAll('\\`', '`')],
    ['@team <b>', '`@team <b>`'],
  ])('is a span: %j', (text, markdown) => {
    expect(codeSpan(text)).toBe(markdown);
  });

  it('is one span, whatever it holds', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = codeSpan(text);
        const fence = /^`+/.exec(span)?.[0] ?? '';
        const inner = span.slice(fence.length, -fence.length);
        expect(span.endsWith(fence)).toBe(true);
        expect([...inner.matchAll(/`+/g)].map(([run]) => run)).not.toContain(fence);
        expect(inner).not.toMatch(/^`|`$|\n/);
      }),
    );
  });

  it('ends no cell of a table', () => {
    expect(codeCell('a|b')).toBe('`a\\|b`');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(codeCell(text)).not.toMatch(/(?<!\\)\|/);
      }),
    );
  });

  it('is cut', () => {
    expect(codeSpan('x'.repeat(500), 10)).toBe(`\`${'x'.repeat(9)}…\``);
  });

  it('is a block, whatever fences it holds', () => {
    expect(codeBlock('a\n```\nb\u001B\n\n', 'sh')).toBe('````sh\na\n```\nb\\x1b\n````\n');
  });
});

describe('a table', () => {
  it('has a cell for each column', () => {
    const table = markdownTable([{ header: '' }, { header: 'cost', align: 'right' }], [['a', '1'], ['b']]);
    expect(table).toBe('|  | cost |\n| --- | ---: |\n| a | 1 |\n| b |  |\n');
  });
});

describe('a page', () => {
  it('has its blocks apart, without empty ones', () => {
    expect(boundedMarkdown(['a', '', 'b\n\n'])).toBe('a\n\nb\n');
    expect(boundedMarkdown([])).toBe('');
  });

  it('leaves out what there is no room for, and says so', () => {
    const blocks = ['first', '語'.repeat(100), 'last'];
    const page = boundedMarkdown(blocks, 120);
    expect(page).toBe('first\n\n*What else there is to tell is too long for a summary.*\n');
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(120);
  });

  it('is never longer than it may be', () => {
    const blocks = fc.array(fc.string({ maxLength: 80 }));
    fc.assert(
      fc.property(blocks, fc.integer({ min: 80, max: 300 }), (given, most) => {
        expect(Buffer.byteLength(boundedMarkdown(given, most))).toBeLessThanOrEqual(most);
      }),
    );
  });
});
