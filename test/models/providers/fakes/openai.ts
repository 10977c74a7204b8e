import type { JsonObject, JsonValue } from '../../../../src/json/json.ts';
import { openai } from '../../../../src/models/openai.ts';
import { defaultUsage, halves, sse, words } from './fake-wire.ts';
import type { FakeWire, Said } from './fake-wire.ts';

export const openaiWire: FakeWire = {
  provider: openai,
  settings: { provider: 'openai', name: 'gpt-5-mini' },
  parameters: {
    temperature: [0, 0.7, 2],
    top_p: [0.9],
    max_tokens: [800],
    max_completion_tokens: [800],
    seed: [42, -1],
    stop: ['END', ['\n\n', '---']],
    presence_penalty: [-2, 0.5],
    frequency_penalty: [0.5],
    parallel_tool_calls: [true, false],
    reasoning_effort: ['none', 'xhigh'],
    verbosity: ['low'],
    prompt_cache_key: ['ticket-triage'],
    service_tier: ['flex'],
    prediction: [{ type: 'content', content: 'Dear customer,' }],
  },
  path: () => '/v1/chat/completions',
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  answer(said) {
    const { thinking, calls, refusal = null } = said;
    const unsaid = calls || said.finish === 'length' || refusal !== null ? null : '';
    const message = {
      role: 'assistant',
      content: said.text ?? unsaid,
      refusal,
      ...(thinking !== undefined && { reasoning_content: thinking }),
      ...(calls && { tool_calls: calls.map(callOf) }),
      annotations: [],
    };
    return {
      ...head(said),
      object: 'chat.completion',
      choices: [{ index: 0, message, logprobs: null, finish_reason: reasonOf(said) }],
      ...usageOf(said),
      service_tier: 'default',
    };
  },
  events(said) {
    const event = (delta: JsonObject, reason: JsonValue = null): string =>
      sse({
        ...head(said),
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
        ...(said.usage !== null && { usage: null }),
      });
    const { usage } = usageOf(said);
    return [
      event({ role: 'assistant', content: '', refusal: null }),
      ...(said.thinking === undefined ? [] : [event({ reasoning_content: said.thinking })]),
      ...words(said.text ?? '').map((content) => event({ content })),
      ...words(said.refusal ?? '').map((refusal) => event({ refusal })),
      ...(said.calls ?? []).flatMap((call, index) => {
        const { function: called, ...named } = callOf(call);
        const [first, second] = halves(called.arguments);
        return [
          event({ tool_calls: [{ index, ...named, function: { name: called.name, arguments: '' } }] }),
          event({ tool_calls: [{ index, function: { arguments: first } }] }),
          event({ tool_calls: [{ index, function: { arguments: second } }] }),
        ];
      }),
      event({}, reasonOf(said)),
      ...(usage === undefined
        ? []
        : [sse({ ...head(said), object: 'chat.completion.chunk', choices: [], usage })]),
      sse('[DONE]'),
    ];
  },
  streamType: 'text/event-stream; charset=utf-8',
  error: (status, message) => ({
    error: {
      message,
      type: status === 429 ? 'rate_limit_exceeded' : 'invalid_request_error',
      param: null,
      code: null,
    },
  }),
  requestId: 'x-request-id',
  nothing: {
    ...head({}),
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: 'stop' }],
    ...usageOf({}),
  },
  tellsCached: true,
  tellsRefusal: true,
  leavesOutZero: false,
  echoed: null,
  fetchesImages: true,
};

function head({ model }: Said) {
  return { id: 'chatcmpl-fake', created: 1_767_225_600, model: model ?? 'gpt-5-mini-2025-08-07' };
}

function reasonOf({ calls, finish }: Said): string {
  return finish ?? (calls ? 'tool_calls' : 'stop');
}

function callOf({ id, name, arguments: given }: NonNullable<Said['calls']>[number]) {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(given) } };
}

function usageOf({ usage = defaultUsage }: Said): { readonly usage?: JsonObject } {
  if (usage === null) return {};
  return {
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      ...(usage.cached !== undefined && {
        prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
      }),
    },
  };
}
