import { anthropic } from '../../../../src/models/anthropic.ts';
import type { JsonObject } from '../../../../src/json/json.ts';
import { defaultUsage, halves, sse, words } from './fake-wire.ts';
import type { FakeWire, Said } from './fake-wire.ts';

export const signature = 'EqQBCgIYAhIkNTE2';

export const anthropicWire: FakeWire = {
  provider: anthropic,
  settings: { provider: 'anthropic', name: 'claude-sonnet-4-5' },
  parameters: {
    max_tokens: [800],
    temperature: [0, 1],
    top_p: [0.9],
    top_k: [40],
    stop_sequences: [['END', '---']],
    thinking: [
      { type: 'enabled', budget_tokens: 2048 },
      { type: 'adaptive', display: 'summarized' },
    ],
    effort: ['low'],
    // Said with tools only.
    parallel_tool_calls: [false],
    service_tier: ['standard_only'],
  },
  path: () => '/v1/messages',
  keyHeader: (key) => ['x-api-key', key],
  answer(said) {
    return {
      ...head(said),
      content: blocksOf(said),
      stop_reason: reasonOf(said),
      stop_sequence: null,
      ...refusalOf(said),
      ...(said.usage !== null && { usage: usageOf(said) }),
    };
  },
  events(said) {
    const event = (type: string, data: JsonObject): string => sse({ type, ...data }, type);
    const { output_tokens, ...input } = usageOf(said);
    const told = said.usage !== null;
    return [
      event('message_start', {
        message: {
          ...head(said),
          content: [],
          stop_reason: null,
          stop_sequence: null,
          ...(told && { usage: { ...input, output_tokens: 1 } }),
        },
      }),
      event('ping', {}),
      ...blocksOf(said).flatMap((block, index) => {
        const { start, deltas } = piecesOf(block);
        const pieces = deltas.map((delta) => event('content_block_delta', { index, delta }));
        const begin = event('content_block_start', { index, content_block: start });
        return [begin, pieces, event('content_block_stop', { index })].flat();
      }),
      event('message_delta', {
        delta: { stop_reason: reasonOf(said), stop_sequence: null, ...refusalOf(said) },
        ...(told && { usage: { output_tokens } }),
      }),
      event('message_stop', {}),
    ];
  },
  streamType: 'text/event-stream; charset=utf-8',
  error: (status, message) => ({
    type: 'error',
    error: { type: status === 429 ? 'rate_limit_error' : 'invalid_request_error', message },
    request_id: 'req_in_the_body',
  }),
  requestId: 'request-id',
  nothing: { ...head({}), content: [], stop_reason: 'end_turn', usage: usageOf({}) },
  tellsCached: true,
  tellsRefusal: true,
  leavesOutZero: false,
  echoed: signature,
  fetchesImages: true,
};

function head({ model }: Said) {
  return {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model: model ?? 'claude-sonnet-4-5-20250929',
  };
}

function refusalOf({ refusal }: Said): JsonObject {
  return refusal === undefined ? {} : { stop_details: { type: 'refusal', explanation: refusal } };
}

function reasonOf({ calls, finish, refusal }: Said): string {
  if (refusal !== undefined) return 'refusal';
  if (finish === 'length') return 'max_tokens';
  return calls ? 'tool_use' : 'end_turn';
}

function blocksOf({ text, thinking, calls = [] }: Said): readonly JsonObject[] {
  return [
    ...(thinking === undefined ? [] : [{ type: 'thinking', thinking, signature }]),
    ...(text === undefined ? [] : [{ type: 'text', text }]),
    ...calls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: call.arguments })),
  ];
}

function piecesOf(block: JsonObject): { readonly start: JsonObject; readonly deltas: readonly JsonObject[] } {
  if (typeof block['text'] === 'string') {
    const texts = words(block['text']);
    return { start: { type: 'text', text: '' }, deltas: texts.map((text) => ({ type: 'text_delta', text })) };
  }
  if (block['type'] === 'thinking')
    return {
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        { type: 'thinking_delta', thinking: block['thinking'] ?? '' },
        { type: 'signature_delta', signature: block['signature'] ?? '' },
      ],
    };
  return {
    start: { ...block, input: {} },
    deltas: ['', ...halves(JSON.stringify(block['input']))].map((partial_json) => ({
      type: 'input_json_delta',
      partial_json,
    })),
  };
}

function usageOf({ usage }: Said) {
  const { input, cached = 0, output } = usage ?? defaultUsage;
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    ...(usage?.cached !== undefined && { cache_read_input_tokens: cached }),
    output_tokens: output,
  };
}
