import type { JsonObject } from '../../../../src/json/json.ts';
import { mistralai } from '../../../../src/models/mistralai.ts';
import type { FakeCompletion } from '../../../support/fake-server.ts';
import { completionBody, streamEvents } from '../../../support/fake-server.ts';
import { defaultUsage, words } from './fake-wire.ts';
import type { FakeWire, Said } from './fake-wire.ts';

export const mistralWire: FakeWire = {
  provider: mistralai,
  settings: { provider: 'mistralai', name: 'mistral-small-latest' },
  // The bytes of each are held by Mistral's own tests.
  parameters: {},
  path: () => '/v1/chat/completions',
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  answer: (said) => completionBody(completionOf(said)),
  // A stream has its parts word by word.
  events: (said) => streamEvents({ ...completionOf(said), content: partsOf(said) }),
  streamType: 'text/event-stream',
  error: (status, message) => ({ object: 'error', message, type: 'fake', param: null, code: String(status) }),
  requestId: 'mistral-correlation-id',
  nothing: completionBody({ content: null }),
  tellsCached: true,
  tellsRefusal: false,
  leavesOutZero: false,
  echoed: null,
  fetchesImages: true,
};

function completionOf({ text, thinking, calls, finish, model, usage = defaultUsage }: Said): FakeCompletion {
  return {
    model: model ?? 'mistral-small-2603',
    content:
      thinking === undefined
        ? (text ?? (finish === 'length' ? null : ''))
        : partsOf({ thinking, ...(text !== undefined && { text }) }),
    ...(calls && { tool_calls: calls }),
    ...(finish && { finish_reason: finish }),
    usage: usage && {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      ...(usage.cached !== undefined && { prompt_tokens_details: { cached_tokens: usage.cached } }),
    },
  };
}

function partsOf({ thinking, text = '' }: Said): readonly JsonObject[] {
  return [
    ...(thinking === undefined ? [] : [{ type: 'thinking', thinking: [{ type: 'text', text: thinking }] }]),
    ...words(text).map((word) => ({ type: 'text', text: word })),
  ];
}
