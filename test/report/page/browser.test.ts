import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makeReport } from '../../../src/cli/make-report.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { reportPage } from '../../../src/report/page/page.ts';
import { call, failedRecord, record, resumed, tool } from '../../run/journal/journals.ts';
import { answer, failed } from '../../run/support/fake-models.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { finishedRun, pipeReport, ticketPipeline } from '../finished-run.ts';
import { pastRun } from '../past-runs.ts';

/** Where Debian's package puts it. */
const executablePath = '/usr/bin/chromium';

/** A page in the browser, and all that the browser complains of. */
interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
}

const rows = [
  { id: 't1', text: 'Where is my parcel?' },
  { id: 't2', text: 'broken' },
  { id: 't3', text: 'Two bills' },
];
const reply = (prompt: string) => {
  if (prompt === 'broken') return failed({ code: 'server_error', message: 'busy' });
  return answer(prompt.startsWith('Classify') ? '{"topic":"order"}' : `In English: ${prompt}`);
};

describe.skipIf(!existsSync(executablePath))(
  `the page in a browser (skipped without ${executablePath})`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    }, 60_000);
    afterAll(() => browser.close());

    async function open(file: string, options: BrowserContextOptions = {}): Promise<Opened> {
      const context = await browser.newContext(options);
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => complaints.push(dialog.message()));
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) complaints.push(request.url());
      });
      await page.goto(pathToFileURL(file).href);
      return { page, complaints };
    }

    async function nightPage(options?: BrowserContextOptions): Promise<Opened> {
      const { cwd, folder } = await finishedRun({ pipeline: ticketPipeline, rows, reply, simulated: true });
      await pipeReport(cwd, 'night');
      return open(join(folder, 'report.html'), options);
    }

    /** What axe finds: the rule and where. */
    async function violations(page: Page): Promise<readonly string[]> {
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: typeof axe }).axe.run(),
      );
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    }

    it('is accessible in light and dark, wide and narrow, and nothing is cut', async () => {
      const { page, complaints } = await nightPage();
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1400, 360]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 900 });
          await page.getByRole('button', { name: 't2' }).click();
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        }
      }
      expect(complaints).toEqual([]);
    });

    it('has all counts of a step in view on a telephone', async () => {
      const { page } = await nightPage({ viewport: { width: 390, height: 844 } });
      const table = page.getByRole('group', { name: 'Tokens and cost' });
      for (const name of ['Requests', 'Input tokens', 'Output tokens', 'Cost']) {
        const heading = await table.getByRole('columnheader', { name, exact: true }).boundingBox();
        expect(heading === null ? Infinity : heading.x + heading.width).toBeLessThanOrEqual(390);
      }
    });

    it('opens, searches, filters and sorts records by keyboard', async () => {
      const { page, complaints } = await nightPage();
      const keys = async () => page.locator('tbody:not([hidden]) > tr.row > th button').allTextContents();
      expect(await keys()).toEqual(['t1', 't2', 't3']);
      const story = page.locator('#r0');
      expect(await story.isVisible()).toBe(false);
      await page.getByRole('button', { name: 't1' }).press('Enter');
      expect(await story.isVisible()).toBe(true);
      expect(await story.innerText()).toContain('You translate to English.');
      expect(await page.getByRole('button', { name: 't1' }).getAttribute('aria-expanded')).toBe('true');

      await page.getByRole('searchbox').fill('two BILLS');
      await page.getByRole('status').filter({ hasText: '1 of 3' }).waitFor();
      expect(await keys()).toEqual(['t3']);
      await page.getByRole('searchbox').fill('');
      await page.getByLabel('Outcome').selectOption('failed');
      expect(await keys()).toEqual(['t2']);
      await page.getByLabel('Outcome').selectOption('');

      const line = page.getByRole('button', { name: 'Line' });
      await line.press('Enter');
      await line.press('Enter');
      expect(await keys()).toEqual(['t3', 't2', 't1']);
      expect(await page.getByRole('columnheader', { name: 'Line' }).getAttribute('aria-sort')).toBe(
        'descending',
      );
      expect(complaints).toEqual([]);
    });

    it('can be read without its script', async () => {
      const { page, complaints } = await nightPage({ javaScriptEnabled: false });
      expect(await page.getByText('No model was asked').isVisible()).toBe(true);
      expect(await page.getByRole('searchbox').isVisible()).toBe(false);
      await page.getByText('Messages and answers of t1').click();
      expect(await page.locator('#r0').innerText()).toContain('You translate to English.');
      expect(complaints).toEqual([]);
    });

    it('takes nothing of a hostile run for markup', async () => {
      const evil = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">'"><svg onload=alert(1)>`;
      const hidden = 'a\u202eb\u2066c\u0000d\u200be';
      const bad = (text: string) => ({ ...answer(text), usage: answer(text).usage });
      const run = pastRun(
        [
          call(evil, '1', {
            step: evil,
            model: evil,
            outcome: bad(`${evil} ${hidden} [x](javascript:alert(1))`),
          }),
          call(evil, '2', { step: evil, call: 2, outcome: failed({ message: evil }), limited: 1 }),
          tool(evil, '3', { step: evil, name: evil, arguments: { [evil]: evil } }),
          record(evil, 0),
          resumed(),
          failedRecord(`${evil}2`, 1, evil, evil),
        ],
        {
          name: evil,
          vars: { [evil]: [evil] },
          overrides: [evil],
          files: [{ path: `/${evil}`, sha256: evil }],
          selection: { [evil]: evil },
          reason: { kind: 'provider', code: evil, message: evil },
          state: 'stopped',
          counts: { total: 2, succeeded: 1, failed: 1, skipped: 0, pending: 0 },
        },
      );
      const terminal = { cwd: run.folder, env: {} } as Terminal;
      const made = await makeReport(terminal, run, { failed: 10, others: 10, seed: 0 });
      if (!made.ok) throw new Error(made.error.message);
      const file = join(temporaryFolder(), 'report.html');
      writeFileSync(file, reportPage(made.value));
      const { page, complaints } = await open(file);
      await page.locator('.toggle').first().click();
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      expect(
        await page.evaluate(
          "document.querySelectorAll('img, script:not(:last-of-type), a[href^=java]').length",
        ),
      ).toBe(0);
      expect(await page.locator('h1').innerText()).toBe(evil);
      expect(await page.locator('#r0').innerText()).toContain(
        String.raw`a\u202eb\u2066c\x00d\u200be [x](javascript:alert(1))`,
      );
      expect(readFileSync(file, 'utf8')).not.toMatch(/[\u202a-\u202e\u2066-\u2069\0]/);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  },
);
