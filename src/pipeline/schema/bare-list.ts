import type { JsonObject } from '../../json/json.ts';
import { inlineYaml } from '../words.ts';
import type { Keyword } from './keywords.ts';

export interface BareList {
  readonly hint: string;
  /** The names that YAML takes for keys of the schema. */
  readonly others: readonly string[];
}

/** What was meant by `enum: order`, or in a map in braces by `enum: order, billing`: a list without its brackets. */
export function bareList(
  name: string,
  schema: JsonObject,
  known: ReadonlyMap<string, Keyword>,
): BareList | undefined {
  const value = schema[name];
  const keyword = known.get(name);
  if (value === undefined || typeof value === 'object' || value === '') return undefined;
  const names = Object.keys(schema);
  const after = names.slice(names.indexOf(name) + 1);
  const end = after.findIndex((other) => schema[other] !== null || known.has(other));
  const others = end === -1 ? after : after.slice(0, end);
  // A sentence with a comma is one value.
  const parts = typeof value === 'string' && /^[\w-]+(?:\s*,\s*[\w-]+)+$/u.test(value);
  const items = [...(parts ? value.split(/\s*,\s*/u) : [value]), ...others];
  const isList = keyword?.schemas === undefined && keyword?.fits(items) === true;
  return isList ? { hint: `write \`${name}: ${inlineYaml(items)}\``, others } : undefined;
}
