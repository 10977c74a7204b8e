import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import type { ModelSettings } from './contract.ts';
import { parseEndpoint } from './endpoint.ts';
import { shortestSecret } from './redact.ts';
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
 * cannot have it sent to his server. Another `base_url` is sent the key that `api_key_env` names; a loopback address
 * may go without one.
 */
export function keySource(settings: KeySettings): Result<KeySource | undefined, Diagnostic> {
  const provider = providers.get(settings.provider);
  if (provider === undefined) throw new Error(`no provider ${settings.provider}: the plan was not checked`);
  const home = parseEndpoint(provider.default_base_url);
  const endpoint = parseEndpoint(settings.base_url ?? provider.default_base_url);
  const own = provider.api_key_env;

  if (endpoint === undefined)
    return refuse(
      'invalid-base-url',
      '`model.base_url` is no address that requests can be sent to',
      'write a URL such as `http://localhost:8000/v1`, without a query or a password',
    );

  if (endpoint.origin === home?.origin) {
    const name = settings.api_key_env ?? own;
    return success({
      name,
      remedy: `get a key at ${provider.key_page} and set it by \`export ${name}=…\`, or try without one by \`--simulate\``,
    });
  }

  const misplaced = `\`${own}\` is for ${provider.default_base_url} only and is not sent to ${endpoint.origin}`;
  const name = settings.api_key_env;
  if (name === undefined) {
    if (endpoint.loopback) return success(undefined);
    return refuse(
      'missing-api-key-name',
      misplaced,
      'name the variable with the key of that server in `model.api_key_env`',
    );
  }
  if (name === own)
    return refuse(
      'misplaced-api-key',
      misplaced,
      'put the key of that server in another variable and name that in `model.api_key_env`',
    );
  return success({ name, remedy: `set it to the key of ${endpoint.host}: \`export ${name}=…\`` });
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
