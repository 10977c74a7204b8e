import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Options, ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonSchema } from '../../json/json.ts';
import type { Draft } from './keywords.ts';

/** The values of `format` that are checked. */
export const formats: ReadonlySet<string> = new Set(Object.keys(fullFormats));

const options: Options = {
  allErrors: true,
  verbose: true,
  // What Ajv's strictness and its check by the meta-schema find, check.ts tells with a place; the latter alone
  // would cost as much time as everything else that `pipe check` does.
  strict: false,
  validateSchema: false,
  meta: false,
  // Data from outside is never asked for what it inherits, such as `constructor`.
  ownProperties: true,
  // Without it, 19.99 is no multiple of 0.01.
  multipleOfPrecision: 6,
  formats: fullFormats,
  logger: false,
};

/** Compiles a schema that check.ts found nothing wrong with. Throws where Ajv cannot. */
export async function compileValidator(schema: JsonSchema, draft: Draft): Promise<ValidateFunction> {
  if (draft === '2020-12') return new Ajv2020(options).compile(schema);
  const { Ajv } = await import('ajv');
  return new Ajv(options).compile(schema);
}

/** Compiles a schema of our own, for one value: to optimize the code would take longer than to run it. */
export function compileOnce(schema: JsonSchema): ValidateFunction {
  return new Ajv2020({ ...options, code: { optimize: false } }).compile(schema);
}

/** To compile the format takes ten times as long as all else that a check of a file does. */
const compiled = new Map<string, ValidateFunction>();

/** Compiles a part of the format when the first file is checked that has it. Under one name there is one schema only. */
export function compileOfFormat(name: string, schema: () => JsonSchema): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const validate = compileOnce(schema());
  compiled.set(name, validate);
  return validate;
}
