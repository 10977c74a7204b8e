import type { ModelSettings } from '../models/contract.ts';
import type { SimulatorEndpoint } from './options.ts';

/** The provider whose API the simulator speaks, whoever it stands in for. */
const spoken = 'mistralai';

/** The settings by which the simulator is asked in place of a model. */
export function simulatedSettings(settings: ModelSettings, { base_url }: SimulatorEndpoint): ModelSettings {
  const { api_key_env: _, provider, name, parameters, ...others } = settings;
  const { max_tokens } = parameters;
  return {
    ...others,
    base_url,
    provider: spoken,
    // It knows Mistral's models, and takes any name for a fine-tuned one: those are the users' own.
    name: provider === spoken && settings.base_url === undefined ? name : `ft:${name}`,
    // Another provider's parameters mean nothing to it, but for the length of what it makes up.
    parameters: provider === spoken ? parameters : max_tokens === undefined ? {} : { max_tokens },
  };
}
