import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import { openRig } from '../rig.ts';
import { bodiesOf, openStock } from './stock.ts';

describe('hazard 11: messages', () => {
  it('with thinking cannot be sent by the stock class', async () => {
    const { server, model } = await openStock();
    const thinking = { type: 'thinking', thinking: 'One and two.' };
    const answer = new AIMessage({ content: [thinking, { type: 'text', text: '3' }] });
    await expect(model.invoke([new HumanMessage('1 + 2?'), answer])).rejects.toThrow('Mistral only supports');
    expect(server.calls).toEqual([]);
  });

  it('are changed by the stock class: ids, texts, calls, prefixes', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply();
    await model.invoke([
      new HumanMessage('1 + 2?'),
      new AIMessage({
        content: 'Let me add.',
        tool_calls: [
          { id: 'call_abc', name: 'add', args: { a: 1 } },
          { id: 'call_def', name: 'now', args: {} },
        ],
      }),
      new ToolMessage({ content: '3', tool_call_id: 'call_abc' }),
    ]);
    await model.invoke(
      [new HumanMessage('Hi.'), new AIMessage({ content: 'So', additional_kwargs: { prefix: true } })],
      { prompt_cache_key: 'ticket-triage' } as object,
    );
    const [tools, prefix] = bodiesOf(server);
    const id = expect.stringMatching(/^[a-zA-Z0-9]{9}$/);
    expect(tools?.['messages']).toEqual([
      { role: 'user', content: '1 + 2?' },
      {
        role: 'assistant',
        prefix: false,
        tool_calls: [expect.objectContaining({ id, function: { name: 'add', arguments: '{"a":1}' } })],
      },
      { role: 'tool', content: '3', tool_call_id: id },
    ]);
    const text = JSON.stringify(tools);
    const hashed = /"tool_call_id":"(\w+)"/.exec(text)?.[1] ?? 'none';
    expect(text.split(`"${hashed}"`).length - 1, 'in the call and in its result').toBe(2);
    expect(JSON.stringify(prefix)).not.toMatch(/"prefix":true|ticket-triage/);
  });

  it('of every kind are sent by ours as they are', async () => {
    const { server, ask } = await openRig({
      settings: { parameters: { prompt_cache_key: 'ticket-triage' } },
    });
    server.answer = (call) => call.reply();
    const outcome = await ask({
      messages: [
        { role: 'user', content: '1 + 2?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'One and two.' },
            { type: 'text', text: 'Let me add.' },
          ],
          tool_calls: [
            { id: 'call_abc', name: 'add', arguments: '{"a": 1}' },
            { id: 'call_def', name: 'now', arguments: '{}' },
          ],
        },
        { role: 'tool', content: '3', tool_call_id: 'call_abc' },
        { role: 'assistant', content: 'So', prefix: true },
      ],
    });
    expect(outcome.ok).toBe(true);
    expect(bodiesOf(server)).toEqual([
      {
        model: 'mistral-small-latest',
        prompt_cache_key: 'ticket-triage',
        messages: [
          { role: 'user', content: '1 + 2?' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'One and two.' }] },
              { type: 'text', text: 'Let me add.' },
            ],
            tool_calls: [
              { id: 'call_abc', type: 'function', function: { name: 'add', arguments: '{"a": 1}' } },
              { id: 'call_def', type: 'function', function: { name: 'now', arguments: '{}' } },
            ],
          },
          { role: 'tool', content: '3', tool_call_id: 'call_abc' },
          { role: 'assistant', content: 'So', prefix: true },
        ],
      },
    ]);
  });
});

describe('hazard 12: tools', () => {
  const parameters = { type: 'object', properties: { a: { type: 'number' } } };

  it('are taken by the stock class in some forms, and the name of one goes out bare', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply();
    expect(() => model.bindTools([{ name: 'add', description: 'Adds', parameters }])).toThrow(
      'Unknown tool type',
    );
    const tool = { type: 'function', function: { name: 'add', parameters } };
    const other = { name: 'add', description: 'Adds', schema: parameters };
    await model.bindTools([tool], { tool_choice: 'add' as never }).invoke('Hi.');
    await model.bindTools([other]).invoke('Hi.');
    expect(bodiesOf(server)).toMatchObject([
      { tool_choice: 'add', tools: [tool] },
      { tools: [{ type: 'function', function: { name: 'add', description: 'Adds', parameters } }] },
    ]);
  });

  it('of ours go out in Mistral’s form', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply();
    await ask({ tools: [{ name: 'add', description: 'Adds', parameters }], tool_choice: 'add' });
    expect(bodiesOf(server)).toMatchObject([
      {
        tools: [{ type: 'function', function: { name: 'add', description: 'Adds', parameters } }],
        tool_choice: { type: 'function', function: { name: 'add' } },
      },
    ]);
  });
});
