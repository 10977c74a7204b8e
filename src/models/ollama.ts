import type { Provider } from './provider.ts';
import { urlBelow } from './endpoint.ts';
import type { CreateChat } from './langchain-client.ts';
import { namesIn } from './listed-names.ts';
import { joinOllamaStream, readOllamaAnswer, readOllamaTokens } from './ollama-answer.ts';
import { ollamaBody, refusedByOllama } from './ollama-body.ts';
import { ollamaParameters } from './ollama-parameters.ts';
import type { Wire } from './wire.ts';

const home = { default_base_url: 'http://127.0.0.1:11434', api_key_env: null };

const wire: Wire = {
  url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/api', '/chat'),
  // Ollama itself has no keys; what stands before it may.
  headers: (key) => ({ ...(key !== undefined && { authorization: `Bearer ${key}` }) }),
  body: ollamaBody,
  conversation: ['messages'],
  refusedImage: refusedByOllama,
  read: readOllamaAnswer,
  tokens: readOllamaTokens,
  stream: { events: 'lines', join: joinOllamaStream, end: ({ done }) => done === true },
};

/** Ollama's own API, on this machine or another. */
export const ollama: Provider = {
  provider: 'ollama',
  description: "Ollama's own API, on this machine or, by `base_url`, on another. It needs no key.",
  parameters: ollamaParameters,
  length_parameters: ['num_predict'],
  package: '@langchain/ollama',
  ...home,
  key_page: 'https://docs.ollama.com/quickstart',
  url: (settings, stream = false) => wire.url(settings, stream),
  body: ollamaBody,
  listing: {
    ...wire,
    url: ({ base_url }) => urlBelow(base_url ?? home.default_base_url, '/api', '/tags'),
    // `llama3` is asked for as it stands, and means `llama3:latest`.
    names: (body) => namesIn(body['models'], 'name')?.flatMap((name) => [name, name.replace(/:latest$/, '')]),
  },
  async open(settings, services) {
    const { openLangChainClient } = await import('./langchain-client.ts');
    const { PipeChatOllama } = await import('./ollama-chat.ts');
    const createChat: CreateChat = (call) => new PipeChatOllama(call);
    return openLangChainClient(settings, services, { wire, api_key_env: home.api_key_env, createChat });
  },
};
