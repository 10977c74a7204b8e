import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../support/pipe.ts';

/** Where Debian's package puts it. */
const executablePath = '/usr/bin/chromium';

/** A heading of a column: how many lines its text takes, and where that ends, with where the numbers below it end. */
interface Heading {
  readonly lines: number;
  readonly end: number;
  readonly ends: readonly number[];
}

/** In the words of the browser. */
const headingsOfTables = `
  const textOf = (cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range;
  };
  const endOf = (cell) => Math.round(textOf(cell).getBoundingClientRect().right);
  [...document.querySelectorAll('thead th')].map((heading) => {
    const rows = [...heading.closest('table').querySelectorAll('tbody tr')];
    const cells = rows.map((row) => row.children[heading.cellIndex]);
    const numbers = cells.filter((cell) => cell.className === 'number' && cell.textContent !== '');
    return { lines: textOf(heading).getClientRects().length, end: endOf(heading), ends: numbers.map(endOf) };
  });
`;

describe.skipIf(!existsSync(executablePath))(
  `the page of a comparison in a browser (skipped without ${executablePath})`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    }, 60_000);
    afterAll(() => browser.close());

    const golden = (name: string) =>
      readFileSync(join(root, `test/report/comparison/golden/${name}.html`), 'utf8');

    /** What axe finds: the rule and where. */
    async function violations(page: Page): Promise<readonly string[]> {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(),
      );
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    }

    it.each(['everything', 'hostile'])(
      'is accessible in light and dark, and nothing of %s is out of view',
      async (name) => {
        const page = await browser.newPage();
        await page.setContent(golden(name));
        for (const colorScheme of ['light', 'dark'] as const) {
          for (const width of [1280, 400, 320]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 900 });
            expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
            expect(await violations(page)).toEqual([]);
          }
        }
        await page.close();
      },
      60_000,
    );

    it('has headings in one line, each of which ends where the numbers below it end', async () => {
      const page = await browser.newPage();
      await page.setContent(golden('everything'));
      for (const width of [1280, 400, 320]) {
        await page.setViewportSize({ width, height: 900 });
        const headings = await page.evaluate<readonly Heading[]>(headingsOfTables);
        for (const { lines, end, ends } of headings) {
          expect(lines).toBe(1);
          expect(new Set([end, ...ends])).toEqual(new Set([end]));
        }
        expect(headings.filter(({ ends }) => ends.length > 0)).toHaveLength(8);
      }
      await page.close();
    });
  },
);
