import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import type { ModelSettings } from './contract.ts';
import type { Provider } from './provider.ts';
import { parseAddress } from './endpoint.ts';
import type { Address } from './endpoint.ts';
import { shortestSecret } from '../diagnostic/redact.ts';
import { providers } from './registry.ts';

type KeySettings = Pick<ModelSettings, 'provider' | 'base_url' | 'api_key_env'>;

/** The environment variable that holds a key, and how to get one into it. */
export interface KeySource {
  readonly name: string;
  readonly remedy: string;
}

/**
 * Where the key for these settings is found, whatever the environment holds; undefined where none is needed.
 *
 * A provider's own key goes to the provider's own origin and nowhere else, so that a pipeline file from a stranger
 * cannot have it sent to his server. Another `base_url` is sent the key that `api_key_env` names; a loopback address,
 * and the server of a provider that has no keys, may go without one.
 */
export function keySource(settings: KeySettings): Result<KeySource | undefined, Diagnostic> {
  const provider = providers.get(settings.provider);
  if (provider === undefined) throw new Error(`no provider ${settings.provider}: the plan was not checked`);
  const address = parseAddress(settings.base_url ?? provider.default_base_url);
  if (address === undefined)
    return refuse(
      'invalid-base-url',
      '`model.base_url` is no address that requests can be sent to',
      'write a URL such as `http://localhost:8000/v1`, without a query or a password',
    );

  const isHome = isHomeOf(provider, address);
  const own = provider.api_key_env;
  const name = settings.api_key_env ?? (isHome ? own : null);
  if (name === null) {
    if (own === null || isHome || address.loopback) return success(undefined);
    return refuse(
      'missing-api-key-name',
      misplaced(own, provider, address),
      'name the variable with the key of that server in `model.api_key_env`',
    );
  }
  // Whoever the file says it talks to, the key of a provider stays with that provider.
  const owner = [...providers.values()].find(({ api_key_env }) => api_key_env === name);
  if (owner !== undefined && !isHomeOf(owner, address))
    return refuse(
      'misplaced-api-key',
      misplaced(name, owner, address),
      'put the key of that server in another variable and name that in `model.api_key_env`',
    );
  return success({
    name,
    remedy:
      isHome && own !== null
        ? `get a key at ${provider.key_page} and set it by \`export ${name}=…\`, or try without one by \`--simulate\``
        : `set it to the key of ${address.host}: \`export ${name}=…\``,
  });
}

function isHomeOf({ default_base_url }: Provider, { origin }: Address): boolean {
  return parseAddress(default_base_url)?.origin === origin;
}

function misplaced(name: string, { default_base_url }: Provider, { origin }: Address): string {
  return `\`${name}\` is for ${default_base_url} only and is not sent to ${origin}`;
}

/** The key that calls with these settings are sent, found before the first of them; undefined where none is needed. */
export function keyFor(
  settings: KeySettings,
  env: { readonly [name: string]: string | undefined },
): Result<string | undefined, Diagnostic> {
  const source = keySource(settings);
  if (!source.ok) return source;
  if (source.value === undefined) return success(undefined);
  return readKey(env[source.value.name], source.value);
}

function readKey(key: string | undefined, { name, remedy }: KeySource): Result<string, Diagnostic> {
  if (key === undefined) return refuse('missing-api-key', `\`${name}\` is not set`, remedy);
  if (key === '') return refuse('missing-api-key', `\`${name}\` is empty`, remedy);
  // Sent as it is, such a key would be refused, or would break the header; what it holds instead is not ours to guess.
  if (!/^[\x21-\x7e]+$/.test(key))
    return refuse(
      'invalid-api-key',
      `\`${name}\` holds a space, a line break or another character that no key has`,
      'copy the key again, without quotes and without a line break at its end',
    );
  // What is shorter could not be kept out of files and messages without spoiling ordinary words in them.
  if (key.length < shortestSecret)
    return refuse(
      'invalid-api-key',
      `\`${name}\` is shorter than ${shortestSecret} characters, and no key is so short`,
      'copy the whole key again',
    );
  return success(key);
}

function refuse(code: string, message: string, hint: string): Result<never, Diagnostic> {
  return failure({ severity: 'error', code, message, hint });
}
