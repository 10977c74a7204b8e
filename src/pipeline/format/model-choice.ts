import type { JsonObject } from '../../json/json.ts';
import { providers } from '../../models/registry.ts';
import { defaultProvider, modelDescription, providerKey, stepModelDescription } from './model-section.ts';
import { ownKeys } from './section.ts';

/**
 * What a `model` may hold depends on the `provider` in it, and where a step's model names none, on that of the file.
 * A schema says so in conditions, each without `then`, which would make a promise of an object.
 */

/** `model` at the top: where it names no provider, the default is meant. */
export function topModel(): JsonObject {
  return {
    type: 'object',
    description: modelDescription,
    allOf: [
      ...namedModels(''),
      { if: names([...providers.keys()]), else: definition(`${defaultProvider}-model`) },
    ],
  };
}

/** `model` in a step, where it names a provider; `stepModelsByFile` says the rest. */
export function stepModel(): JsonObject {
  return {
    type: 'object',
    description: stepModelDescription,
    properties: { provider: providerKey() },
    allOf: namedModels('step-'),
  };
}

/** For the file as a whole: the models of steps that name no provider are those of the provider at the top. */
export function stepModelsByFile(): readonly JsonObject[] {
  const others = [...providers.keys()].filter((name) => name !== defaultProvider);
  const asks = (given: readonly string[]) => ({ required: ['model'], properties: { model: names(given) } });
  return [
    { if: asks(others), else: stepsWith(defaultProvider) },
    ...others.map((name) => ({ if: { not: asks([name]) }, else: stepsWith(name) })),
  ];
}

/** Editors are not to suggest `steps` and `model` here, but where these are described. */
function stepsWith(provider: string): JsonObject {
  const model = { if: { required: ['provider'] }, else: definition(`step-${provider}-model`) };
  const step = { properties: { model: { ...model, doNotSuggest: true } } };
  const steps = { patternProperties: ownKeys, additionalProperties: step, doNotSuggest: true };
  return { properties: { steps } };
}

function namedModels(prefix: string): readonly JsonObject[] {
  return [...providers.keys()].map((name) => ({
    if: { not: names([name]) },
    else: definition(`${prefix}${name}-model`),
  }));
}

/** Of a model: that it names one of these providers. */
function names(given: readonly string[]): JsonObject {
  return { required: ['provider'], properties: { provider: { enum: given } } };
}

function definition(name: string): JsonObject {
  return { $ref: `#/$defs/${name}` };
}
