import { expect, it } from 'vitest';
import { ask, entryTo, newFolder, open, upTo } from './answers.ts';

/** Microseconds each; they are printed, and decide nothing. */
async function timed(name: string, count: number, act: () => Promise<void> | void): Promise<string> {
  const began = performance.now();
  await act();
  return `${name} ${(((performance.now() - began) / count) * 1000).toFixed(1)} µs`;
}

it('puts, misses and finds thousands of answers, and says how long each took', async () => {
  const folder = await newFolder();
  const count = 20_000;
  const entries = upTo(count).map((question) => entryTo(question));
  const others = upTo(count, count).map(ask);
  const cache = open(folder);
  await cache.find(ask(0));
  const told = [
    await timed('put', count, async () => {
      for (const [at, entry] of entries.entries()) {
        cache.put(entry);
        // As between answers that arrive: what is put is written meanwhile.
        if (at % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  ];
  await cache.close();
  const later = open(folder);
  told.push(await timed('open', 1, async () => void (await later.find(ask(0)))));
  let misses = 0;
  told.push(
    await timed('miss', count, () => {
      for (const fingerprint of others) if (later.find(fingerprint) === undefined) misses += 1;
    }),
  );
  let hits = 0;
  told.push(
    await timed('hit', count, async () => {
      for (const from of upTo(count / 100)) {
        const answers = upTo(100, from * 100).map(async (question) => later.find(ask(question)));
        for (const entry of await Promise.all(answers)) if (entry !== undefined) hits += 1;
      }
    }),
  );
  await later.close();
  console.log(`cache: ${told.join(', ')}`);
  expect({ misses, hits }).toEqual({ misses: count, hits: count });
});
