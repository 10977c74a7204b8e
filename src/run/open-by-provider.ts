import { providers } from '../models/registry.ts';
import type { OpenModel } from './options.ts';

/** Opens a client of the provider that the settings name. */
export const openByProvider: OpenModel = (settings, services) => {
  const provider = providers.get(settings.provider);
  if (provider === undefined) throw new Error(`no provider ${settings.provider}: the plan was not checked`);
  return provider.open(settings, services);
};
