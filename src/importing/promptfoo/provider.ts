import type { Location } from '../../diagnostic/diagnostic.ts';
import { textSource } from '../../diagnostic/located.ts';
import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import type { ModelDraft } from '../draft.ts';
import {
  azureComments,
  azureHint,
  fallbackModel,
  modelDraft,
  modelKeys,
  parametersOf,
  providerFor,
  vertexHint,
  vertexMessage,
  type NamedModel,
} from '../model.ts';
import { createNotes, type Notes } from '../notes.ts';

export interface ChosenModel {
  readonly model: ModelDraft;
  /** What it is to answer in, as OpenAI's API has it. */
  readonly responseFormat?: JsonValue;
  readonly responsePlace: Location;
}

/** Servers that speak OpenAI's API, as promptfoo names them. */
const compatible: ReadonlyMap<string, { readonly base_url: string; readonly api_key_env: string }> = new Map([
  ['openrouter', { base_url: 'https://openrouter.ai/api/v1', api_key_env: 'OPENROUTER_API_KEY' }],
  ['groq', { base_url: 'https://api.groq.com/openai/v1', api_key_env: 'GROQ_API_KEY' }],
  ['deepseek', { base_url: 'https://api.deepseek.com/v1', api_key_env: 'DEEPSEEK_API_KEY' }],
  ['togetherai', { base_url: 'https://api.together.xyz/v1', api_key_env: 'TOGETHER_API_KEY' }],
  ['fireworks', { base_url: 'https://api.fireworks.ai/inference/v1', api_key_env: 'FIREWORKS_API_KEY' }],
]);

/** Between a provider's name and the model's: which of its APIs is meant. */
const apis: ReadonlySet<string> = new Set(['chat', 'completion', 'responses', 'messages', 'text']);

/** APIs of a provider's that answer no prompt with a text. */
const otherApis: ReadonlySet<string> = new Set([
  'assistant',
  'agents',
  'embedding',
  'embeddings',
  'image',
  'moderation',
  'realtime',
  'speech',
  'transcription',
  'video',
]);

interface Named extends NamedModel {
  readonly id: string;
  readonly pointer: Pointer;
  readonly config: JsonObject;
  readonly configPointer: Pointer;
  readonly server?: JsonObject;
  readonly azure: boolean;
}

