import type { Location } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import type { JsonObject, JsonValue, Pointer } from '../json/json.ts';
import { providers } from '../models/registry.ts';
import { compileOnce } from '../pipeline/schema/validator.ts';
import type { ModelDraft } from './draft.ts';
import type { Notes } from './notes.ts';

/** What other tools call a parameter, by what one of our providers calls it. The first that the provider has is taken. */
const otherNames: ReadonlyMap<string, readonly string[]> = new Map([
  ['temperature', ['temperature']],
  ['top_p', ['top_p']],
  ['topp', ['top_p']],
  ['top_k', ['top_k']],
  ['topk', ['top_k']],
  ['min_p', ['min_p']],
  ['max_tokens', ['max_tokens', 'max_output_tokens', 'num_predict']],
  ['maxtokens', ['max_tokens', 'max_output_tokens', 'num_predict']],
  ['max_output_tokens', ['max_output_tokens', 'max_tokens', 'num_predict']],
  ['maxoutputtokens', ['max_output_tokens', 'max_tokens', 'num_predict']],
  ['max_completion_tokens', ['max_completion_tokens', 'max_tokens', 'max_output_tokens', 'num_predict']],
  ['num_predict', ['num_predict', 'max_tokens']],
  ['num_ctx', ['num_ctx']],
  ['stop', ['stop', 'stop_sequences']],
  ['stopsequences', ['stop_sequences', 'stop']],
  ['stop_sequences', ['stop_sequences', 'stop']],
  ['seed', ['seed', 'random_seed']],
  ['random_seed', ['random_seed', 'seed']],
  ['presence_penalty', ['presence_penalty']],
  ['presencepenalty', ['presence_penalty']],
  ['frequency_penalty', ['frequency_penalty']],
  ['frequencypenalty', ['frequency_penalty']],
  ['repeat_penalty', ['repeat_penalty']],
  ['reasoning_effort', ['reasoning_effort', 'effort']],
  ['safe_prompt', ['safe_prompt']],
  ['safeprompt', ['safe_prompt']],
  ['parallel_tool_calls', ['parallel_tool_calls']],
  ['service_tier', ['service_tier']],
  ['verbosity', ['verbosity']],
]);

/** Where a model's parameters stand. */
export interface ParameterPlace {
  readonly source: Source;
  /** Of the map that has them. */
  readonly pointer: Pointer;
}

/** The parameters that the provider has, in its words. Others, and values that it would refuse, are told. */
export function parametersOf(
  provider: string,
  given: JsonObject,
  place: ParameterPlace,
  notes: Notes,
): JsonObject {
  const known = providers.get(provider)?.parameters ?? {};
  const parameters: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(given)) {
    if (isNothing(value)) continue;
    const at: Location = { source: place.source, pointer: [...place.pointer, name] };
    const ours = otherNames.get(name.toLowerCase())?.find((candidate) => Object.hasOwn(known, candidate));
    const schema = ours === undefined ? undefined : known[ours];
    if (ours === undefined || schema === undefined) {
      notes.tell(
        { ...at, part: 'key' },
        `\`${name}\` is no parameter that pipe sends to ${provider}`,
        `leave it; \`pipe schema\` lists the keys of \`model\``,
      );
      continue;
    }
    const plain = plainValue(value, schema);
    if (compileOnce(schema)(plain)) parameters[ours] = plain;
    else
      notes.tell(
        at,
        `\`${name}\` has a value that pipe's \`${ours}\` of ${provider} does not take`,
        `set \`model.${ours}\` in the pipeline`,
      );
  }
  return parameters;
}

/** Editors of other tools leave parameters that are not set as an empty text or null. */
function isNothing(value: JsonValue): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** `"0.2"` where a number is wanted, and one text where only a list of them is. */
function plainValue(value: JsonValue, schema: JsonObject): JsonValue {
  const { type } = schema;
  if (typeof value === 'string' && (type === 'number' || type === 'integer') && value.trim() !== '') {
    const number = Number(value);
    return Number.isFinite(number) ? number : value;
  }
  return typeof value === 'string' && type === 'array' ? [value] : value;
}

/** The keys that all of these have in common; each step's own are what is left of its. */
export function commonModel(models: readonly JsonObject[]): JsonObject {
  const [first = {}, ...others] = models;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((other) => JSON.stringify(other[name]) === JSON.stringify(value)),
    ),
  );
}

export function withoutCommon(model: JsonObject, common: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(model).filter(([name]) => !Object.hasOwn(common, name)));
}

/** A model in other tools' words, such as `googleai/gemini-2.0-flash` or `openai:chat:gpt-4o`. */
export interface NamedModel {
  readonly provider: string;
  readonly name: string;
}

const otherProviders: ReadonlyMap<string, string> = new Map([
  ['mistral', 'mistralai'],
  ['mistralai', 'mistralai'],
  ['openai', 'openai'],
  ['azure', 'openai'],
  ['azureopenai', 'openai'],
  ['azure_openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['claude', 'anthropic'],
  ['ollama', 'ollama'],
  ['google', 'google-genai'],
  ['googleai', 'google-genai'],
  ['google-genai', 'google-genai'],
  ['gemini', 'google-genai'],
  ['vertexai', 'google-genai'],
  ['vertex', 'google-genai'],
]);

/** Our provider for the name that another tool has for it. */
export function providerFor(name: string): string | undefined {
  return otherProviders.get(name.toLowerCase());
}

/** What is taken where a file names no model that pipe could ask. */
export const fallbackModel: NamedModel = { provider: 'mistralai', name: 'mistral-small-latest' };

/** A model as the file has it: Mistral's provider need not be named. */
export function modelKeys({ provider, name }: NamedModel, parameters: JsonObject): JsonObject {
  return { ...(provider !== 'mistralai' && { provider }), name, ...parameters };
}

export function modelDraft(keys: JsonObject, comments: readonly string[] = []): ModelDraft {
  return { keys, comments };
}

/** Lines for the model of a deployment on Azure, which only its user can fill in. */
export const azureComments: readonly string[] = [
  'for a deployment on Azure, name your resource and the variable with its key:',
  'base_url: https://YOUR-RESOURCE.openai.azure.com/openai/v1',
  'api_key_env: AZURE_OPENAI_API_KEY',
];

/** Google's models are asked at one of its two addresses. */
export const vertexMessage = 'Vertex AI is not spoken: the model is asked by the API of Google AI Studio';
export const vertexHint = 'set GOOGLE_API_KEY';

/** What to do about an Azure deployment. */
export const azureHint =
  "set `model.base_url` to your resource's address, https://<resource>.openai.azure.com/openai/v1, and `model.api_key_env` to the variable with its key; without them OpenAI's own server is asked, by `OPENAI_API_KEY`";
