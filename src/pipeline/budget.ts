import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import type { ModelSettings } from '../models/contract.ts';
import { providers } from '../models/registry.ts';
import type { PlanBudget } from '../plan.ts';
import { priceOf, type PriceTable } from '../usage/prices.ts';
import { settingPointer } from './model-settings.ts';
import { likelyName } from './model-warnings.ts';
import { providerOf } from './provider-of.ts';
import type { Report } from './report.ts';
import { inlineYaml, pathText } from './words.ts';

/**
 * The longest answer that a model may write, in tokens: the smallest of the parameters that say so, or where the file
 * sets none, what the provider's requests always say. Null where nothing bounds it: Ollama's -1 says that nothing shall.
 */
export function longestAnswer({ provider, parameters }: ModelSettings): number | null {
  const own = providers.get(provider)?.parameters;
  const bounds = lengthParameters(provider)
    .map((name) => parameters[name] ?? own?.[name]?.['default'])
    .filter((value) => typeof value === 'number')
    .filter((value) => value >= 1);
  return bounds.length === 0 ? null : Math.min(...bounds);
}

function lengthParameters(provider: string): readonly string[] {
  return providers.get(provider)?.length_parameters ?? ['max_tokens'];
}

interface BudgetedFile {
  readonly file: JsonObject;
  readonly budget: PlanBudget;
  readonly prices: PriceTable;
  /** Those of each step, by its id. */
  readonly settings: ReadonlyMap<string, ModelSettings>;
}

/**
 * A budget can hold only where it is known beforehand what a call may use at most: of every step the longest answer,
 * and for a budget in dollars the price.
 */
export function checkBudget(
  { file, budget, prices, settings }: BudgetedFile,
  source: Source,
  report: Report,
): void {
  if (Object.keys(budget).length === 0 || hasFaultyModel(report)) return;
  for (const [id, model] of settings) {
    if (longestAnswer(model) === null) report.add(unboundedAnswer(id, model, file, source));
    if (budget.usd === undefined || priceOf(model.name, prices) !== undefined) continue;
    const meant = likelyName(model, file);
    const slip = meant === undefined ? '' : `did you mean \`${meant}\`? if not, `;
    report.add({
      severity: 'error',
      code: 'unknown-price',
      message: `\`budget.usd\` needs the price of each model, and that of \`${model.name}\` is not known`,
      hint: `${slip}write \`prices: {${inlineYaml(model.name)}: {input: …, output: …}}\` in dollars for a million tokens, or set \`budget.tokens\` instead`,
      place: { source, pointer: settingPointer('name', id, file) },
    });
  }
}

/** A key that is wrong has been told and taken out: nobody is to hear of it again as missing. */
function hasFaultyModel(report: Report): boolean {
  return report.all().some(({ severity, place }) => {
    if (severity !== 'error') return false;
    // One that a flag made has no place.
    if (place === undefined || !('source' in place)) return true;
    const [section, , part] = place.pointer;
    return section === 'model' || section === 'prices' || part === 'model';
  });
}

function unboundedAnswer(id: string, model: ModelSettings, file: JsonObject, source: Source): Diagnostic {
  const names = lengthParameters(model.provider);
  const boundless = names.find((name) => model.parameters[name] !== undefined);
  const mistake = { severity: 'error', code: 'unbounded-answer' } as const;
  if (boundless !== undefined) {
    const pointer = settingPointer(boundless, id, file);
    return {
      ...mistake,
      message: `\`budget\` needs a bound on every answer, and \`${pathText(pointer)}\` sets none`,
      hint: `set the longest answer in tokens, such as \`${boundless}: 800\``,
      place: { source, pointer },
    };
  }
  const isOfTop = isObject(file['model']) && providerOf(file['model']).provider === model.provider;
  const place: Location = { source, pointer: isOfTop ? ['model'] : ['steps', id, 'model'], part: 'key' };
  const words = names.map((name) => `\`${name}\``);
  const missing = names.length === 1 ? `no ${words.join('')}` : `neither ${words.join(' nor ')}`;
  return {
    ...mistake,
    message: `\`budget\` needs a bound on every answer, and \`${pathText(place.pointer)}\` sets ${missing}`,
    hint: `add ${names.map((name) => `\`${name}: 800\``).join(' or ')}`,
    place,
  };
}
