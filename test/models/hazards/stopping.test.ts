import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openRig } from '../rig.ts';
import { chunk, holdRetries, openStock, runApart } from './stock.ts';

describe('hazard 2: a signal or a time-out of one call', () => {
  it.each<[string, (stop: AbortSignal) => { signal: AbortSignal } | { timeout: number }]>([
    ['a signal', (signal) => ({ signal })],
    [
      'a time-out',
      (signal) => {
        // Passes when the test says so; the SDK's own does not.
        const create = AbortSignal.timeout.bind(AbortSignal);
        const created = vi.spyOn(AbortSignal, 'timeout');
        created.mockImplementation((milliseconds) => (milliseconds === 4711 ? signal : create(milliseconds)));
        onTestFinished(() => created.mockRestore());
        return { timeout: 4711 };
      },
    ],
  ])('makes the stock class stream, and its abort passes for the end: %s', async (_what, optionsFor) => {
    const { server, model } = await openStock();
    const stop = new AbortController();
    const told = new Promise<void>((resolve) => {
      model.callbacks = [{ awaitHandlers: true, handleLLMNewToken: () => resolve() }];
    });
    const answer = model.invoke('Hi.', optionsFor(stop.signal));
    const call = await server.nextCall();
    expect(call.body).toMatchObject({ stream: true });
    const stream = call.startStream();
    await stream.event(chunk({ content: 'Hel' }));
    await told;
    stop.abort(new DOMException('too late', 'TimeoutError'));
    // Nobody has ended the request: the server can go on, and only what it says next ends the call.
    await stream.event(chunk({ content: 'lo' }));
    const { content, usage_metadata } = await answer;
    expect({ content, usage_metadata }).toEqual({ content: 'Hel', usage_metadata: undefined });
  });

  it('ends a request of ours, whole or streamed, as aborted', async () => {
    const rig = await openRig();
    const stop = new AbortController();
    const whole = rig.ask({}, stop.signal);
    const wholeCall = await rig.server.nextCall();
    const streamed = rig.stream({}, stop.signal);
    const streamedCall = await rig.server.nextCall();
    expect(wholeCall.body).not.toHaveProperty('stream');
    await streamedCall.startStream().event(chunk({ content: 'Hel' }));
    await streamed.next();
    stop.abort();
    for (const outcome of [await whole, await streamed.outcome])
      expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await Promise.all([wholeCall.ended, streamedCall.ended])).toEqual(['closed', 'closed']);
  });

  it('ends a request of ours as timed out, which is asked for whole', async () => {
    const { server, ask } = await openRig({
      settings: { timeout: 40 },
      services: { retry: { attempts: 1, max_delay: 0 } },
    });
    const outcome = ask();
    const call = await server.nextCall();
    expect(call.body).not.toHaveProperty('stream');
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'timed_out' } });
    expect(await call.ended).toBe('closed');
  });
});

describe('hazard 2: the wait before a retry', () => {
  it('of the stock class is waited out after an abort, and one more request is sent', async () => {
    const { server, model } = await openStock({ maxRetries: 1 });
    const stop = new AbortController();
    const wait = new Promise<() => void>((resolve) => holdRetries(resolve));
    const state = { settled: false };
    const answer = model.invoke('Hi.', { signal: stop.signal }).finally(() => (state.settled = true));
    (await server.nextCall()).fail(500);
    const endWait = await wait;
    stop.abort();
    endWait();
    const second = await server.nextCall();
    expect(state.settled).toBe(false);
    second.drop('before');
    await expect(answer).rejects.toThrow('fetch failed');
    expect(server.calls.length).toBe(2);
  });

  it('of ours ends with the abort, and nothing more is sent', async () => {
    const stop = new AbortController();
    const { server, ask } = await openRig({
      services: {
        sleep: (_milliseconds, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            stop.abort();
          }),
      },
    });
    server.answer = (call) => call.fail(500);
    expect(await ask({}, stop.signal)).toMatchObject({ ok: false, error: { code: 'aborted', attempts: 1 } });
    expect(server.calls.length).toBe(1);
  });
});

describe('hazard 4: a time-out', () => {
  it('of the SDK beneath the stock class is lost with the garbage', async () => {
    const { server } = await openStock();
    server.answer = (call) => call.hang();
    // The timers of one process fire in their order, so what is still pending at the end was never timed out.
    const { output } = await runApart(
      `
            import { setTimeout } from 'node:timers/promises';
      import { Mistral } from '@mistralai/mistralai';
      const client = new Mistral({ apiKey: 'test-key', serverURL: '${server.url}', timeoutMs: 500 });
      let state = 'pending';
      const messages = [{ role: 'user', content: 'Hi.' }];
      client.chat.complete({ model: 'm', messages }).catch((error) => { state = error.name; });
      for (let n = 0; n < 60; n += 1) { gc(); await setTimeout(20); }
      console.log(state);
      process.exit();
    `,
      ['--expose-gc'],
    );
    expect(output).toBe('pending');
  });

  it('of ours is not', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { server, ask } = await openRig({
      settings: { timeout: 200 },
      services: { retry: { attempts: 1, max_delay: 0 } },
    });
    server.answer = (call) => call.hang();
    const collecting = setInterval(collectGarbage, 20);
    const outcome = await ask();
    clearInterval(collecting);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'timed_out' } });
  });
});
