import type { Location } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { valueAt } from '../json/pointer.ts';
import { keySource } from '../models/api-key.ts';
import type { ModelSettings } from '../models/contract.ts';
import { providers } from '../models/registry.ts';
import { durationAt } from './durations.ts';
import { defaultIdleTimeout, defaultTimeout } from './format/model-section.ts';
import { takenOver } from './other-provider.ts';
import { providerOf } from './provider-of.ts';
import type { Report } from './report.ts';
import { pathText } from './words.ts';

/**
 * The settings of each step's model: the file's `model` with the step's own, which `models` gives, over it. A step for
 * which no model is named is not among them.
 */
export function modelSettings(
  file: JsonObject,
  models: ReadonlyMap<string, JsonObject>,
  source: Source,
  report: Report,
): ReadonlyMap<string, ModelSettings> {
  const top = isObject(file['model']) ? file['model'] : {};
  refuseTemplates(top, ['model'], source, report);
  const settings = new Map<string, ModelSettings>();
  for (const [id, own] of models) {
    refuseTemplates(own, ['steps', id, 'model'], source, report);
    const provider = providerOf(own, providerOf(top));
    const isSame = provider === providerOf(top);
    const merged = { ...(isSame ? top : takenOver(top, { id, own, provider }, source, report)), ...own };
    const at = (key: string): Location => ({
      source,
      pointer: Object.hasOwn(own, key) ? ['steps', id, 'model', key] : ['model', key],
    });
    const { name } = merged;
    if (typeof name === 'string') settings.set(id, stepSettings(provider.provider, name, merged, at, report));
  }
  return settings;
}

/** Where a key of a step's model stands: in the step, or at the top. */
export function settingPointer(key: string, id: string, file: JsonObject): Pointer {
  const own = valueAt(file, ['steps', id, 'model']);
  return isObject(own) && Object.hasOwn(own, key) ? ['steps', id, 'model', key] : ['model', key];
}

/** Names of the environment variables that hold a provider's key: the providers' own, and those that the file names. */
export function providerKeys(file: JsonObject, models: ReadonlyMap<string, JsonObject>): ReadonlySet<string> {
  const sections = [file['model'], ...models.values()];
  const named = sections.map((model) => (isObject(model) ? model['api_key_env'] : undefined));
  const own = [...providers.values()].map(({ api_key_env }) => api_key_env);
  return new Set([...own, ...named].filter((name) => typeof name === 'string'));
}

function stepSettings(
  provider: string,
  name: string,
  model: JsonObject,
  at: (key: string) => Location,
  report: Report,
): ModelSettings {
  const { provider: _provider, name: _name, base_url, api_key_env, ...rest } = model;
  const { max_retries: _retries, timeout, idle_timeout, ...others } = rest;
  const settings: ModelSettings = {
    provider,
    name,
    parameters: Object.fromEntries(Object.entries(others).filter(([key]) => !key.startsWith('x-'))),
    ...(typeof base_url === 'string' && { base_url: base_url.replace(/\/+$/u, '') }),
    ...(typeof api_key_env === 'string' && { api_key_env }),
    timeout: durationAt(timeout ?? defaultTimeout, at('timeout'), report),
    idle_timeout: durationAt(idle_timeout ?? defaultIdleTimeout, at('idle_timeout'), report),
  };
  // What the file itself gets wrong about where a key goes, whatever the environment holds.
  const key = keySource(settings);
  if (!key.ok) {
    const named = key.error.code === 'misplaced-api-key';
    report.add({ ...key.error, place: at(named ? 'api_key_env' : 'base_url') });
  }
  return settings;
}

/** A model is the same for every record, so a template in it would be sent as it stands. */
function refuseTemplates(value: JsonValue, pointer: Pointer, source: Source, report: Report): void {
  if (typeof value === 'string' && value.includes('{{')) {
    report.add({
      severity: 'error',
      code: 'misplaced-template',
      message: `\`${pathText(pointer)}\` is not a template: it is the same for every record`,
      hint: 'write the value itself; `--set` changes it for a run',
      place: { source, pointer },
    });
  } else if (Array.isArray(value)) {
    value.forEach((item: JsonValue, index) => refuseTemplates(item, [...pointer, index], source, report));
  } else if (isObject(value)) {
    for (const [key, held] of Object.entries(value)) {
      if (!key.startsWith('x-')) refuseTemplates(held, [...pointer, key], source, report);
    }
  }
}
