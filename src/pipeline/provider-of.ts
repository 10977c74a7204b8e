import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonValue } from '../json/json.ts';
import type { Provider } from '../models/provider.ts';
import { providers } from '../models/registry.ts';
import { defaultProvider } from './format/model-section.ts';
import { ourWord } from './format/other-words.ts';

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

/** The provider that a `model` means which names one that there is not; undefined where that cannot be told. */
export function meantProvider(model: JsonValue | undefined): Provider | undefined {
  const name = isObject(model) ? model['provider'] : undefined;
  const names = [...providers.keys()];
  const meant = typeof name === 'string' ? (ourWord(name, names) ?? didYouMean(name, names)) : undefined;
  return meant === undefined ? undefined : providers.get(meant);
}
