import { expect, it } from 'vitest';
import { openRig } from './rig.ts';

/** Where Node's `fetch` and npm's undici both look for the process's dispatcher. */
const shared = Symbol.for('undici.globalDispatcher.1');
const holder = globalThis as { [shared]?: unknown };

it("leaves the process's fetch to Node's own undici", async () => {
  expect(holder[shared], 'nothing has used fetch yet, so that whoever comes first takes it').toBeUndefined();
  const { server, ask } = await openRig();
  server.answer = (call) => call.reply();
  expect((await ask()).ok).toBe(true);

  const { Agent } = await import('undici');
  expect(holder[shared]).toBeDefined();
  expect(holder[shared]).not.toBeInstanceOf(Agent);
});
