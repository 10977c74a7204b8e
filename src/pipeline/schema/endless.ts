import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../../json/json.ts';
import { resolveLocal } from '../../schema/reference.ts';

/**
 * Whether a pattern repeats a group, as `^(a+)+$` does: then one text may be tried in more ways than there are atoms. What
 * stands in a class or is escaped is no group.
 */
function repeatsGroup(pattern: string): boolean {
  return /\)(?:[*+]|\{\d+,?\d*\})/u.test(pattern.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/gsu, 'x'));
}

/** The patterns that a schema has at its top. */
function patternsOf({ pattern, patternProperties }: JsonObject): readonly string[] {
  const names = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  return typeof pattern === 'string' ? [pattern, ...names] : names;
}

/**
 * Whether a value of a few lines could keep a validator busy without end: by such a pattern, or by a `$ref` that leads back into
 * itself, since alternatives in alternatives multiply. Each `$ref` of the schema begins with `#`.
 */
export function mayTakeForEver(schema: JsonSchema): boolean {
  /** What a `$ref` leads to: false while it is looked at, true when nothing was found in it. */
  const followed = new Map<string, boolean>();

  function isEndless(value: JsonValue | undefined): boolean {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).some(isEndless);
    if (!isObject(value)) return false;
    if (patternsOf(value).some(repeatsGroup)) return true;
    const { $ref } = value;
    return (typeof $ref === 'string' && leadsToEndless($ref)) || Object.values(value).some(isEndless);
  }

  function leadsToEndless(reference: string): boolean {
    const before = followed.get(reference);
    if (before !== undefined) return !before;
    followed.set(reference, false);
    const found = isEndless(resolveLocal(reference, schema));
    followed.set(reference, true);
    return found;
  }

  // The whole is what `#` leads to.
  return leadsToEndless('#');
}
