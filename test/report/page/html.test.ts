import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipped, markup, trusted } from '../../../src/report/page/html.ts';

describe('markup', () => {
  it('takes what is put into it for text, and only what it made itself for markup', () => {
    const inner = markup`<b>${'<i>&"\''}</b>`;
    expect(markup`<p title="${'"x'}">${inner}${[inner]}${7}${trusted('<hr>')}</p>`.html).toBe(
      '<p title="&quot;x"><b>&lt;i&gt;&amp;&quot;&#39;</b><b>&lt;i&gt;&amp;&quot;&#39;</b>7<hr></p>',
    );
  });

  it('shows what would hide or turn text around, and keeps line breaks', () => {
    expect(markup`${'a\u202eb\u0000c\u2028\nd\te'}`.html).toBe(String.raw`a\u202eb\x00c\u2028` + '\nd\te');
  });

  it('never lets a text open a tag, end an attribute or begin an entity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { html } = markup`${text}`;
        expect(html).not.toMatch(/[<>"']/);
        expect(html.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });
});

describe('a clipped text', () => {
  it('is whole where it fits, and says how much is left out', () => {
    expect(clipped('abc', 3).html).toBe('abc');
    expect(clipped('<'.repeat(2000), 3).html).toBe(
      '&lt;&lt;… <span class="cut">(1,997 more characters)</span>',
    );
  });
});