/** The first provider that pipe can ask; the others are told. */
export function modelOf(source: Source, notes: Notes): ChosenModel {
  const config = isObject(source.value) ? source.value : {};
  const key = config['providers'] === undefined && config['targets'] !== undefined ? 'targets' : 'providers';
  const given = config[key];
  const list: readonly JsonValue[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  let chosen: Named | undefined;
  for (const [at, item] of list.entries()) {
    const pointer: Pointer = Array.isArray(given) ? [key, at] : [key];
    const named = namedIn(item, pointer, source, notes);
    if (named === undefined) continue;
    if (chosen === undefined) chosen = named;
    else tellOther(named, chosen, source, notes);
  }
  if (chosen !== undefined) return draftOf(chosen, source, notes);
  notes.tell(
    { source, pointer: list.length === 0 ? [] : [key] },
    `the file names no model that pipe can ask; ${fallbackModel.name} is written in its place`,
    'set `model.name`, and `model.provider` where it is not Mistral',
  );
  return { model: modelDraft(modelKeys(fallbackModel, {})), responsePlace: { source, pointer: [] } };
}

/** The model of one provider, told where pipe cannot ask it. */
export function modelAt(
  item: JsonValue,
  pointer: Pointer,
  source: Source,
  notes: Notes,
): ChosenModel | undefined {
  const named = namedIn(item, pointer, source, notes);
  return named && draftOf(named, source, notes);
}

function namedIn(item: JsonValue, pointer: Pointer, source: Source, notes: Notes): Named | undefined {
  const [only] = isObject(item) ? Object.entries(item) : [];
  // `- openai:gpt-4o: {config: …}` is a map with the provider for its key.
  const isKeyed = isObject(item) && item['id'] === undefined && only !== undefined && isObject(only[1]);
  const spec = isKeyed ? only[1] : item;
  const at = isKeyed ? [...pointer, only[0]] : pointer;
  const id = isKeyed ? only[0] : isObject(item) ? item['id'] : item;
  if (typeof id !== 'string') {
    notes.tell(
      { source, pointer },
      'the provider has no `id` and is left out',
      'name it as `mistral:<model>`',
    );
    return undefined;
  }
  const [word = '', ...rest] = id.split(':');
  const server = compatible.get(word);
  const provider = server === undefined ? providerFor(word) : 'openai';
  const name = (apis.has(rest[0] ?? '') ? rest.slice(1) : rest).join(':');
  const isOther = rest.length > 1 && otherApis.has(rest[0] ?? '');
  if (provider === undefined || name === '' || isOther) {
    notes.tell(
      { source, pointer: at, ...(isKeyed && { part: 'key' as const }) },
      provider === undefined || isOther
        ? `pipe does not speak to the provider \`${id}\`: it is left out`
        : `\`${id}\` names no model and is left out`,
      'any server that speaks the API of OpenAI or Mistral can be asked: set `model.provider` and `model.base_url`',
    );
    return undefined;
  }
  const config = isObject(spec) && isObject(spec['config']) ? spec['config'] : {};
  if (isObject(spec))
    for (const [key, remedy] of otherKeys)
      if (spec[key] !== undefined)
        notes.tell(
          { source, pointer: [...at, key], part: 'key' },
          `\`${key}\` of a provider is left out`,
          remedy,
        );
  return {
    id,
    provider,
    name,
    pointer: at,
    config,
    configPointer: [...at, 'config'],
    azure: word.startsWith('azure'),
    ...(server && { server }),
  };
}

export const ofCode = 'what code makes of an answer is not imported: assert on the answer itself';

const otherKeys: ReadonlyMap<string, string> = new Map([
  ['transform', ofCode],
  ['env', 'set the variables in the environment that runs pipe'],
  ['prompts', 'each prompt is a pipeline of its own: run those over the models that they are for'],
  ['delay', 'set `limits.requests_per_minute`'],
]);

function tellOther(other: Named, chosen: Named, source: Source, notes: Notes): void {
  notes.tell(
    { source, pointer: other.pointer },
    `\`${other.id}\` is left out: a pipeline asks one model, \`${chosen.name}\``,
    other.provider === chosen.provider
      ? `to compare, run it by \`pipe run … ${flagsOf(other)}\` too, and see \`pipe diff\``
      : `to compare, run it by \`pipe run … --set model.provider=${other.provider} ${flagsOf(other)}\` too, without the other provider's parameters, and see \`pipe diff\``,
  );
}

/** The model, and what its `config` says of it, as flags of a run. */
function flagsOf({ name, provider, config }: Named): string {
  const source = textSource('', '');
  const sent = parametersOf(provider, config, { source, pointer: [] }, createNotes());
  const set = Object.entries(sent)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
    .map(([key, value]) => ` --set model.${key}=${JSON.stringify(value)}`);
  return `--model ${name}${set.join('')}`;
}

/** Keys of a provider's `config` that are no parameters of the model. */
const connectionKeys: ReadonlySet<string> = new Set([
  'apiKey',
  'apiKeyEnvar',
  'apiBaseUrl',
  'apiHost',
  'response_format',
]);

function draftOf(chosen: Named, source: Source, notes: Notes): ChosenModel {
  const { config, configPointer, provider } = chosen;
  const parameters = Object.fromEntries(Object.entries(config).filter(([name]) => !connectionKeys.has(name)));
  const keys: Record<string, JsonValue> = { ...chosen.server };
  const { apiKey, apiBaseUrl, apiHost, apiKeyEnvar } = config;
  if (typeof apiBaseUrl === 'string' && /^https?:\/\//.test(apiBaseUrl)) keys['base_url'] = apiBaseUrl;
  else if (typeof apiHost === 'string' && !chosen.azure) keys['base_url'] = `https://${apiHost}/v1`;
  if (typeof apiKeyEnvar === 'string') keys['api_key_env'] = apiKeyEnvar;
  // A key itself has been told already, and hidden.
  if (typeof apiKey === 'string' && !/^x+$/.test(apiKey))
    notes.tell(
      { source, pointer: [...configPointer, 'apiKey'], part: 'key' },
      'keys are not written into pipelines',
      `set the environment variable ${keyVariable(provider)}, or one that \`model.api_key_env\` names`,
      'secret',
    );
  if (/^vertex/i.test(chosen.id)) notes.tell({ source, pointer: chosen.pointer }, vertexMessage, vertexHint);
  if (chosen.azure)
    notes.tell(
      { source, pointer: chosen.pointer },
      'a deployment on Azure is known by its resource',
      azureHint,
    );
  const place = { source, pointer: configPointer };
  const sent = parametersOf(provider, parameters, place, notes);
  return {
    model: modelDraft({ ...modelKeys(chosen, {}), ...keys, ...sent }, chosen.azure ? azureComments : []),
    responseFormat: config['response_format'] ?? null,
    responsePlace: { source, pointer: [...configPointer, 'response_format'] },
  };
}

function keyVariable(provider: string): string {
  const variables: Readonly<Record<string, string>> = {
    openai: 'OPENAI_API_KEY',
    anthropic: 'ANTHROPIC_API_KEY',
    'google-genai': 'GOOGLE_API_KEY',
  };
  return variables[provider] ?? 'MISTRAL_API_KEY';
}
