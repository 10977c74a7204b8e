import type { JsonObject } from '../../../../src/json/json.ts';
import { googleGenai } from '../../../../src/models/google-genai.ts';
import { defaultUsage, sse, words } from './fake-wire.ts';
import type { FakeWire, Said } from './fake-wire.ts';

export const thoughtSignature = 'CikBcsjafWNmRnJl';

export const googleWire: FakeWire = {
  provider: googleGenai,
  settings: { provider: 'google-genai', name: 'gemini-2.5-flash' },
  parameters: {
    temperature: [0, 2],
    top_p: [0.9],
    top_k: [40],
    max_output_tokens: [800],
    stop_sequences: [['END', '---']],
    seed: [42],
    presence_penalty: [0.5],
    frequency_penalty: [0.5],
    thinking_budget: [0, -1],
    thinking_level: ['low'],
    include_thoughts: [true],
  },
  path: (stream) =>
    `/v1beta/models/gemini-2.5-flash:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  keyHeader: (key) => ['x-goog-api-key', key],
  answer: (said) => ({
    candidates: [
      { content: { parts: partsOf(said), role: 'model' }, finishReason: reasonOf(said), index: 0 },
    ],
    ...restOf(said),
  }),
  events(said) {
    const { text = '', ...others } = said;
    const parts = partsOf(others);
    const at = said.thinking === undefined ? 0 : 1;
    const pieces = [
      ...parts.slice(0, at),
      ...words(text).map((word) => ({ text: word })),
      ...parts.slice(at),
    ];
    const { usage = defaultUsage } = said;
    const events = pieces.map((part, index) => {
      const candidate = { content: { parts: [part], role: 'model' }, index: 0 };
      // What has come out so far: each event tells more of it.
      const output = usage === null ? 0 : Math.floor((usage.output * index) / (pieces.length + 1));
      const soFar = { ...said, usage: usage && { ...usage, output } };
      return Object.assign({ candidates: [candidate] }, restOf(soFar));
    });
    const content = { parts: [{ text: '' }], role: 'model' };
    const last = { candidates: [{ content, finishReason: reasonOf(said), index: 0 }], ...restOf(said) };
    return [...events, last].map((event) => sse(event));
  },
  streamType: 'text/event-stream',
  error: (status, message) => ({ error: { code: status, message, status: 'FAKE' } }),
  requestId: 'x-request-id',
  nothing: { candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }], ...restOf({}) },
  tellsCached: true,
  tellsRefusal: true,
  leavesOutZero: true,
  echoed: thoughtSignature,
  fetchesImages: true,
};

function partsOf({ text, thinking, calls = [] }: Said): readonly JsonObject[] {
  return [
    ...(thinking === undefined ? [] : [{ text: thinking, thought: true }]),
    ...(text === undefined ? [] : [{ text }]),
    ...calls.map((call, index) => ({
      functionCall: { id: call.id, name: call.name, args: call.arguments },
      // Only the first of parallel calls is signed.
      ...(index === 0 && { thoughtSignature }),
    })),
  ];
}

function reasonOf({ finish, refusal }: Said): string {
  if (refusal !== undefined) return 'SAFETY';
  return finish === 'length' ? 'MAX_TOKENS' : 'STOP';
}

function restOf({ model, usage = defaultUsage }: Said): JsonObject {
  return {
    ...(usage && {
      usageMetadata: {
        promptTokenCount: usage.input,
        // A count of 0 is left out.
        ...(usage.output > 0 && { candidatesTokenCount: usage.output }),
        totalTokenCount: usage.input + usage.output,
        ...(usage.cached !== undefined && { cachedContentTokenCount: usage.cached }),
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.input }],
      },
    }),
    modelVersion: model ?? 'gemini-2.5-flash',
    responseId: 'fake-response',
  };
}
