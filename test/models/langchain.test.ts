import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readChatCompletion } from '../../src/models/chat-completion-answer.ts';
import type { Message, StreamDelta } from '../../src/models/contract.ts';
import type { LangChainCall } from '../../src/models/langchain-client.ts';
import { tellingTokens } from '../../src/models/langchain-listeners.ts';
import { langChainMessages } from '../../src/models/langchain-messages.ts';
import { PipeChatMistralAI } from '../../src/models/mistralai-chat.ts';
import { readTokens } from '../../src/models/tokens.ts';
import { completionBody } from '../support/fake-server.ts';
import type { FakeCompletion } from '../support/fake-server.ts';

interface Told {
  readonly message: AIMessage;
  /** What a handler was told: of the parameters, the names, the conversation and the tokens. */
  readonly params: unknown;
  readonly names: unknown;
  readonly conversation: readonly BaseMessage[] | undefined;
  readonly tokens: readonly string[];
  /** What the caller's own listener was told. */
  readonly deltas: readonly StreamDelta[];
}

/** LangChain's own message for an answer of Mistral's that came through our side of the seam. */
async function messageFor(
  completion: FakeCompletion,
  given: {
    readonly parameters?: LangChainCall['parameters'];
    readonly messages?: readonly Message[];
    readonly pieces?: readonly StreamDelta[];
    readonly onToken?: () => void;
  } = {},
): Promise<Told> {
  let params: unknown;
  let names: unknown;
  let conversation: readonly BaseMessage[] | undefined;
  const tokens: string[] = [];
  const deltas: StreamDelta[] = [];
  let tell = (delta: StreamDelta): void => void deltas.push(delta);
  const model = new PipeChatMistralAI({
    model: 'mistral-small-latest',
    parameters: given.parameters ?? {},
    listen(run) {
      if (run !== undefined) tell = tellingTokens(tell, run);
    },
    send(read) {
      given.pieces?.forEach(tell);
      const body = completionBody(completion);
      const answer = readChatCompletion(body);
      if (!answer.ok) throw new Error(answer.error.message);
      return Promise.resolve(read({ answer: answer.value, tokens: readTokens(body['usage']) }));
    },
  });
  const messages = given.messages ?? [{ role: 'user', content: 'Hi.' }];
  const message = await model.invoke(langChainMessages(messages), {
    callbacks: [
      {
        awaitHandlers: true,
        raiseError: true,
        handleChatModelStart(_model, started, _run, _parent, extra, _tags, metadata) {
          params = JSON.parse(JSON.stringify(extra?.['invocation_params']));
          names = metadata;
          conversation = started[0];
        },
        handleLLMNewToken(token) {
          tokens.push(token);
          given.onToken?.();
        },
      },
    ],
  });
  return { message, params, names, conversation, tokens, deltas };
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
    const { params, names } = await messageFor({}, { parameters: sent });
    expect(params).toEqual(sent);
    expect(names).toMatchObject({
      ls_provider: 'mistral',
      ls_model_name: 'mistral-small-latest',
      ls_temperature: 0,
      ls_max_tokens: 800,
    });
  });
});

describe("LangChain's listeners", () => {
  const pieces: readonly StreamDelta[] = [
    { type: 'began' },
    { type: 'thinking', text: 'Hm.' },
    { type: 'text', text: 'Guten ' },
    { type: 'text', text: 'Tag.' },
  ];

  it('are told the tokens of a stream beside the caller, thinking as a token without text', async () => {
    const { message, tokens, deltas } = await messageFor({ content: 'Guten Tag.' }, { pieces });
    expect(message.content).toBe('Guten Tag.');
    expect(tokens).toEqual(['', 'Guten ', 'Tag.']);
    expect(deltas).toEqual(pieces);
  });

  it('may throw without harm to the call', async () => {
    const onToken = (): void => {
      throw new Error('a bug in a listener');
    };
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => logged.mockRestore());
    const { message, tokens } = await messageFor({ content: 'Guten Tag.' }, { pieces, onToken });
    expect(message.content).toBe('Guten Tag.');
    expect(tokens).toHaveLength(3);
  });

  it('are shown what the stock class would not send: thinking, images and text anywhere', async () => {
    const image = { type: 'image_url', image_url: 'https://a.example/b.png' } as const;
    const thinking = { type: 'thinking', thinking: 'Hm.' } as const;
    const { conversation } = await messageFor(
      {},
      {
        messages: [
          { role: 'system', content: [image] },
          { role: 'user', content: [{ type: 'text', text: 'Hi.' }] },
          { role: 'assistant', content: [thinking, { type: 'text', text: 'Ho.' }] },
          { role: 'tool', content: [image], tool_call_id: 'call_abc-123/4' },
        ],
      },
    );
    expect(conversation?.map(({ content }) => content)).toMatchObject([
      [{ type: 'image_url' }],
      [{ type: 'text', text: 'Hi.' }],
      [thinking, { type: 'text', text: 'Ho.' }],
      [{ type: 'image_url' }],
    ]);
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
