import { expect, it } from 'vitest';
import { openRig } from './rig.ts';

/** Where Node's `fetch` and npm's undici both look for the process's dispatcher. */
const shared = Symbol.for('undici.globalDispatcher.1');
const holder = globalThis as { [shared]?: unknown };

it("leaves the process's fetch alone", async () => {
  const before = holder[shared];
  const { server, ask } = await openRig();
  server.answer = (call) => call.reply();
  expect((await ask()).ok).toBe(true);
  expect(holder[shared]).toBe(before);
});
