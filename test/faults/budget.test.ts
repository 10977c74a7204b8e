import { describe, expect, it } from 'vitest';
import type { ServerStats } from '../torture/paid-server.ts';
import { readRun } from '../torture/run-files.ts';
import { plainRows } from '../torture/workload.ts';
import { setStage } from './stage.ts';

const retry = 'retry: {attempts: 8, max_delay: 50ms}\n';

/** What the provider would put on the bill, at mistral-small's prices. */
function bill({ billed }: ServerStats): { readonly usd: number; readonly tokens: number } {
  const { input_tokens, output_tokens } = billed;
  return { usd: (input_tokens * 0.15 + output_tokens * 0.6) / 1e6, tokens: input_tokens + output_tokens };
}

describe.each([
  { budget: 'usd', limit: 0.0018, flag: '--budget-usd=1' },
  { budget: 'tokens', limit: 6000, flag: '--set=budget.tokens=1000000' },
] as const)('a budget of $limit $budget', ({ budget, limit, flag }) => {
  it('is never overshot, whatever is killed or never answered, and a larger one finishes the run', async () => {
    const drawn = { seed: 3, share: 0.2, kinds: ['reset_inside', 'reset_before', 'cut', 's500'], most: 2 };
    const stage = await setStage({
      rows: plainRows(60),
      settings: `${retry}budget: {${budget}: ${limit}}\n`,
      behaviour: { drawn, latency: [0, 20] },
    });
    const killed = stage.start();
    await stage.server.reached('received', 10);
    killed.kill('SIGKILL');
    await killed.ended;
    const stopped = await stage.start().ended;
    expect(stopped.code, stopped.stderr).toBe(4);
    const { counts } = readRun(stage.run).summary;
    expect(counts['pending']).toBeGreaterThan(0);
    expect(counts['failed']).toBe(0);
    expect(bill(await stage.server.stats())[budget]).toBeLessThanOrEqual(limit);

    const { code, stderr } = await stage.start(['resume', 'run', flag]).ended;
    expect(code, stderr).toBe(0);
    expect(await stage.violations(1)).toEqual([]);
  });
});
