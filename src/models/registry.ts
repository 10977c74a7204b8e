import type { Provider } from './contract.ts';
import { mistralai } from './mistralai.ts';

/** Every provider by the name that `model.provider` gives it. */
export const providers: ReadonlyMap<string, Provider> = new Map(
  [mistralai].map((provider) => [provider.provider, provider]),
);
