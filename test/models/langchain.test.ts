import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HumanMessage } from '@langchain/core/messages';
import type { AIMessage } from '@langchain/core/messages';
import { ChatMistralAI } from '@langchain/mistralai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { judge } from '../../src/models/attempt.ts';
import { chatCall, PipeChatMistralAI } from '../../src/models/mistralai-chat.ts';
import type { ChatCall } from '../../src/models/mistralai-chat.ts';
import { langChainMessages } from '../../src/models/mistralai-messages.ts';
import { callWithRetries } from '../../src/models/retry.ts';
import { completionBody, startFakeServer } from '../support/fake-server.ts';
import type { FakeCompletion, FakeServer } from '../support/fake-server.ts';
import { openRig } from './rig.ts';

const settings = {
  provider: 'mistralai',
  name: 'mistral-small-latest',
  parameters: {},
  timeout: 1000,
  idle_timeout: 1000,
};

/** LangChain's own message for an answer of Mistral's that came through our side of the seam. */
async function messageFor(
  completion: FakeCompletion,
  parameters: ChatCall['parameters'] = {},
): Promise<{ message: AIMessage; params: unknown; names: unknown }> {
  const server = {
    host: 'a.example',
    model: 'mistral-small-latest',
    key_name: null,
    timeout: 1000,
    idle_timeout: 1000,
    max_body: 1000,
    max_stream: 1000,
    redact: (text: string) => text,
    now: () => 0,
  };
  const attempt = judge(
    {
      kind: 'response',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(completionBody(completion))),
    },
    server,
  );
  const model = new PipeChatMistralAI(settings, ({ signals }) =>
    callWithRetries(
      () => Promise.resolve(attempt),
      {
        retry: { attempts: 1, max_delay: 0 },
        pacer: { admit: () => Promise.resolve(), limited: () => 'wait', answered: () => undefined },
        sleep: () => Promise.resolve(),
        random: () => 0,
      },
      signals,
    ),
  );
  let params: unknown;
  let names: unknown;
  const call: ChatCall = {
    json: '{}',
    parameters,
    signals: { signal: new AbortController().signal, waiting: new AbortController().signal },
    tell: undefined,
    result: undefined,
    bug: undefined,
  };
  const message = await model.invoke([new HumanMessage('Hi.')], {
    [chatCall]: call,
    callbacks: [
      {
        awaitHandlers: true,
        handleChatModelStart(_model, _messages, _run, _parent, extra, _tags, metadata) {
          params = JSON.parse(JSON.stringify(extra?.['invocation_params']));
          names = metadata;
        },
      },
    ],
  });
  return { message, params, names };
}

describe("LangChain's message for an answer", () => {
  it('tells the usage, the finish reason and the model', async () => {
    const { message } = await messageFor({
      content: 'Ich liebe Programmieren.',
      model: 'mistral-large-2512',
    });
    expect(message.content).toBe('Ich liebe Programmieren.');
    expect(message.usage_metadata).toEqual({ input_tokens: 13, output_tokens: 7, total_tokens: 20 });
    expect(message.response_metadata).toMatchObject({ finishReason: 'stop', model: 'mistral-large-2512' });
  });

  it('tells cached and reasoning tokens, and the thinking', async () => {
    const { message } = await messageFor({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
        { type: 'text', text: '42' },
      ],
      usage: {
        prompt_tokens: 200,
        completion_tokens: 50,
        total_tokens: 250,
        prompt_tokens_details: { cached_tokens: 128 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
    });
    expect(message.content).toBe('42');
    expect(message.additional_kwargs).toMatchObject({ reasoning_content: 'Hm.' });
    expect(message.usage_metadata).toEqual({
      input_tokens: 200,
      output_tokens: 50,
      total_tokens: 250,
      input_token_details: { cache_read: 128 },
      output_token_details: { reasoning: 30 },
    });
  });

  it('tells no usage where there is none', async () => {
    const { message } = await messageFor({ usage: null });
    expect(message.usage_metadata).toBeUndefined();
  });

  it('holds tool calls, the broken ones apart', async () => {
    const { message } = await messageFor({
      tool_calls: [
        { id: 'D681PevKs', name: 'add', arguments: '{"a":1}' },
        { id: 'D681PevKt', name: 'add', arguments: '{"a":' },
      ],
    });
    expect(message.tool_calls).toMatchObject([{ id: 'D681PevKs', name: 'add', args: { a: 1 } }]);
    expect(message.invalid_tool_calls).toMatchObject([{ id: 'D681PevKt', name: 'add', args: '{"a":' }]);
  });

  it('shows handlers what is sent, and no default that is not', async () => {
    const sent = { model: 'mistral-small-latest', temperature: 0, max_tokens: 800 };
    const { params, names } = await messageFor({}, sent);
    expect(params).toEqual(sent);
    expect(names).toMatchObject({
      ls_provider: 'mistral',
      ls_model_name: 'mistral-small-latest',
      ls_temperature: 0,
      ls_max_tokens: 800,
    });
  });
});

describe("LangChain's messages for a conversation", () => {
  it('are of the classes that traces know', () => {
    const messages = langChainMessages([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi.' }] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', name: 'add', arguments: '{"a":1}' },
          { id: 'b', name: 'add', arguments: 'x' },
          { id: 'c', name: 'add', arguments: '[]' },
        ],
      },
      { role: 'tool', content: '1', tool_call_id: 'a' },
    ]);
    expect(messages.map((message) => message.getType())).toEqual(['system', 'human', 'ai', 'tool']);
    expect(messages[1]?.content).toEqual([{ type: 'text', text: 'Hi.' }]);
    expect(messages[2]).toMatchObject({
      tool_calls: [{ id: 'a', name: 'add', args: { a: 1 } }],
      invalid_tool_calls: [
        { id: 'b', name: 'add', args: 'x' },
        { id: 'c', name: 'add', args: '[]' },
      ],
    });
    expect(messages[3]).toMatchObject({ tool_call_id: 'a' });
  });
});

