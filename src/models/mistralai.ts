import { joinChatCompletion } from './chat-completion-stream.ts';
import { readChatCompletion } from './chat-completion-answer.ts';
import type { Provider } from './provider.ts';
import { urlBelow } from './endpoint.ts';
import type { CreateChat } from './langchain-client.ts';
import { namesIn } from './listed-names.ts';
import { mistralBody } from './mistralai-body.ts';
import { mistralParameters } from './mistralai-parameters.ts';
import { hasNoQuota } from './provider-error.ts';
import { readTokens } from './tokens.ts';
import type { Wire } from './wire.ts';

const home = { default_base_url: 'https://api.mistral.ai', api_key_env: 'MISTRAL_API_KEY' };

export const mistralWire: Wire = {
  url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1', '/chat/completions'),
  headers: (key) => ({ ...(key !== undefined && { authorization: `Bearer ${key}` }) }),
  body: mistralBody,
  conversation: ['messages'],
  read: readChatCompletion,
  tokens: (body) => readTokens(body['usage']),
  errorCode: (status, _body, headers) =>
    (status === 403 || status === 429) && hasNoQuota(headers) ? 'not_on_plan' : undefined,
  request_id_header: 'mistral-correlation-id',
  stream: { events: 'sse', join: joinChatCompletion, end: 'done' },
};

/** Mistral AI, and servers that speak its chat completions: vLLM, a gateway, `pipe simulator`. */
export const mistralai: Provider = {
  provider: 'mistralai',
  description: "Mistral AI's chat completions, or any server that speaks them, by `base_url`.",
  parameters: mistralParameters,
  ...home,
  key_page: 'https://console.mistral.ai/api-keys',
  url: (settings, stream = false) => mistralWire.url(settings, stream),
  body: mistralBody,
  listing: {
    ...mistralWire,
    url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1', '/models'),
    names: (body) => namesIn(body['data'], 'id', 'aliases'),
  },
  async open(settings, services) {
    const { openLangChainClient } = await import('./langchain-client.ts');
    const { PipeChatMistralAI } = await import('./mistralai-chat.ts');
    const createChat: CreateChat = (call) => new PipeChatMistralAI(call);
    const { api_key_env } = home;
    return openLangChainClient(settings, services, { wire: mistralWire, api_key_env, createChat });
  },
};
