import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../../src/models/contract.ts';
import { openRig } from '../rig.ts';
import { anthropicWire } from './fakes/anthropic.ts';
import { sse, streamHeaders } from './fakes/fake-wire.ts';
import { googleWire } from './fakes/google-genai.ts';
import { mistralWire } from './fakes/mistralai.ts';
import { ollamaWire } from './fakes/ollama.ts';
import { openaiWire } from './fakes/openai.ts';
import { add } from './requests.ts';

const wires = [mistralWire, openaiWire, anthropicWire, googleWire, ollamaWire];
const chatWires = [mistralWire, openaiWire];
const digits = ['9007199254740993', '12345678901234567890', '-123456789012345678901234567890'];
const calls = [{ id: 'a', name: 'add', arguments: { order: 4711 } }];

/** The arguments of the calls, or why there are none. */
function told(outcome: CallOutcome): string | readonly string[] {
  return outcome.ok ? outcome.completion.tool_calls.map((call) => call.arguments) : outcome.error.code;
}

describe.each(digits)('the digits of %s in arguments that come as an object', (long) => {
  const written = `{"order":${long}}`;

  it.each(wires)('are kept by $provider.provider', async (wire) => {
    const { server, ask } = await openRig({ provider: wire.provider, settings: wire.settings });
    // The servers that send text are made to send the object that the text says.
    const body = JSON.stringify(wire.answer({ calls })).replaceAll(String.raw`"{\"order\":4711}"`, written);
    server.answer = (call) => call.raw({ body: body.replace('4711', long) });
    expect(told(await ask({ tools: [add] }))).toEqual([written]);
  });

  it.each(chatWires)('are kept by a stream of $provider.provider', async (wire) => {
    const { server, stream } = await openRig({ provider: wire.provider, settings: wire.settings });
    const call = { index: 0, id: 'a', function: { name: 'add', arguments: { order: 4711 } } };
    const events = [
      { choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [call] } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
    ];
    const body = [...events.map((event) => sse(event)), sse('[DONE]')].join('').replace('4711', long);
    server.answer = (asked) => asked.raw({ headers: streamHeaders(wire), body });
    expect(told(await stream({ tools: [add] }).outcome)).toEqual([written]);
  });
});
