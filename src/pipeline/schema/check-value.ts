import type { ValidateFunction } from 'ajv';
import type { JsonSchema, JsonValue } from '../../json/json.ts';
import { longestWaitText, withinTime } from '../../within-time.ts';
import { mayTakeForEver } from './endless.ts';
import type { Draft } from './keywords.ts';
import { compileValidator } from './validator.ts';
import { mistakesIn } from './value-mistakes.ts';

/** What is wrong with a value, a sentence a mistake; empty when it is valid. */
export type Check = (value: JsonValue) => readonly string[];

export interface CheckUse {
  /** What a value is called in mistakes. Default: the value. */
  readonly root?: string;
  /** Whether every check is bounded in time, and not those alone that could last for ever: each takes 0.05 ms more. */
  readonly isBounded?: boolean;
}

/**
 * Compiles a schema that check.ts found nothing wrong with, to check values of anybody's: none of them can keep us busy for
 * ever. Throws where Ajv cannot compile it.
 */
export async function compileCheck(
  schema: JsonSchema,
  draft: Draft,
  { root = 'the value', isBounded = false }: CheckUse = {},
): Promise<Check> {
  const validate = await compileValidator(schema, draft);
  // A `$ref` that leads back to itself at once is found by any value.
  validate({});
  const all = checkBy(validate, root);
  if (!isBounded && !mayTakeForEver(schema)) return all;
  // To find all mistakes, Ajv looks into every alternative to its end: of ten that are nested in each other, billions of
  // times. Up to the first mistake, the constant that tells alternatives apart usually is enough.
  const first = withinTime(checkBy(await compileValidator(schema, draft, { allErrors: false }), root));
  const allInTime = withinTime(all);
  return (value) => {
    const found = first(value);
    if (found === undefined) return [`${root} ${unfinished}`];
    return found.length === 0 ? found : (allInTime(value) ?? found);
  };
}

const unfinished = `could not be checked within ${longestWaitText}: a \`pattern\` of the schema backtracks without end on it, or there are too many ways to try`;

function checkBy(validate: ValidateFunction, root: string): Check {
  return (value) => (validate(value) ? [] : mistakesIn(value, validate.errors ?? [], root));
}