// Why the stock transport is not used: should one of these fail after an upgrade, the seam may have become thinner.
describe('the stock class, beside ours', () => {
  async function stock(fields: object = {}): Promise<{ server: FakeServer; model: ChatMistralAI }> {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    return {
      server,
      model: new ChatMistralAI({ apiKey: 'test-key', serverURL: server.url, maxRetries: 0, ...fields }),
    };
  }

  it('sends defaults that nobody set; ours does not', async () => {
    const { server, model } = await stock();
    server.answer = (call) => call.reply();
    await model.invoke('Hi.');
    expect(server.calls[0]?.body).toMatchObject({ temperature: 0.7, top_p: 1, safe_prompt: false });

    const rig = await openRig();
    rig.server.answer = (call) => call.reply();
    await rig.ask();
    expect(Object.keys(rig.server.calls[0]?.body ?? {})).toEqual(['model', 'messages']);
  });

  it('streams when it is given a signal; ours does not', async () => {
    const { server, model } = await stock();
    server.answer = (call) => call.fail(400);
    await expect(model.invoke('Hi.', { signal: new AbortController().signal })).rejects.toThrow('400');
    expect(server.calls[0]?.body).toMatchObject({ stream: true });

    const rig = await openRig();
    rig.server.answer = (call) => call.reply();
    await rig.ask({}, new AbortController().signal);
    expect(rig.server.calls[0]?.body).not.toHaveProperty('stream');
  });

  it('gives up on a 429 without Retry-After; ours waits', async () => {
    const { server, model } = await stock({ maxRetries: 2 });
    server.answer = (call) => call.fail(429);
    await expect(model.invoke('Hi.')).rejects.toThrow('429');
    expect(server.calls.length).toBe(1);

    const rig = await openRig();
    const outcome = rig.ask();
    (await rig.server.nextCall()).fail(429);
    (await rig.server.nextCall()).reply();
    expect((await outcome).ok).toBe(true);
  });

  it('loses the schema of a response format; ours sends it', async () => {
    const json_schema = { name: 'ticket', schema: { type: 'object', required: ['topic'] } };
    const { server, model } = await stock();
    server.answer = (call) => call.reply('{}');
    await model.invoke('Hi.', { response_format: { type: 'json_schema', json_schema } as never });
    expect(JSON.stringify(server.calls[0]?.body['response_format'])).not.toContain('topic');

    const rig = await openRig();
    rig.server.answer = (call) => call.reply('{}');
    await rig.ask({ response_format: { type: 'json_schema', ...json_schema } });
    expect(rig.server.calls[0]?.body['response_format']).toEqual({ type: 'json_schema', json_schema });
  });

  it('lets broken JSON end the process; ours tells of it', async () => {
    const server = await startFakeServer();
    onTestFinished(() => server.close());
    server.answer = (call) => call.raw({ body: '{"choices":[' });
    const script = `
      import { ChatMistralAI } from '@langchain/mistralai';
      const model = new ChatMistralAI({ apiKey: 'test-key', serverURL: '${server.url}', maxRetries: 0 });
      await model.invoke('Hi.').catch(() => {});
      setTimeout(() => console.log('still there'), 100);
    `;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const ended = await new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(
        process.execPath,
        ['--input-type=module', '--eval', script],
        { cwd },
        (error, stdout, stderr) => resolve({ code: error?.code, output: stdout + stderr }),
      );
    });
    expect(ended.code).toBe(1);
    expect(ended.output).toContain('SyntaxError');
    expect(ended.output).not.toContain('still there');

    const rig = await openRig();
    rig.server.answer = (call) => call.raw({ body: '{"choices":[' });
    expect(await rig.ask()).toMatchObject({ ok: false, error: { code: 'malformed_answer' } });
  });
});
