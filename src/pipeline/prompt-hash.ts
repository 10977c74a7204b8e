import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { referencedPaths } from '../template/references.ts';
import type { CompiledStep } from './steps.ts';
import { includedPartials, type TemplateContext } from './templates.ts';

/**
 * What the prompt of a step is made of, the same for every record, as 32 hexadecimal digits: its messages as they are
 * written, the partials that they include, and the values of the variables that they read. A run notes it, so that it can
 * be told later what has changed.
 */
export function promptHash(
  { spec, templates }: CompiledStep,
  vars: JsonObject,
  { partials }: Pick<TemplateContext, 'partials'>,
): string {
  const { system = null, prompt = null, messages = null } = spec;
  const compiled = templates.map(({ template }) => template);
  const included = new Set(compiled.flatMap(({ program }) => includedPartials(program)));
  const read = new Set(
    compiled.flatMap((template) =>
      referencedPaths(template).flatMap(([root, name]) =>
        root === 'vars' && name !== undefined ? [name] : [],
      ),
    ),
  );
  const made = [
    JSON.stringify([system, prompt, messages], (key, value: JsonValue) =>
      // The user's own, which nobody is sent.
      key.startsWith('x-') ? undefined : value,
    ),
    [...included].toSorted().map((name) => [name, partials.get(name)?.text ?? null]),
    [...read].toSorted().map((name) => [name, vars[name] ?? null]),
  ];
  return hash('sha256', JSON.stringify(made), 'hex').slice(0, 32);
}
