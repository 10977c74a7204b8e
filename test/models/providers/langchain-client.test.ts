import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallOutcome } from '../../../src/models/contract.ts';
import { openLangChainClient } from '../../../src/models/langchain-client.ts';
import type { LangChainCall } from '../../../src/models/langchain-client.ts';
import type { Wire } from '../../../src/models/wire.ts';
import { startFakeServer } from '../../support/fake-server.ts';
import { key, openGate, question } from '../rig.ts';
import { ollamaWire } from './fakes/ollama.ts';
import { readOllamaAnswer, readOllamaTokens, joinOllamaStream } from '../../../src/models/ollama-answer.ts';

/** A call by way of a class of LangChain's that does as the test says. */
async function callBy(
  make: (call: LangChainCall) => Promise<void>,
): Promise<{ outcome: Promise<CallOutcome>; requests: () => number }> {
  const server = await startFakeServer();
  server.answer = (call) => call.raw({ body: JSON.stringify(ollamaWire.answer({ text: 'Hallo.' })) });
  const wire: Wire = {
    url: () => server.url,
    headers: () => ({}),
    body: () => ({}),
    read: readOllamaAnswer,
    tokens: readOllamaTokens,
    conversation: [],
    stream: { events: 'lines', join: joinOllamaStream, end: ({ done }) => done === true },
  };
  const client = openLangChainClient(
    { ...ollamaWire.settings, parameters: {}, timeout: 20_000, idle_timeout: 20_000 },
    {
      retry: { attempts: 1, max_delay: 0 },
      api_key: key,
      connections: 1,
      sleep: () => Promise.resolve(),
      random: () => 0,
      now: () => 0,
    },
    {
      wire,
      api_key_env: null,
      createChat: (call) => ({ invoke: () => make(call), _generate: () => make(call) }),
    },
  );
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  const never = new AbortController().signal;
  const options = { signal: never, waiting: never, gate: openGate, step: 'classify', record: 'r1' };
  const outcome = client.call(question, options);
  return { outcome, requests: () => server.calls.length };
}

describe("a class of LangChain's", () => {
  it('that cannot make the call fails it, and nothing is sent', async () => {
    const { outcome, requests } = await callBy(() =>
      Promise.reject(new Error(`no such message\nfor ${key}`)),
    );
    expect(await outcome).toMatchObject({
      ok: false,
      error: {
        code: 'invalid_request',
        message: 'LangChain cannot make the call: no such message for [redacted]',
        attempts: 0,
      },
      usage: { requests: 0, total_tokens: 0 },
    });
    expect(requests()).toBe(0);
  });

  it('that cannot read the answer fails the call, which was paid for', async () => {
    const { outcome } = await callBy(async (call) => {
      await call.send((said) => said);
      throw new Error('no such part');
    });
    expect(await outcome).toMatchObject({
      ok: false,
      error: {
        code: 'malformed_answer',
        message: 'LangChain cannot read the answer: no such part',
        attempts: 1,
      },
      usage: { requests: 1, total_tokens: 20 },
    });
  });

  it('that answers without asking is a mistake of ours', async () => {
    const { outcome } = await callBy(() => Promise.resolve());
    await expect(outcome).rejects.toThrow('LangChain answered without asking');
  });
});
