import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import { streamEvents } from '../../support/fake-server.ts';
import { openRig } from '../rig.ts';
import { chunk, openStock, sendEvents } from './stock.ts';

describe('hazard 3: a stream', () => {
  const called = (call: JsonObject, text: string): string => {
    const piece = { index: 0, ...call, function: { name: call['id'] ? 'save' : '', arguments: text } };
    return `data: ${JSON.stringify(chunk({ tool_calls: [piece] }))}\n\n`;
  };
  const ends = streamEvents({ tool_calls: [] }).slice(-2);
  const cutArguments = [called({ id: 'D681PevKs' }, '{"name":"Ann","age":')];
  const splitArguments = [called({ id: 'D681PevKs' }, '{"name":'), called({}, '"Ann"}'), ...ends];
  const cutText = streamEvents({ content: 'Do not pay the invoice' }).slice(0, 3);

  it('with arguments cut short is a valid call to the stock class', async () => {
    const { server, model } = await openStock({ streaming: true });
    server.answer = sendEvents(cutArguments);
    expect((await model.invoke('Hi.')).tool_calls).toMatchObject([{ name: 'save', args: { name: 'Ann' } }]);
  });

  it('with arguments in two pieces is two calls to the stock class, both wrong', async () => {
    const { server, model } = await openStock({ streaming: true });
    server.answer = sendEvents(splitArguments);
    const { tool_calls, invalid_tool_calls } = await model.invoke('Hi.');
    expect(tool_calls).toMatchObject([{ name: 'save', args: {} }]);
    expect(tool_calls?.[0]?.args).toEqual({});
    expect(invalid_tool_calls).toMatchObject([{ args: '"Ann"}' }]);
  });

  it('without an end is a whole answer to the stock class', async () => {
    const { server, model } = await openStock({ streaming: true });
    server.answer = sendEvents(cutText);
    expect((await model.invoke('Hi.')).content).toBe('Do not ');
  });

  it.each([
    ['with arguments cut short', cutArguments],
    ['without an end', cutText],
  ])('%s fails with ours', async (_how, events) => {
    const { server, stream } = await openRig();
    server.answer = sendEvents(events);
    expect(await stream().outcome).toMatchObject({ ok: false, error: { code: 'cut_body', attempts: 3 } });
  });

  it('with arguments in two pieces is one call with ours', async () => {
    const { server, stream } = await openRig();
    server.answer = sendEvents(splitArguments);
    expect(await stream().outcome).toMatchObject({
      ok: true,
      completion: { tool_calls: [{ id: 'D681PevKs', name: 'save', arguments: '{"name":"Ann"}' }] },
    });
  });
});
