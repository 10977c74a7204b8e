import { isObject, type JsonValue } from '../json/json.ts';
import type { Provider } from '../models/contract.ts';
import { providers } from '../models/registry.ts';
import { defaultProvider } from './format/model-section.ts';

/** The provider that a `model` names; where it names none that there is, the one given or else the default. */
export function providerOf(model: JsonValue | undefined, otherwise?: Provider): Provider {
  const name = isObject(model) ? model['provider'] : undefined;
  const named = typeof name === 'string' ? providers.get(name) : undefined;
  const provider = named ?? otherwise ?? providers.get(defaultProvider);
  if (provider === undefined) throw new Error(`No provider ${defaultProvider}`);
  return provider;
}

/** Whether a `model` names a provider that there is not. */
export function namesUnknownProvider(model: JsonValue | undefined): boolean {
  const name = isObject(model) ? model['provider'] : undefined;
  return name !== undefined && !(typeof name === 'string' && providers.has(name));
}
