import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import type { JsonObject } from '../json/json.ts';
import type { Provider } from '../models/provider.ts';
import { ourWord } from './format/other-words.ts';
import type { Report } from './report.ts';
import { compileOnce } from './schema/validator.ts';
import { violationsOf } from './schema/violations.ts';
import { pathText, valueText } from './words.ts';

/** A step that asks another provider than the `model` at the top names. */
export interface OtherModel {
  /** Of the step. */
  readonly id: string;
  /** The step's own `model`. */
  readonly own: JsonObject;
  readonly provider: Provider;
}

/**
 * What such a step takes over from the top: times and the parameters that its provider has too. Another provider has
 * other models, another address and another key.
 */
export function takenOver(top: JsonObject, step: OtherModel, source: Source, report: Report): JsonObject {
  const { own, provider } = step;
  const { timeout, idle_timeout, ...others } = top;
  const { provider: _provider, name: _name, base_url: _address, api_key_env: _key, ...rest } = others;
  const { max_retries: _retries, ...parameters } = rest;
  const names = Object.keys(provider.parameters);
  const given = Object.entries(parameters).filter(
    ([key]) => !key.startsWith('x-') && !Object.hasOwn(own, key),
  );
  for (const [key] of given) {
    const word = ourWord(key, names);
    const isSaid = word !== undefined && Object.hasOwn(own, word);
    if (!names.includes(key) && !isSaid) report.add(leftOut(key, word, step, source));
  }
  const known = given.filter(([key]) => names.includes(key));
  const shared = Object.fromEntries(known);
  checkValues(shared, step, source, report);
  return {
    ...(timeout !== undefined && { timeout }),
    ...(idle_timeout !== undefined && { idle_timeout }),
    ...shared,
  };
}

/** `word`: what the other provider calls it. */
function leftOut(
  key: string,
  word: string | undefined,
  { id, provider: { provider } }: OtherModel,
  source: Source,
): Diagnostic {
  return {
    severity: 'warning',
    code: 'parameter-left-out',
    message: `\`model.${key}\` is not for \`steps.${id}\`: it is no parameter of ${provider}`,
    hint:
      word === undefined
        ? 'set it in the `model` of the steps that it is for'
        : `set \`${word}\` in \`steps.${id}.model\` instead`,
    place: { source, pointer: ['steps', id, 'model'], part: 'key' },
  };
}

/** What one provider allows, another may not: Mistral's temperature goes up to 1.5. */
function checkValues(
  parameters: JsonObject,
  { id, provider: { provider, parameters: properties } }: OtherModel,
  source: Source,
  report: Report,
): void {
  const validate = compileOnce({ type: 'object', properties });
  if (validate(parameters)) return;
  for (const { pointer, expectation, value } of violationsOf(validate.errors ?? [], parameters, {
    object: 'a map',
  })) {
    const place = ['model', ...pointer];
    report.add({
      severity: 'error',
      code: 'invalid-value',
      message: `\`${pathText(place)}\` ${expectation} for ${provider}, which \`steps.${id}\` asks, found ${valueText(value)}`,
      hint: `set it in \`steps.${id}.model\` too, as ${provider} has it`,
      place: { source, pointer: place },
    });
  }
}
