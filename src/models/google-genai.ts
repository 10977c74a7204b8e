import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { textOr } from './answer-parts.ts';
import type { Provider } from './provider.ts';
import { urlBelow } from './endpoint.ts';
import type { CreateChat } from './langchain-client.ts';
import { namesIn } from './listed-names.ts';
import { readGoogleAnswer, readGoogleTokens } from './google-genai-answer.ts';
import { googleBody } from './google-genai-body.ts';
import { googleParameters } from './google-genai-parameters.ts';
import { joinGoogleStream } from './google-genai-stream.ts';
import type { Wire } from './wire.ts';

const home = { default_base_url: 'https://generativelanguage.googleapis.com', api_key_env: 'GOOGLE_API_KEY' };

const wire: Wire = {
  url({ base_url, name }, stream) {
    const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    const path = `/models/${encodeURIComponent(name.replace(/^models\//, ''))}:${method}`;
    return urlBelow(base_url ?? home.default_base_url, '/v1beta', path);
  },
  headers: (key) => ({ ...(key !== undefined && { 'x-goog-api-key': key }) }),
  body: googleBody,
  conversation: ['systemInstruction', 'contents'],
  read: readGoogleAnswer,
  tokens: readGoogleTokens,
  // A key that is none is a 400 here.
  errorCode: (status, body) =>
    status === 400 && detailsOf(body).some(({ reason }) => reason === 'API_KEY_INVALID')
      ? 'rejected_key'
      : undefined,
  pause(body) {
    const delays = detailsOf(body).map(({ retryDelay }) => /^(\d+(?:\.\d+)?)s$/.exec(textOr(retryDelay, '')));
    const seconds = delays.find((delay) => delay !== null)?.[1];
    return seconds === undefined ? null : Math.ceil(Number(seconds) * 1000);
  },
  stream: { events: 'sse', join: joinGoogleStream, end: 'connection' },
};

function detailsOf({ error }: JsonObject): readonly JsonObject[] {
  const details: unknown = isObject(error) ? error['details'] : undefined;
  return Array.isArray(details) ? (details as readonly JsonValue[]).filter(isObject) : [];
}

/** Google's Gemini, by the API of Google AI Studio. */
export const googleGenai: Provider = {
  provider: 'google-genai',
  description: "Google's Gemini, by the API of Google AI Studio, or a server that speaks it, by `base_url`.",
  parameters: googleParameters,
  length_parameters: ['max_output_tokens'],
  package: '@langchain/google-genai',
  ...home,
  key_page: 'https://aistudio.google.com/apikey',
  url: (settings, stream = false) => wire.url(settings, stream),
  body: googleBody,
  listing: {
    ...wire,
    url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1beta', '/models?pageSize=1000'),
    names: (body) =>
      namesIn(body['models'], 'name')?.flatMap((name) => [name, name.replace(/^models\//, '')]),
  },
  async open(settings, services) {
    const { openLangChainClient } = await import('./langchain-client.ts');
    const { PipeChatGoogle } = await import('./google-genai-chat.ts');
    const createChat: CreateChat = (call) => new PipeChatGoogle(call);
    return openLangChainClient(settings, services, { wire, api_key_env: home.api_key_env, createChat });
  },
};
