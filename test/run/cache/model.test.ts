import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerCache } from '../../../src/run/cache/cache.ts';
import { clearCache } from '../../../src/run/cache/clear.ts';
import { cacheStats } from '../../../src/run/cache/stats.ts';
import type { Entry } from '../../../src/run/entry.ts';
import { ask, began, day, entryTo, limits, newFolder, open } from './answers.ts';

/** Two processes that come and go, on one folder. */
const process = fc.constantFrom(0, 1);
const question = fc.integer({ min: 0, max: 11 });
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('put' as const), process, question }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('find' as const), process, question }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('close' as const), process }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('kill' as const), process }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('wait' as const), days: fc.constantFrom(0.1, 1, 10, 16, 31) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('clear' as const), days: fc.constantFrom(undefined, 5, 20) }),
  },
);

/** Segments of two answers, merged when there are more than three: all that can happen does happen. */
const small = limits({ segmentBytes: 900, segments: 3 });

describe('whatever is done to a cache', () => {
  it.each([
    ['that is large enough', 2 ** 30],
    ['that is always too full', 4000],
  ])('%s, it gives answers that were put, and all of them unless they are gone', async (_, bytes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 60 }), async (acts) => {
        const folder = await newFolder();
        let time = began;
        let version = 0;
        const now = () => (time += 1);
        const start = () => open(folder, { now, limits: { ...small, bytes } });
        const caches = [start(), start()];
        const cacheOf = (at: number) => caches[at] ?? start();
        /** All answers that were ever put. */
        const put = new Map<number, Entry[]>();
        /** When the answers were put that nothing but their age can have taken away. */
        const safe = new Map<number, number>();
        /** The processes whose segment may have been cleared away while they write. */
        const bereft = new Set<number>();
        const wrong: string[] = [];

        function isThere(question: number): boolean {
          return bytes > 4000 && time - (safe.get(question) ?? 0) < small.age - day;
        }

        async function check(cache: AnswerCache, question: number, mayMiss = false): Promise<void> {
          const entry = await cache.find(ask(question));
          if (entry === undefined ? !mayMiss && isThere(question) : !isOneOf(entry, put.get(question))) {
            wrong.push(`${question}: ${entry?.completion.text ?? 'nothing'}`);
          }
        }

        for (const one of acts) {
          switch (one.act) {
            case 'put': {
              const entry = entryTo(one.question, `version ${(version += 1)}`);
              put.set(one.question, [...(put.get(one.question) ?? []), entry]);
              cacheOf(one.process).put(entry);
              // It is on its way to the disk; what is found has come there.
              await cacheOf(one.process).find(entry.fingerprint);
              if (!bereft.has(one.process)) safe.set(one.question, time);
              break;
            }
            case 'find':
              // What others put since it looked first is not known to it: a miss is no mistake.
              await check(cacheOf(one.process), one.question, true);
              break;
            case 'close':
              await cacheOf(one.process).close();
              caches[one.process] = start();
              bereft.delete(one.process);
              break;
            case 'kill':
              // Nothing of its end happens: the segment has no index.
              caches[one.process] = start();
              bereft.delete(one.process);
              break;
            case 'wait':
              time += one.days * day;
              break;
            case 'clear': {
              const olderThan = one.days === undefined ? {} : { olderThan: one.days * day };
              if (!(await clearCache(folder, { now, ...olderThan })).ok) wrong.push('not cleared');
              safe.clear();
              bereft.add(0).add(1);
              break;
            }
          }
        }
        const late = start();
        for (const question of put.keys()) await check(late, question);
        for (const cache of [...caches, late]) {
          await cache.close();
          wrong.push(...cache.notices);
        }
        const last = start();
        for (const question of put.keys()) await check(last, question);
        expect(wrong).toEqual([]);
        expect(await cacheStats(folder)).toMatchObject({ ok: true });
      }),
      { numRuns: 20 },
    );
  });
});

function isOneOf(entry: Entry, entries: readonly Entry[] = []): boolean {
  return entries.some((other) => isDeepStrictEqual(entry, other));
}
