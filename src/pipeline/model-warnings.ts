import type { Source } from '../diagnostic/source.ts';
import { isSlip } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import type { ModelSettings } from '../models/contract.ts';
import { builtInPrices } from '../usage/prices.ts';
import { defaultProvider } from './format/model-section.ts';
import { settingPointer } from './model-settings.ts';
import type { Report } from './report.ts';

/** Warns of models whose settings are allowed, but were hardly meant. */
export function warnOfModels(
  settings: ReadonlyMap<string, ModelSettings>,
  file: JsonObject,
  source: Source,
  report: Report,
): void {
  for (const [id, model] of settings) {
    const placeOf = (key: string) => ({ source, pointer: settingPointer(key, id, file) });
    const meant = likelyName(model, file);
    if (meant !== undefined) {
      report.add({
        severity: 'warning',
        code: 'misspelt-model',
        message: `\`${model.name}\` is none of the Mistral models that pipe knows`,
        hint: `did you mean \`${meant}\`?`,
        place: placeOf('name'),
      });
    }
    const maker = makerOf(model);
    if (maker !== undefined) {
      report.add({
        severity: 'warning',
        code: 'other-provider',
        message: `\`${model.name}\` looks like a model of another provider, and Mistral is asked for it`,
        hint: `write \`provider: ${maker}\` beside it, or name a model of Mistral`,
        place: placeOf('name'),
      });
    }
    const { temperature, top_p } = model.parameters;
    if (temperature !== undefined && top_p !== undefined) {
      report.add({
        severity: 'warning',
        code: 'two-samplings',
        message: '`temperature` and `top_p` both say how freely words are chosen',
        hint: 'set one of them',
        place: { ...placeOf('top_p'), part: 'key' },
      });
    }
  }
}

/** How the models of other providers are called. */
const makers: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|chatgpt-|o\d(?:-|$))/u, 'openai'],
  [/^claude-/u, 'anthropic'],
  [/^gemini-/u, 'google-genai'],
];

/** The other provider whose model it is by its name. */
function makerOf(model: ModelSettings): string | undefined {
  return isAtMistral(model) ? makers.find(([names]) => names.test(model.name))?.[1] : undefined;
}

/** Another server may have models of any name. */
function isAtMistral({ provider, base_url }: ModelSettings): boolean {
  return provider === defaultProvider && base_url === undefined;
}

/** The known model that was meant by a name that is not known. */
export function likelyName(model: ModelSettings, file: JsonObject): string | undefined {
  const { name } = model;
  const known = Object.keys(builtInPrices.models);
  const isOwn = isObject(file['prices']) && Object.hasOwn(file['prices'], name);
  if (!isAtMistral(model) || isOwn || known.includes(name)) return undefined;
  return known.find((candidate) => isMisspelling(name, candidate));
}

/**
 * Word by word: `mistral-smal-latest` is a slip, `pixtral-large-latest` another model, and `mistral-small-2506` another
 * version. A slip may lack the last word besides, as `mistral-smal` does; `mistral-small` alone is an older name.
 */
function isMisspelling(name: string, candidate: string): boolean {
  const [words, others] = [name, candidate].map((text) =>
    text
      .trim()
      .toLowerCase()
      .split(/[\s_-]+/u),
  );
  if (words === undefined || others === undefined) return false;
  const missing = others.slice(words.length).join('-');
  const isBeginning = words.every((word, index) => word === others[index]);
  if (words.length > others.length || (missing !== '' && (missing !== 'latest' || isBeginning))) return false;
  return words.every((word, index) => {
    const other = others[index] ?? '';
    return word === other || (!/\d/u.test(word + other) && isSlip(word, other));
  });
}
