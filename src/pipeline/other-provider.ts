import type { Source } from '../diagnostic/source.ts';
import type { JsonObject } from '../json/json.ts';
import type { Provider } from '../models/contract.ts';
import type { Report } from './report.ts';
import { compileOnce } from './schema/validator.ts';
import { violationsOf } from './schema/violations.ts';
import { listText, pathText, valueText } from './words.ts';

/**
 * What a step takes over from the `model` at the top when it asks another provider: times and the parameters that this
 * provider has too. Another provider has other models, another address and another key.
 */
export function takenOver(
  top: JsonObject,
  provider: Provider,
  id: string,
  source: Source,
  report: Report,
): JsonObject {
  const { timeout, idle_timeout, ...others } = top;
  const { provider: _provider, name: _name, base_url: _address, api_key_env: _key, ...rest } = others;
  const { max_retries: _retries, ...parameters } = rest;
  const given = Object.entries(parameters).filter(([key]) => !key.startsWith('x-'));
  const known = given.filter(([key]) => Object.hasOwn(provider.parameters, key));
  const unknown = given.filter(([key]) => !Object.hasOwn(provider.parameters, key)).map(([key]) => key);
  if (unknown.length > 0) {
    report.add({
      severity: 'warning',
      code: 'parameter-left-out',
      message: `\`steps.${id}\` asks ${provider.provider}, which has no ${listText(unknown)}: that of the \`model\` at the top is not sent`,
      hint: 'set it in the `model` of the steps that it is for',
      place: { source, pointer: ['steps', id, 'model'], part: 'key' },
    });
  }
  const shared = Object.fromEntries(known);
  checkValues(shared, provider, id, source, report);
  return {
    ...(timeout !== undefined && { timeout }),
    ...(idle_timeout !== undefined && { idle_timeout }),
    ...shared,
  };
}

/** What one provider allows, another may not: Mistral's temperature goes up to 1.5. */
function checkValues(
  parameters: JsonObject,
  { provider, parameters: properties }: Provider,
  id: string,
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
