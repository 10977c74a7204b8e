import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bound } from '../../src/run/budget-bound.ts';
import { budgeted, statesOf, type Asked } from './support/budgets.ts';
import { settled } from './support/clock.ts';

const limits = { usd: 1, tokens: 1000 };

const asking = fc.record({
  type: fc.constant('ask' as const),
  /** Billionths of a dollar. */
  usd: fc.integer({ min: 0, max: 400_000_000 }),
  tokens: fc.integer({ min: 0, max: 400 }),
});
/** What share of a reservation was really used. */
const settling = fc.record({
  type: fc.constant('settle' as const),
  which: fc.nat(),
  percent: fc.oneof(fc.constantFrom('free' as const, 'unknown' as const), fc.nat({ max: 100 })),
});
const leaving = fc.record({ type: fc.constant('leave' as const), which: fc.nat() });
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: asking },
    { weight: 2, arbitrary: settling },
    { weight: 2, arbitrary: leaving },
  ),
  { maxLength: 40 },
);

/** What a bound comes to, in billionths of a dollar, which have no rest. */
interface Sum {
  readonly usd: number;
  readonly tokens: number;
}

function sumOf(sums: readonly Sum[]): Sum {
  return sums.reduce((one, other) => ({ usd: one.usd + other.usd, tokens: one.tokens + other.tokens }), {
    usd: 0,
    tokens: 0,
  });
}

function isWithin({ usd, tokens }: Sum): boolean {
  return usd <= limits.usd * 1e9 && tokens <= limits.tokens;
}

/** Somebody who has asked, in whole numbers. */
interface Known {
  readonly asked: Asked;
  readonly most: Sum;
  used?: Sum;
}

function hasOpen({ asked, used }: Known): boolean {
  return asked.state === 'granted' && used === undefined;
}

function isWaiting({ asked }: Known): boolean {
  return asked.state === 'waiting';
}

describe('a budget under whatever happens', () => {
  it('is never overshot, keeps nobody waiting for nothing, and serves in order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const { budget, told, ask, settle } = budgeted(limits);
        const all: Known[] = [];
        const one = (some: readonly Known[], which: number) => some[which % Math.max(some.length, 1)];
        const settleOne = async (known: Known | undefined, percent: 'free' | 'unknown' | number) => {
          if (known === undefined) return;
          const { most, asked } = known;
          const share = percent === 'free' ? 0 : percent === 'unknown' ? 1 : percent / 100;
          known.used = { usd: Math.floor(most.usd * share), tokens: Math.floor(most.tokens * share) };
          const { usd, tokens: total_tokens } = known.used;
          const actual = typeof percent === 'string' ? percent : { cost_usd: usd / 1e9, total_tokens };
          await settle(asked, actual);
        };
        const check = () => {
          const spent = sumOf(all.map(({ used }) => used ?? { usd: 0, tokens: 0 }));
          const taken = sumOf([spent, ...all.filter(hasOpen).map(({ most }) => most)]);
          expect(isWithin(taken)).toBe(true);
          expect(budget.report()).toMatchObject({
            usd: { limit: limits.usd, spent: taken.usd / 1e9 },
            tokens: { limit: limits.tokens, spent: taken.tokens },
          });
          // Only the first of those who wait may be what the others wait for, and it must not fit.
          const held = all.filter(isWaiting).slice(0, 1);
          expect(held.filter(({ most }) => isWithin(sumOf([taken, most])))).toEqual([]);
        };

        for (const step of steps) {
          if (step.type === 'ask') {
            const bound: Bound = { usd: step.usd / 1e9, tokens: step.tokens };
            const [asked] = await ask(bound);
            if (asked !== undefined) all.push({ asked, most: { usd: step.usd, tokens: step.tokens } });
          } else if (step.type === 'settle') {
            await settleOne(one(all.filter(hasOpen), step.which), step.percent);
          } else {
            one(all.filter(isWaiting), step.which)?.asked.abort.abort();
            await settled();
          }
          check();
        }
        for (let open = all.find(hasOpen); open !== undefined; open = all.find(hasOpen)) {
          await settleOne(open, 50);
          check();
        }

        expect(all.filter(isWaiting)).toEqual([]);
        const order = all.map(({ asked }) => asked).filter(({ state }) => state !== 'aborted');
        expect(told).toEqual(order);
        // Nobody is let in after another was refused.
        const states = statesOf(told);
        expect(states).toEqual(states.toSorted());
      }),
      { numRuns: 150 },
    );
  });
});
