import type { JsonObject } from '../../json/json.ts';
import type { Provider } from '../../models/provider.ts';
import { providers } from '../../models/registry.ts';
import { duration, section } from './section.ts';

export const defaultProvider = 'mistralai';
export const defaultTimeout = '60s';
export const defaultIdleTimeout = '30s';

/** Names of models and of keys differ from one provider to the next, so that examples of one do not fit another. */
function isDefault(provider?: Provider): boolean {
  return provider?.provider === defaultProvider;
}

export function providerKey(): JsonObject {
  return {
    enum: [...providers.keys()],
    default: defaultProvider,
    description: 'Who serves the model. Its parameters are those of that provider.',
  };
}

/** The keys of `model` that every provider has; the others are the provider's own parameters. */
function commonKeys(provider?: Provider): JsonObject {
  return {
    provider: providerKey(),
    name: {
      type: 'string',
      minLength: 1,
      description:
        'The model, as the provider calls it. Needed here or in each step. `--model` overrides it for a run, in steps of the provider at the top.',
      ...(isDefault(provider) && { examples: ['mistral-small-latest'] }),
    },
  };
}

function connectionKeys(api_key_env: string | null = null): JsonObject {
  return {
    base_url: {
      type: 'string',
      pattern: '^https?://',
      patternErrorMessage: 'write a whole URL, such as http://localhost:8000/v1',
      description:
        "Another server that speaks the provider's API. It is sent the key that `api_key_env` names, never the provider's own.",
      examples: ['http://localhost:8000/v1'],
    },
    api_key_env: {
      type: 'string',
      // A key pasted here by mistake is refused now, rather than told later as a variable that is not set.
      pattern: '^[A-Z_][A-Z0-9_]*$',
      patternErrorMessage:
        'name an environment variable in capitals, such as MISTRAL_API_KEY; the key itself stays out of the file',
      description: "The environment variable that holds the key. Default: the provider's own.",
      examples: [api_key_env ?? 'GATEWAY_API_KEY'],
    },
    timeout: duration('How long one attempt may take until its answer is there as a whole.', defaultTimeout),
    idle_timeout: duration(
      'How long a stream may be silent, before its first token too. For steps with `stream: true` and for `--stream`.',
      defaultIdleTimeout,
    ),
  };
}

const retryKeys = {
  max_retries: {
    type: 'integer',
    minimum: 0,
    maximum: 99,
    description:
      'How often to try a failed call again. Another way to write `retry.attempts`, which counts the first attempt too: give one of them.',
    examples: [2],
  },
} satisfies JsonObject;

export const modelDescription =
  'The model of every step, with its parameters. A parameter that is not set is not sent.';

export const stepModelDescription =
  "The step's own model keys. They go before those of the `model` at the top. With another provider than there, the step needs a `name`, and takes over only what that provider has too.";

/** `model` at the top of the file, where it holds for every step. */
export function modelSection(provider: Provider): JsonObject {
  return section(
    modelDescription,
    {
      ...commonKeys(provider),
      ...provider.parameters,
      ...connectionKeys(provider.api_key_env),
      ...retryKeys,
    },
    isDefault(provider)
      ? { examples: [{ name: 'mistral-small-latest', temperature: 0, max_tokens: 800 }] }
      : {},
  );
}

/** `model` in a step: its keys go before those at the top. Retries are one policy for the whole file. */
export function stepModelSection(provider: Provider): JsonObject {
  return section(
    stepModelDescription,
    {
      ...commonKeys(provider),
      ...provider.parameters,
      ...connectionKeys(provider.api_key_env),
    },
    isDefault(provider) ? { examples: [{ name: 'mistral-large-latest' }] } : {},
  );
}

/** `model` of a provider that there is not: its parameters are not known. */
export function unknownModelSection(): JsonObject {
  const keys = { ...commonKeys(), ...connectionKeys(), ...retryKeys };
  return section(modelDescription, keys, { additionalProperties: true });
}
