import { expect, it } from 'vitest';
import { runApart } from './hazards/stock.ts';
import { openRig } from './rig.ts';

/** Where Node's `fetch` and npm's undici both look for the process's dispatcher. */
const shared = Symbol.for('undici.globalDispatcher.1');
const holder = globalThis as { [shared]?: unknown };

// Hazard 15.
it("npm's undici makes itself what the process's fetch goes through, once it is imported", async () => {
  const { output } = await runApart(`
    const { Agent } = await import('undici');
    await fetch('data:,');
    console.log(globalThis[Symbol.for('undici.globalDispatcher.1')] instanceof Agent);
    process.exit();
  `);
  expect(output).toBe('true');
});

it("ours leaves the process's fetch alone", async () => {
  const before = holder[shared];
  const { server, ask } = await openRig();
  server.answer = (call) => call.reply();
  expect((await ask()).ok).toBe(true);
  expect(holder[shared]).toBe(before);
});
