import { describe, expect, it } from 'vitest';
import { key, openRig } from './rig.ts';

describe('a call', () => {
  it('posts the request and reads the answer', async () => {
    const { server, ask } = await openRig();
    const outcome = ask();
    const call = await server.nextCall();
    expect(call.method).toBe('POST');
    expect(call.path).toBe('/v1/chat/completions');
    expect(call.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${key}`,
      'user-agent': expect.stringMatching(/^prompt-pipe\/\d/),
    });
    call.reply('Hallo.', { 'mistral-correlation-id': 'req-1' });
    expect(await outcome).toEqual({
      ok: true,
      completion: {
        text: 'Hallo.',
        tool_calls: [],
        finish_reason: 'stop',
        model: 'mistral-small-latest',
        request_id: 'req-1',
      },
      usage: {
        requests: 1,
        retries: 0,
        cached_requests: 0,
        unmetered_requests: 0,
        input_tokens: 13,
        cached_input_tokens: null,
        output_tokens: 7,
        reasoning_tokens: null,
        total_tokens: 20,
        cost_usd: null,
      },
    });
  });
});
