import type { JsonObject } from '../../../../src/json/json.ts';
import { ollama } from '../../../../src/models/ollama.ts';
import { defaultUsage, words } from './fake-wire.ts';
import type { FakeWire, Said } from './fake-wire.ts';

export const ollamaWire: FakeWire = {
  provider: ollama,
  settings: { provider: 'ollama', name: 'qwen3:4b' },
  parameters: {
    temperature: [0, 0.8],
    top_p: [0.9],
    top_k: [40],
    min_p: [0.05],
    num_predict: [800, -1],
    num_ctx: [8192],
    seed: [42],
    stop: [['END', '---']],
    repeat_penalty: [1.1],
    repeat_last_n: [64],
    presence_penalty: [0.5],
    frequency_penalty: [0.5],
    think: [true, false, 'low'],
    keep_alive: ['10m', -1],
  },
  path: () => '/api/chat',
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  answer: (said) => ({
    ...head(said),
    message: messageOf(said, said.text ?? ''),
    ...endOf(said),
  }),
  events(said) {
    const line = (message: JsonObject, rest: JsonObject): string =>
      `${JSON.stringify({ ...head(said), message: { role: 'assistant', content: '', ...message }, ...rest })}\n`;
    const { tool_calls } = messageOf(said, '');
    const more = { done: false };
    return [
      ...(said.thinking === undefined ? [] : [line({ thinking: said.thinking }, more)]),
      ...words(said.text ?? '').map((content) => line({ content }, more)),
      ...(tool_calls ?? []).map((call) => line({ tool_calls: [call] }, more)),
      line({}, endOf(said)),
    ];
  },
  streamType: 'application/x-ndjson',
  error: (_status, message) => ({ error: message }),
  requestId: 'x-request-id',
  nothing: { ...head({}), message: messageOf({}, ''), ...endOf({}) },
  tellsCached: false,
  tellsRefusal: false,
  leavesOutZero: false,
  echoed: null,
  fetchesImages: false,
};

function head({ model }: Said) {
  return { model: model ?? 'qwen3:4b', created_at: '2026-08-01T12:00:00Z' };
}

function messageOf({ thinking, calls }: Said, content: string) {
  return {
    role: 'assistant',
    content,
    ...(thinking !== undefined && { thinking }),
    ...(calls && {
      tool_calls: calls.map((call, index) => ({
        id: call.id,
        function: { index, name: call.name, arguments: call.arguments },
      })),
    }),
  };
}

function endOf({ finish, usage = defaultUsage }: Said): JsonObject {
  return {
    done: true,
    done_reason: finish ?? 'stop',
    total_duration: 4_883_583_458,
    ...(usage && { prompt_eval_count: usage.input, eval_count: usage.output }),
  };
}
