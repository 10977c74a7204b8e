import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeServer, type FakeCall } from '../support/fake-server.ts';
import { historyOf } from './journal/journals.ts';
import { settled } from './support/clock.ts';
import { drive } from './support/drive.ts';
import { plan, recordsOf, settings, step } from './support/plans.ts';
import { newRunFolder } from './support/run-folders.ts';

const prices = { date: '2026-01-01', models: { 'mistral-small-latest': { input: 1, output: 2 } } };

/** Time that goes on whenever somebody waits. */
function hurryingClock() {
  let time = 0;
  return {
    now: () => time,
    sleep: async (milliseconds: number) => {
      time += milliseconds;
      await settled();
    },
  };
}

describe('a journal of a run with a budget, cut off anywhere', () => {
  it('tells of no more than the budget', async () => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    const counts = { asked: 0 };
    server.answer = (call: FakeCall) => {
      counts.asked += 1;
      if (counts.asked % 7 === 0) call.fail(429, { headers: { 'retry-after': '1' } });
      else if (counts.asked % 5 === 0) call.fail(500);
      else if (counts.asked % 11 === 0) call.reply({ usage: null });
      else call.reply('Hallo');
    };
    // About four reservations: whoever asks waits for what another leaves.
    const budget = { tokens: 5000 };
    const model = { ...settings, provider: 'mistralai', name: 'mistral-small-latest', base_url: server.url };
    const steps = [step('one', { model, max_output_tokens: 100 })];
    const whole = plan(steps, { concurrency: 16, prices, budget });
    const folder = await newRunFolder({}, whole);
    const run = drive(whole, recordsOf(60), {
      folder,
      env: { MISTRAL_API_KEY: 'x'.repeat(32) },
      random: () => 0,
      ...hurryingClock(),
    });
    const { reason, usage } = await run.finished;
    expect(reason?.code).toBe('budget_spent');
    expect(usage.total.requests).toBeGreaterThan(20);

    const journal = await readFile(join(folder.path, 'journal.jsonl'));
    const spent: number[] = [];
    for (let end = journal.indexOf('\n'); end !== -1; end = journal.indexOf('\n', end + 1))
      spent.push((await historyOf(journal.subarray(0, end + 1))).spent.tokens);
    expect(spent.length).toBeGreaterThan(40);
    expect(Math.max(...spent)).toBeLessThanOrEqual(budget.tokens);
  });
});
