import { setImmediate as turn } from 'node:timers/promises';
import { array, assert, asyncProperty, nat } from 'fast-check';
import { expect, it } from 'vitest';
import { createOutbox } from '../../../src/run/workers/outbox.ts';

it('sends all that is said, once, in order, and not message by message', async () => {
  await assert(
    asyncProperty(array(nat(50), { maxLength: 10 }), async (turns) => {
      const batches: (readonly number[])[] = [];
      const say = createOutbox<number>((batch) => batches.push(batch));
      let said = 0;
      for (const count of turns) {
        for (let nth = 0; nth < count; nth++) say(said++);
        await turn();
        await turn();
      }
      expect(batches.flat()).toEqual(Array.from({ length: said }, (_, nth) => nth));
      expect(batches).toHaveLength(turns.reduce((sum, count) => sum + Math.ceil(count / 16), 0));
    }),
  );
});

it('sends what is said while it sends', async () => {
  const batches: (readonly string[])[] = [];
  const say = createOutbox<string>((batch) => {
    batches.push(batch);
    if (batch.includes('question')) say('answer');
  });
  say('question');
  await turn();
  await turn();
  expect(batches).toEqual([['question'], ['answer']]);
});
