import type { JsonObject } from '../json/json.ts';
import type { ModelClient, ModelSettings } from '../models/contract.ts';
import { providers } from '../models/registry.ts';
import { builtInPrices, priceOf, type PriceTable } from '../usage/prices.ts';
import type { SimulatorEndpoint } from './options.ts';

/** The provider whose API the simulator speaks, whoever it stands in for. */
const spoken = 'mistralai';

/** The settings by which the simulator is asked in place of a model. */
export function simulatedSettings(
  settings: ModelSettings,
  { base_url }: SimulatorEndpoint,
  prices: PriceTable,
): ModelSettings {
  const { api_key_env: _, provider, name, parameters, ...others } = settings;
  const isMistrals = provider === spoken && settings.base_url === undefined && !isOwn(name, prices);
  return {
    ...others,
    base_url,
    provider: spoken,
    // It knows Mistral's models, and takes any name for a fine-tuned one: those are the users' own.
    name: isMistrals ? name : `ft:${name}`,
    parameters: provider === spoken ? parameters : lengthIn(settings),
  };
}

/** Who gives the price of a model that is not known here says that there is one. */
function isOwn(name: string, { own }: PriceTable): boolean {
  return own?.has(name) === true && priceOf(name, builtInPrices) === undefined;
}

/** The client of a stand-in: where its answer tells the name by which the simulator was asked, it tells the model's own. */
export function underOwnName(client: ModelClient, asked: ModelSettings, own: ModelSettings): ModelClient {
  if (asked.name === own.name) return client;
  return {
    async call(request, options) {
      const outcome = await client.call(request, options);
      if (!outcome.ok || outcome.completion.model !== asked.name) return outcome;
      return { ...outcome, completion: { ...outcome.completion, model: own.name } };
    },
    close: () => client.close(),
  };
}

/** Another provider's parameters mean nothing to the simulator, but for the length of what it makes up. */
function lengthIn({ provider, parameters }: ModelSettings): JsonObject {
  const { length_parameters = ['max_tokens'] } = providers.get(provider) ?? {};
  const lengths = length_parameters
    .map((name) => parameters[name])
    .filter((length) => typeof length === 'number')
    // Below 1, Ollama means that there is no bound.
    .filter((length) => length >= 1);
  return lengths.length === 0 ? {} : { max_tokens: Math.min(...lengths) };
}
