import { HumanMessage } from '@langchain/core/messages';
import type { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import { completionBody } from '../../support/fake-server.ts';
import type { FakeCall } from '../../support/fake-server.ts';
import { openRig } from '../rig.ts';
import { openStock } from './stock.ts';

describe('hazard 8: usage', () => {
  const usage = {
    prompt_tokens: 200,
    completion_tokens: 50,
    total_tokens: 250,
    prompt_tokens_details: { cached_tokens: 128 },
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  const whole = { input_tokens: 200, output_tokens: 50, total_tokens: 250 };
  const inOurs = { ...whole, requests: 1, cached_input_tokens: 128, reasoning_tokens: 30 };

  const { choices, ...rest } = completionBody({ usage });
  const choice = (choices as readonly JsonObject[])[0] ?? {};
  const three = JSON.stringify({
    ...rest,
    choices: [choice, { ...choice, index: 1 }, { ...choice, index: 2 }],
  });

  it('loses its cached and its reasoning tokens with the stock class', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply({ usage });
    expect((await model.invoke('Hi.')).usage_metadata).toEqual(whole);
  });

  it('is told with its cached and its reasoning tokens by ours', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply({ usage });
    expect(await ask()).toMatchObject({ usage: inOurs });
  });

  it('of three choices is told three times by the stock class', async () => {
    const { server, model } = await openStock({ numCompletions: 3 });
    server.answer = (call) => call.raw({ body: three });
    const { generations } = await model.generate([[new HumanMessage('Hi.')]]);
    const told = generations.flat().map((one) => (one as { message?: AIMessage }).message?.usage_metadata);
    expect(told).toEqual([whole, whole, whole]);
  });

  it('of three choices is told once by ours', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.raw({ body: three });
    expect(await ask()).toMatchObject({ usage: inOurs });
  });

  it('that is not told fails the answer with the stock class', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply({ usage: null });
    await expect(model.invoke('Hi.')).rejects.toThrow('Response validation failed');
  });

  it('that is not told is unknown with ours', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply({ usage: null });
    expect(await ask()).toMatchObject({ ok: true, usage: { total_tokens: null, unmetered_requests: 1 } });
  });
});

describe('hazard 8: what is said of an answer', () => {
  const say = (call: FakeCall): void => call.replyStream({ content: 'One two', model: 'm' });

  it('is repeated, and under another name, where the stock class streams', async () => {
    const { server, model } = await openStock();
    server.answer = say;
    let answer: AIMessageChunk | undefined;
    for await (const piece of await model.stream('Hi.')) answer = answer?.concat(piece) ?? piece;
    expect(answer?.content).toBe('One two');
    expect(answer?.response_metadata).toMatchObject({ model: 'mmm', finishReason: 'stop' });
    expect(answer?.response_metadata).not.toHaveProperty('finish_reason');
  });

  it('is told once by ours, and alike whether or not it streams', async () => {
    const { server, ask, stream } = await openRig();
    server.answer = say;
    const streamed = await stream().outcome;
    expect(streamed).toMatchObject({ completion: { text: 'One two', model: 'm', finish_reason: 'stop' } });
    server.answer = (call) => call.reply({ content: 'One two', model: 'm' });
    expect(await ask()).toEqual(streamed);
  });
});
