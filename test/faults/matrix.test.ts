import { describe, expect, it } from 'vitest';
import { readRun, type Line, type UsageNumbers } from '../torture/run-files.ts';
import { passing } from '../torture/scenario.ts';
import type { Row, Shape } from '../torture/workload.ts';
import { setStage } from './stage.ts';

/** A row for each fault, which its question meets the first time; and as many that meet none beside them. */
const rows: readonly Row[] = passing.flatMap((fault, at) => [
  { id: fault, text: `sentence ${at}, once-${fault}`, lang: 'de' },
  { id: `beside ${fault}`, text: `sentence ${at}`, lang: 'de' },
]);

/** Those after which the answer is there all the same. */
const harmless: readonly string[] = ['slow', 'reset_after', 'close_after'];

describe.each<Shape>(['chat', 'stream'])('a %s', (shape) => {
  it(
    'outlives every fault that passes, and tells of each request that it took',
    { timeout: 20_000 },
    async () => {
      const stage = await setStage({
        shape,
        rows,
        behaviour: { named: true },
        model: 'timeout: 600ms, idle_timeout: 400ms',
      });
      const { code, stderr } = await stage.start().ended;
      expect(code, stderr).toBe(0);
      const { faults } = await stage.server.stats();
      expect(Object.keys(faults).sort()).toEqual([...passing].sort());
      const asked = new Map(
        readRun(stage.run).journal.flatMap(({ type, key, usage }: Line) =>
          type === 'call' ? [[key, (usage as UsageNumbers)['requests']] as const] : [],
        ),
      );
      const onceOnly = passing.filter((fault) => asked.get(fault) === 1);
      expect(harmless).toEqual(expect.arrayContaining(onceOnly));
      expect(await stage.violations()).toEqual([]);
    },
  );
});
