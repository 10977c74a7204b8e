import { mismatch, passed, type AssertionKind, type Verdict } from './assertion.ts';
import type { JsonValue } from '../json/json.ts';

/** The value fits a JSON Schema. */
export const jsonSchema: AssertionKind = {
  kind: 'json_schema',
  schema: {
    type: ['object', 'string'],
    description:
      'The JSON Schema (2020-12; draft-07 by its `$schema`) that the value at `path` fits, or the path of one relative to this file. A text that holds JSON is looked at as that JSON, unless the schema allows the text itself.',
    examples: [{ type: 'object', required: ['topic'] }],
  },
  looks_at: 'value',
  templates: false,
  async compile(_expected, builder) {
    const mistakesIn = await builder.schema();
    if (mistakesIn === undefined) return undefined;
    const wanted = 'a value that fits the schema';
    return ({ value }): Verdict => {
      const mistakes = mistakesIn(value);
      if (mistakes.length === 0) return passed;
      const parsed = typeof value === 'string' ? asJson(value) : undefined;
      if (parsed === undefined) return mismatch(wanted, { reason: mistakes.join('; ') });
      const inside = mistakesIn(parsed);
      return inside.length === 0 ? passed : mismatch(wanted, { reason: inside.join('; ') });
    };
  },
};

function asJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
