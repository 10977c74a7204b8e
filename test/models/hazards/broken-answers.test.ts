import { describe, expect, it } from 'vitest';
import type { FakeCall } from '../../support/fake-server.ts';
import { openRig } from '../rig.ts';
import { openStock, runApart } from './stock.ts';

/** Asks by the stock class with these settings beside its own, in a process of its own. */
function invokeApart(url: string, settings: string): ReturnType<typeof runApart> {
  return runApart(`
    import { ChatMistralAI } from '@langchain/mistralai';
    const stop = new AbortController();
    const more = ${settings};
    const model = new ChatMistralAI({ apiKey: 'test-key', serverURL: '${url}', maxRetries: 0, ...more });
    await model.invoke('Hi.').catch(() => console.log('caught'));
  `);
}

describe('hazard 1: a broken answer', () => {
  const broken: readonly [string, (call: FakeCall) => void, string, string][] = [
    ['broken JSON', (call) => call.raw({ body: '{"choices":[' }), 'SyntaxError', 'malformed_answer'],
    ['an empty body', (call) => call.raw({ body: '' }), 'SyntaxError', 'malformed_answer'],
    ['a connection cut inside the body', (call) => call.drop('inside'), 'TypeError: terminated', 'cut_body'],
  ];

  it.each(broken)('ends the process of the stock class: %s', async (_what, act, thrown) => {
    const { server } = await openStock();
    server.answer = act;
    const { exitCode, output } = await invokeApart(server.url, '{}');
    expect(exitCode).toBe(1);
    expect(output).toContain('caught');
    expect(output).toContain(thrown);
  });

  // The class has no time-out for an answer that comes whole, so this one is given to it by its own hooks.
  it('ends the process of the stock class: a time-out inside the body', async () => {
    const { server } = await openStock();
    server.answer = (call) => call.trickle();
    const { exitCode, output } = await invokeApart(
      server.url,
      `{
        beforeRequestHooks: [(request) => new Request(request, { signal: stop.signal })],
        responseHooks: [
          () => void setTimeout(() => stop.abort(new DOMException('too late', 'TimeoutError')), 100),
        ],
      }`,
    );
    expect(exitCode).toBe(1);
    expect(output).toContain('caught');
    expect(output).toContain('TimeoutError');
  });

  it.each(broken)('is told by ours: %s', async (_what, act, _thrown, code) => {
    const { server, ask } = await openRig();
    server.answer = act;
    expect(await ask()).toMatchObject({ ok: false, error: { code, attempts: 3 } });
  });

  it('is told by ours: a time-out inside the body', async () => {
    const { server, ask } = await openRig({ settings: { timeout: 60 } });
    server.answer = (call) => call.trickle();
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'timed_out', attempts: 3 } });
  });
});
