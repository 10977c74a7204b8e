import { Ajv } from 'ajv';
import type { Options, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonSchema } from '../../json/json.ts';
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

/** The validator of somebody else's schema; the error tells why there is none, without a final full stop. */
export function compileSchema(schema: JsonSchema): Result<ValidateFunction, string> {
  try {
    const ajv = isDraft07(schema) ? new Ajv(options) : new Ajv2020(options);
    return success(ajv.compile(schema));
  } catch (error) {
    return failure(`it is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}
