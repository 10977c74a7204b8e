import { anthropic } from './anthropic.ts';
import type { Provider } from './provider.ts';
import { googleGenai } from './google-genai.ts';
import { mistralai } from './mistralai.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';

/** Every provider by the name that `model.provider` gives it. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [mistralai, openai, anthropic, ollama, googleGenai].map((provider) => [provider.provider, provider]),
);
