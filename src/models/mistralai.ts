import type { Provider } from './contract.ts';
import { mistralBody } from './mistralai-body.ts';
import { mistralParameters } from './mistralai-parameters.ts';

const home = { base_url: 'https://api.mistral.ai', api_key_env: 'MISTRAL_API_KEY' };

/** Mistral AI, and servers that speak its chat completions: vLLM, a gateway, `pipe simulator`. */
export const mistralai: Provider = {
  provider: 'mistralai',
  description: "Mistral AI's chat completions, or any server that speaks them, by `base_url`.",
  parameters: mistralParameters,
  default_base_url: home.base_url,
  api_key_env: home.api_key_env,
  key_page: 'https://console.mistral.ai/api-keys',
  body: mistralBody,
  async open(settings, services) {
    const { openMistralClient } = await import('./mistralai-client.ts');
    return openMistralClient(settings, services, home);
  },
};
