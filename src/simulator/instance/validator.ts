import { Ajv } from 'ajv';
import type { Options, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonSchema, JsonValue } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import { isDraft07 } from '../../schema/alternatives.ts';

const options: Options = {
  // Every place that is at fault, so that all are made anew at once.
  allErrors: true,
  // A provider reads a schema as it is, keywords that it does not know included.
  strict: false,
  validateSchema: false,
  meta: false,
  ownProperties: true,
  // Without it, 19.99 is no multiple of 0.01.
  multipleOfPrecision: 6,
  formats: fullFormats,
  logger: false,
};

/** Levels of nesting. What is deeper, in a schema or in a value that it names, could be deeper than the stack. */
const deepest = 500;

/** The validator of somebody else's schema; the error tells why there is none, without a final full stop. */
export function compileSchema(schema: JsonSchema): Result<ValidateFunction, string> {
  if (isDeeper(schema, deepest)) return failure(`it is nested deeper than ${deepest} levels`);
  try {
    const ajv = isDraft07(schema) ? new Ajv(options) : new Ajv2020(options);
    return success(ajv.compile(schema));
  } catch (error) {
    return failure(`it is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Goes down level by level, without recursion. */
function isDeeper(value: JsonValue, levels: number): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; depth <= levels && level.length > 0; depth += 1) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? (Object.values(item) as readonly JsonValue[]) : [],
    );
  }
  return level.length > 0;
}
