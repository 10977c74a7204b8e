import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { describe, expect, it } from 'vitest';
import { openRig } from '../rig.ts';
import { openStock } from './stock.ts';

describe('hazard 13: what comes after a call', () => {
  it('of the stock class is told to its handlers later, unless they are waited for', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply();
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let told = 0;
    const handleLLMEnd = async (): Promise<void> => {
      await gate;
      told += 1;
    };
    model.callbacks = [{ awaitHandlers: false, handleLLMEnd }];
    await Promise.all(Array.from({ length: 5 }, () => model.invoke('Hi.')));
    expect(told).toBe(0);
    open?.();
    await awaitAllCallbacks();
    expect(told).toBe(5);
  });

  it('of the stock class is lost where another of its batch fails first', async () => {
    const { server, model } = await openStock();
    const batch = model.batch(['One.', 'Two.']);
    const first = await server.nextCall();
    const second = await server.nextCall();
    first.fail(400);
    await expect(batch).rejects.toThrow('400');
    expect(server.inFlight).toBe(1);
    second.reply();
    expect(await second.ended).toBe('answered');
  });

  it('of ours is told to each, whatever becomes of another', async () => {
    const { server, ask } = await openRig();
    const first = ask();
    const firstCall = await server.nextCall();
    const second = ask();
    const secondCall = await server.nextCall();
    firstCall.fail(400);
    expect(await first).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
    secondCall.reply('Hallo.');
    expect(await second).toMatchObject({ ok: true, completion: { text: 'Hallo.' } });
  });
});
