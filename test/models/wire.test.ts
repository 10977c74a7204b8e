import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { JsonSchema, JsonValue } from '../../src/json/json.ts';
import type { Message, ModelRequest, ToolDefinition } from '../../src/models/contract.ts';
import { mistralai } from '../../src/models/mistralai.ts';
import { expectGolden } from '../support/golden.ts';
import { openRig, question } from './rig.ts';

/** One request, and the parameters of its model. */
interface Sent {
  readonly request?: Partial<ModelRequest>;
  readonly parameters?: { readonly [name: string]: JsonValue };
  readonly stream?: boolean;
}

/** What a server gets, and what `render` shows of it, a request a line. */
async function send(all: readonly Sent[]): Promise<{ received: string; shown: string }> {
  let received = '';
  let shown = '';
  for (const { request = {}, parameters = {}, stream = false } of all) {
    const rig = await openRig({ settings: { parameters } });
    rig.server.answer = (call) => (stream ? call.replyStream() : call.reply());
    await (stream ? rig.stream(request).outcome : rig.ask(request));
    received += rig.server.calls.map(({ rawBody }) => `${rawBody}\n`).join('');
    const settings = { provider: 'mistralai', name: 'mistral-small-latest', timeout: 1, idle_timeout: 1 };
    const body = mistralai.body({ ...settings, parameters }, { ...question, ...request }, stream);
    shown += `${JSON.stringify(body)}\n`;
  }
  return { received, shown };
}

function expectBytes(name: string, received: string): void {
  expectGolden(fileURLToPath(new URL(`golden/wire/${name}.jsonl`, import.meta.url)), received);
}

const conversation = (...messages: readonly Message[]): Sent => ({ request: { messages } });
const user: Message = { role: 'user', content: 'What is 1 + 2?' };

describe('the bytes of a parameter', () => {
  const parameters: { readonly [name: string]: readonly JsonValue[] } = {
    temperature: [0, 0.7, 1.5],
    top_p: [0.9, 1],
    max_tokens: [1, 800],
    random_seed: [0, 42],
    stop: ['END', ['\n\n', '---']],
    presence_penalty: [-2, 0, 0.5],
    frequency_penalty: [-2, 0, 0.5],
    safe_prompt: [true, false],
    parallel_tool_calls: [true, false],
    reasoning_effort: ['high', 'none'],
    prompt_cache_key: ['ticket-triage'],
    prediction: [{ type: 'content', content: 'Dear customer,' }],
  };

  it('are known for each that the provider has', () => {
    expect(Object.keys(parameters).sort()).toEqual(Object.keys(mistralai.parameters).sort());
  });

  it.each(Object.entries(parameters))('hold %s as it is set, and nothing else', async (name, values) => {
    const { received, shown } = await send(values.map((value) => ({ parameters: { [name]: value } })));
    expect(received).toBe(shown);
    expectBytes(`parameter-${name}`, received);
  });

  it('hold all of them in the order of the file', async () => {
    const all = Object.entries(parameters).map(([name, values]) => [name, values[0] ?? null] as const);
    const { received, shown } = await send([{ parameters: Object.fromEntries(all) }]);
    expect(received).toBe(shown);
    expectBytes('parameters', received);
  });
});

