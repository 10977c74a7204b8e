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
    enumDescriptions: [...providers.values()].map(({ description }) => description),
    default: defaultProvider,
    description:
      'Who serves the model: it says where requests go, which variable holds the key, and which parameters there are. All but `mistralai` and servers that speak its API need a package of LangChain beside pipe, such as `npm install @langchain/openai`.',
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
        'The model, as the provider calls it. Needed here or in each step. A name that ends with `-latest` moves when the provider brings a new one: `pipe lock` pins what answered. `--model` overrides it for a run, in steps of the provider at the top.',
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
        "Another server that speaks the provider's API, as a whole URL: a gateway, or vLLM and llama.cpp on this machine. It is sent the key that `api_key_env` names, never the provider's own.",
      examples: ['http://localhost:8000/v1'],
    },
    api_key_env: {
      type: 'string',
      // A key pasted here by mistake is refused now, rather than told later as a variable that is not set.
      pattern: '^[A-Z_][A-Z0-9_]*$',
      patternErrorMessage:
        'name an environment variable in capitals, such as MISTRAL_API_KEY; the key itself stays out of the file',
      description:
        "The name of the environment variable that holds the key, in capitals; the key itself never stands in the file. Default: the provider's own, for its own server only.",
      examples: [api_key_env ?? 'GATEWAY_API_KEY'],
    },
    timeout: duration(
      'How long one attempt may take until its answer is there as a whole, then it is tried again. From 1ms to 24h; long answers and reasoning models want more.',
      defaultTimeout,
    ),
    idle_timeout: duration(
      'How long a stream may be silent, before its first token too, until the attempt is given up and tried again. For steps with `stream: true`, for `pipe run --stream` and for `pipe try`; others go by `timeout`.',
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
      'How often to try a failed call again, as LangChain counts it: `2` is the same as `retry: {attempts: 3}`, which counts the first attempt too. Give one of them. Default: `4`, by `retry.attempts`.',
    examples: [2],
  },
} satisfies JsonObject;

export const modelDescription =
  "The model of every step, with its parameters. A step's own `model` goes before it, key by key. A parameter that is not set is not sent, so that the provider's own default holds.";

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
