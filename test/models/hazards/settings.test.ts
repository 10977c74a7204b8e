import { setTimeout } from 'node:timers/promises';
import { InMemoryCache } from '@langchain/core/caches';
import { ChatMistralAI } from '@langchain/mistralai';
import { describe, expect, it } from 'vitest';
import type { FakeCall } from '../../support/fake-server.ts';
import { openRig } from '../rig.ts';
import { bodiesOf, openStock } from './stock.ts';

const large = { model: 'mistral-large-latest', temperature: 0 };
const small = { model: 'mistral-small-latest', temperature: 1 };
const sayModel = (call: FakeCall): void =>
  call.reply(`I am ${JSON.stringify([call.body['model'], call.body['temperature']])}.`);

describe('hazard 7: a cache', () => {
  it('of LangChain’s gives the answer of another model', async () => {
    const cache = new InMemoryCache();
    const first = await openStock({ cache, ...large });
    const second = await openStock({ cache, ...small });
    first.server.answer = sayModel;
    await first.model.invoke('Who are you?');
    expect((await second.model.invoke('Who are you?')).content).toBe('I am ["mistral-large-latest",0].');
    expect(second.server.calls).toEqual([]);
  });

  it('is not behind our calls: each model and temperature is asked itself', async () => {
    const first = await openRig({ settings: { name: large.model, parameters: { temperature: 0 } } });
    const { server } = first;
    server.answer = sayModel;
    const base_url = server.url;
    const rigs = [
      first,
      await openRig({ settings: { name: large.model, parameters: { temperature: 1 }, base_url } }),
      await openRig({ settings: { name: small.model, parameters: { temperature: 1 }, base_url } }),
    ];
    const outcomes = [];
    for (const { ask } of rigs) outcomes.push(await ask());
    expect(outcomes).toMatchObject([
      { completion: { text: 'I am ["mistral-large-latest",0].' } },
      { completion: { text: 'I am ["mistral-large-latest",1].' } },
      { completion: { text: 'I am ["mistral-small-latest",1].' } },
    ]);
    expect(server.calls.length).toBe(3);
  });
});

describe('hazard 9: settings', () => {
  it('that nobody set are sent by the stock class, and some that were set are not', async () => {
    const responseFormat = { type: 'json_object' };
    const { server, model } = await openStock({ stop: ['END'], responseFormat, temperature: null } as object);
    server.answer = (call) => call.reply();
    await model.invoke('Hi.');
    const [body] = bodiesOf(server);
    expect(body).toMatchObject({ temperature: 0.7, top_p: 1, safe_prompt: false });
    expect(body).not.toHaveProperty('stop');
    expect(body).not.toHaveProperty('response_format');
  });

  it('of ours are sent as they are set, and no other', async () => {
    const { server, ask } = await openRig({ settings: { parameters: { stop: ['END'] } } });
    server.answer = (call) => call.reply();
    await ask({ response_format: { type: 'json_object' } });
    expect(bodiesOf(server)).toEqual([
      {
        model: 'mistral-small-latest',
        stop: ['END'],
        messages: [{ role: 'user', content: 'Hi.' }],
        response_format: { type: 'json_object' },
      },
    ]);
  });

  it('of one call do not reach the stock class: a model and a temperature are an instance’s', async () => {
    const { server, model } = await openStock(large);
    server.answer = sayModel;
    expect((await model.invoke('Hi.', small as object)).content).toBe('I am ["mistral-large-latest",0].');
  });

  it('as an endpoint are ignored by the stock class', async () => {
    const { server } = await openStock();
    server.answer = (call) => call.reply();
    const asked: string[] = [];
    const settings = { apiKey: 'test-key', maxRetries: 0, endpoint: server.url };
    const model = new ChatMistralAI({
      ...settings,
      // Nothing leaves this machine: what would go elsewhere is sent to the server of the test.
      beforeRequestHooks: [
        (request) => {
          asked.push(request.url);
          return new Request(server.url, request);
        },
      ],
    });
    await model.invoke('Hi.');
    expect(asked).toEqual(['https://api.mistral.ai/v1/chat/completions']);
  });

  it('as an endpoint are where ours asks', async () => {
    const { server } = await openRig();
    const { ask } = await openRig({ settings: { base_url: `${server.url}/gateway` } });
    server.answer = (call) => call.reply();
    expect((await ask()).ok).toBe(true);
    expect(server.calls.map(({ path }) => path)).toEqual(['/gateway/v1/chat/completions']);
  });

  it('as a concurrency are ignored by the stock class', async () => {
    const { server, model } = await openStock({ maxConcurrency: 1 });
    const answers = [model.invoke('Hi.'), model.invoke('Hi.')];
    const calls = [await server.nextCall(), await server.nextCall()];
    expect(server.inFlight).toBe(2);
    for (const call of calls) call.reply();
    await Promise.all(answers);
  });

  it('as a concurrency hold for ours', async () => {
    const { server, ask } = await openRig({ services: { connections: 1 } });
    server.answer = (call) => call.reply();
    await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect([server.calls.length, server.maxInFlight]).toEqual([5, 1]);
  });

  it('as a time-out are ignored by the stock class', async () => {
    const timeout = 20;
    const { server, model } = await openStock({ timeout } as object);
    const answer = model.invoke('Hi.');
    const call = await server.nextCall();
    // Timers of one length fire in the order in which they were set: that of the call would have fired before.
    await setTimeout(timeout);
    call.reply('Hello.');
    expect((await answer).content).toBe('Hello.');
  });

  it('as a time-out hold for ours', async () => {
    const retry = { attempts: 1, max_delay: 0 };
    const { server, ask } = await openRig({ settings: { timeout: 20 }, services: { retry } });
    server.answer = (call) => call.hang();
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'timed_out' } });
  });
});