describe('the bytes of a conversation', () => {
  it.each<[string, readonly Sent[]]>([
    ['user', [conversation(user), conversation({ role: 'user', content: '' })]],
    [
      'langchain-page',
      [
        {
          ...conversation(
            {
              role: 'system',
              content:
                'You are a helpful assistant that translates English to German. Translate the user sentence.',
            },
            { role: 'user', content: 'I love programming.' },
          ),
          parameters: { temperature: 0 },
        },
      ],
    ],
    [
      'few-shot',
      [
        conversation(
          { role: 'system', content: 'Classify the ticket. Answer in JSON.' },
          { role: 'user', content: 'Where is my parcel?' },
          { role: 'assistant', content: '{"topic":"order"}' },
          { role: 'user', content: 'Größe 42 "passt" nicht.\n\u2028🐙' },
        ),
      ],
    ],
    ['prefix', [conversation(user, { role: 'assistant', content: '{"topic":', prefix: true })]],
    [
      'text-parts',
      [
        conversation({
          role: 'user',
          content: [
            { type: 'text', text: 'One.' },
            { type: 'text', text: 'Two.' },
          ],
        }),
      ],
    ],
    [
      'images',
      ['https://a.example/b.png?c=d', 'data:image/png;base64,iVBORw0KGgo='].map((image_url) =>
        conversation({
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url },
          ],
        }),
      ),
    ],
    [
      'thinking',
      [
        conversation(
          user,
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'One and two.' },
              { type: 'text', text: '3' },
            ],
          },
          { role: 'user', content: 'And 3 more?' },
        ),
        conversation(user, { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.' }] }, user),
      ],
    ],
    [
      'tool-calls',
      [
        conversation(
          user,
          {
            role: 'assistant',
            content: 'Let me add.',
            tool_calls: [
              { id: 'D681PevKs', name: 'add', arguments: '{"a": 1, "b": 2}' },
              { id: 'call_abc-123/4', name: 'now', arguments: '{"broken":' },
            ],
          },
          { role: 'tool', content: '3', tool_call_id: 'D681PevKs' },
          { role: 'tool', content: '{"error":"no such zone"}', tool_call_id: 'call_abc-123/4' },
        ),
      ],
    ],
    [
      'tool-calls-after-thinking',
      [
        conversation(
          user,
          {
            role: 'assistant',
            content: [{ type: 'thinking', thinking: 'I need the tool.' }],
            tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"a":1,"b":2}' }],
          },
          { role: 'tool', content: [{ type: 'text', text: '3' }], tool_call_id: 'D681PevKs' },
        ),
      ],
    ],
    [
      'tool-calls-unanswered',
      [
        conversation(user, {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'D681PevKs', name: 'now', arguments: '{}' }],
        }),
      ],
    ],
  ])('hold it as it is: %s', async (name, all) => {
    const { received, shown } = await send(all);
    expect(received).toBe(shown);
    expectBytes(`messages-${name}`, received);
  });
});

describe('the bytes of a response format', () => {
  const schema: JsonSchema = {
    type: 'object',
    additionalProperties: false,
    required: ['topic'],
    properties: { topic: { enum: ['order', 'other'] } },
  };
  it.each<[string, readonly NonNullable<ModelRequest['response_format']>[]]>([
    ['json_object', [{ type: 'json_object' }]],
    ['json_schema', [{ type: 'json_schema', name: 'ticket', schema }]],
    [
      'json_schema-strict',
      [true, false].map((strict) => ({ type: 'json_schema', name: 'ticket', schema, strict }) as const),
    ],
    ['json_schema-of-anything', [{ type: 'json_schema', name: 'anything', schema: true }]],
  ])('hold it under Mistral’s names: %s', async (name, formats) => {
    const { received, shown } = await send(
      formats.map((response_format) => ({ request: { response_format } })),
    );
    expect(received).toBe(shown);
    expectBytes(`response_format-${name}`, received);
  });
});

describe('the bytes of tools', () => {
  const add: ToolDefinition = {
    name: 'add',
    description: 'Adds two numbers',
    parameters: {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'number' }, b: { type: 'number' } },
    },
  };
  const now: ToolDefinition = { name: 'now', parameters: true };

  it.each<[string, readonly Partial<ModelRequest>[]]>([
    ['tools', [{ tools: [add] }, { tools: [add, now] }]],
    ['tools-none', [{ tools: [] }]],
    ['tools-strict', [true, false].map((strict) => ({ tools: [{ ...add, strict }] }))],
    [
      'tool_choice',
      ['auto', 'any', 'none', 'required', 'add'].map((tool_choice) => ({ tools: [add], tool_choice })),
    ],
    [
      'parallel_tool_calls',
      [true, false].map((parallel_tool_calls) => ({ tools: [add, now], parallel_tool_calls })),
    ],
  ])('hold them under Mistral’s names: %s', async (name, requests) => {
    const { received, shown } = await send(requests.map((request) => ({ request })));
    expect(received).toBe(shown);
    expectBytes(name, received);
  });

  it('hold the request’s own word on parallel calls before the model’s', async () => {
    const { received, shown } = await send([
      { request: { tools: [add], parallel_tool_calls: false }, parameters: { parallel_tool_calls: true } },
    ]);
    expect(received).toBe(shown);
    expectBytes('parallel_tool_calls-of-both', received);
  });
});

describe('the bytes of a request for a stream', () => {
  it('hold the wish, and no options, which Mistral refuses', async () => {
    const { received, shown } = await send([
      { stream: true },
      { stream: true, parameters: { temperature: 0 } },
    ]);
    expect(received).toBe(shown);
    expectBytes('stream', received);
  });
});
