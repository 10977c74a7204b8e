import { durationPattern } from '../../duration.ts';
import type { JsonObject } from '../../json/json.ts';

/** What the sections of a pipeline file are built of. */

/** Keys that start so are the user's own, wherever keys are fixed: notes, YAML anchors. */
export const ownKeys: JsonObject = { '^x-': true };

/** A name that a template can write after a dot. It starts with a letter, since objects move keys like `1` to the front. */
export const name = {
  pattern: '^(?!(this|true|false|null|undefined)$)[A-Za-z][A-Za-z0-9_-]*$',
  patternErrorMessage: 'start with a letter, then use letters, digits, `_` and `-`',
};

export function section(description: string, properties: JsonObject, other: JsonObject = {}): JsonObject {
  return {
    type: 'object',
    description,
    properties,
    patternProperties: ownKeys,
    additionalProperties: false,
    ...other,
  };
}

export function duration(description: string, value: string): JsonObject {
  return {
    type: 'string',
    pattern: durationPattern,
    description,
    default: value,
    examples: [value],
    errorMessage: `write a number with ms, s, m or h, such as ${value}`,
    patternErrorMessage: `write a number with ms, s, m or h, such as ${value}`,
  };
}

/** A place where the file holds a JSON Schema of the user's own, or the path of one. */
export function schemaOrPath(description: string, example: JsonObject): JsonObject {
  return { type: ['object', 'string'], description, examples: [example] };
}
