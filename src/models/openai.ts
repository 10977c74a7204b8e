import { isObject } from '../json/json.ts';
import type { Provider } from './provider.ts';
import { urlBelow } from './endpoint.ts';
import type { CreateChat } from './langchain-client.ts';
import { namesIn } from './listed-names.ts';
import { joinOpenAIStream, readOpenAIAnswer } from './openai-answer.ts';
import { openaiBody } from './openai-body.ts';
import { openaiParameters } from './openai-parameters.ts';
import { readTokens } from './tokens.ts';
import type { Wire } from './wire.ts';

const home = { default_base_url: 'https://api.openai.com/v1', api_key_env: 'OPENAI_API_KEY' };

const wire: Wire = {
  url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1', '/chat/completions'),
  headers: (key) => ({ ...(key !== undefined && { authorization: `Bearer ${key}` }) }),
  body: openaiBody,
  conversation: ['messages'],
  read: readOpenAIAnswer,
  tokens: (body) => readTokens(body['usage']),
  // A 429 that no pause helps: the account has no credit left.
  errorCode: (status, { error }) =>
    status === 429 && isObject(error) && error['code'] === 'insufficient_quota' ? 'rate_limited' : undefined,
  stream: { events: 'sse', join: joinOpenAIStream, end: 'done' },
};

/** OpenAI, and the many servers that speak its chat completions: vLLM, llama.cpp, Ollama's `/v1`, gateways. */
export const openai: Provider = {
  provider: 'openai',
  description: "OpenAI's chat completions, or any server that speaks them, by `base_url`.",
  parameters: openaiParameters,
  length_parameters: ['max_tokens', 'max_completion_tokens'],
  package: '@langchain/openai',
  ...home,
  key_page: 'https://platform.openai.com/api-keys',
  url: (settings, stream = false) => wire.url(settings, stream),
  body: openaiBody,
  listing: {
    ...wire,
    url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1', '/models'),
    names: (body) => namesIn(body['data'], 'id'),
  },
  async open(settings, services) {
    const { openLangChainClient } = await import('./langchain-client.ts');
    const { PipeChatOpenAI } = await import('./openai-chat.ts');
    const createChat: CreateChat = (call) => new PipeChatOpenAI(call);
    return openLangChainClient(settings, services, { wire, api_key_env: home.api_key_env, createChat });
  },
};
