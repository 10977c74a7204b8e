import { isObject } from '../json/json.ts';
import { textOr } from './answer-parts.ts';
import { joinAnthropicStream } from './anthropic-stream.ts';
import { readAnthropicAnswer, readAnthropicTokens } from './anthropic-answer.ts';
import { anthropicBody } from './anthropic-body.ts';
import { anthropicParameters } from './anthropic-parameters.ts';
import type { Provider } from './provider.ts';
import { urlBelow } from './endpoint.ts';
import type { CreateChat } from './langchain-client.ts';
import { namesIn } from './listed-names.ts';
import type { Wire } from './wire.ts';

const home = { default_base_url: 'https://api.anthropic.com', api_key_env: 'ANTHROPIC_API_KEY' };

const wire: Wire = {
  url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1', '/messages'),
  headers: (key) => ({
    'anthropic-version': '2023-06-01',
    ...(key !== undefined && { 'x-api-key': key }),
  }),
  body: anthropicBody,
  conversation: ['system', 'messages'],
  read: readAnthropicAnswer,
  tokens: readAnthropicTokens,
  // The account has no credit left, which Anthropic calls an invalid request.
  errorCode: (status, { error }) =>
    status === 400 && isObject(error) && /\bcredit balance is too low\b/i.test(textOr(error['message'], ''))
      ? 'rate_limited'
      : undefined,
  request_id_header: 'request-id',
  stream: { events: 'sse', join: joinAnthropicStream, end: ({ type }) => type === 'message_stop' },
};

/** Anthropic's Claude, and servers that speak its messages. */
export const anthropic: Provider = {
  provider: 'anthropic',
  description: "Anthropic's messages, or any server that speaks them, by `base_url`.",
  parameters: anthropicParameters,
  package: '@langchain/anthropic',
  ...home,
  key_page: 'https://platform.claude.com/settings/keys',
  url: (settings, stream = false) => wire.url(settings, stream),
  body: anthropicBody,
  listing: {
    ...wire,
    url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/v1', '/models?limit=1000'),
    names: (body) => namesIn(body['data'], 'id'),
  },
  async open(settings, services) {
    const { openLangChainClient } = await import('./langchain-client.ts');
    const { PipeChatAnthropic } = await import('./anthropic-chat.ts');
    const createChat: CreateChat = (call) => new PipeChatAnthropic(call);
    return openLangChainClient(settings, services, { wire, api_key_env: home.api_key_env, createChat });
  },
};
