import { describe, expect, it } from 'vitest';
import type { FakeCall } from '../../support/fake-server.ts';
import { openRig } from '../rig.ts';
import { holdRetries, openStock } from './stock.ts';

describe('hazard 5: retries', () => {
  const limited: readonly [string, (call: FakeCall) => void, string][] = [
    ['without Retry-After', (call) => call.fail(429), 'limited null'],
    [
      'with a Retry-After above a minute',
      (call) => call.fail(429, { headers: { 'retry-after': '61' } }),
      'limited 61000',
    ],
  ];

  it.each(limited)('of the stock class leave a 429 %s', async (_how, act) => {
    const { server, model } = await openStock({ maxRetries: 1 });
    server.answer = act;
    await expect(model.invoke('Hi.')).rejects.toThrow('429');
    expect(server.calls.length).toBe(1);
  });

  it.each(limited)('of ours wait out a 429 %s', async (_how, act, told) => {
    const { server, ask, paced } = await openRig();
    const outcome = ask();
    act(await server.nextCall());
    (await server.nextCall()).reply();
    expect((await outcome).ok).toBe(true);
    expect(paced).toEqual(['admit', told, 'admit', 'answered']);
  });

  it('of the stock class repeat a 422', async () => {
    const { server, model } = await openStock({ maxRetries: 1 });
    server.answer = (call) => call.fail(422);
    await expect(model.invoke('Hi.')).rejects.toThrow('Field required');
    expect(server.calls.length).toBe(2);
  });

  it('of ours leave a 422', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.fail(422);
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'invalid_request', attempts: 1 } });
    expect(server.calls.length).toBe(1);
  });

  it('of the stock class are six by default, over more than a minute', async () => {
    const { server, model } = await openStock({ maxRetries: undefined });
    const waits: number[] = [];
    holdRetries((goOn, milliseconds) => {
      waits.push(milliseconds);
      goOn();
    });
    server.answer = (call) => call.fail(500);
    await expect(model.invoke('Hi.')).rejects.toThrow('500');
    expect(server.calls.length).toBe(7);
    // Each is twice the one before, and up to as much again by chance.
    const least = [1000, 2000, 4000, 8000, 16_000, 32_000];
    expect(waits.length).toBe(least.length);
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(least[index] ?? NaN);
  });

  it('of ours are as many as the file says, and wait no longer than it says', async () => {
    const { server, ask, sleeps } = await openRig({ services: { retry: { attempts: 4, max_delay: 700 } } });
    server.answer = (call) => call.fail(500);
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'server_error', attempts: 4 } });
    expect(server.calls.length).toBe(4);
    expect(sleeps).toEqual([500, 700, 700]);
  });
});
