import type { ErrorObject } from 'ajv';
import type { JsonValue } from '../../json/json.ts';
import { violationsOf, type Violation } from './violations.ts';
import { pathText, valueText } from '../words.ts';

/** More mistakes of one value than this help nobody; an array of a million bad items would make a million of them. */
const longestList = 10;

/** A sentence a mistake, such as: `customer.age` must be a number, found "old". `root`: what the whole is called. */
export function mistakesIn(
  value: JsonValue,
  errors: readonly ErrorObject[],
  root = 'the value',
): readonly string[] {
  const violations = violationsOf(errors, value, { object: 'an object' });
  const shown = violations.slice(0, longestList).map((violation) => sentence(violation, root));
  const others = violations.length - shown.length;
  return others > 0 ? [...shown, `and ${others} more mistakes`] : shown;
}

function sentence({ kind, pointer, keys = [], expectation, value }: Violation, root: string): string {
  const subject = pointer.length === 0 ? root : `\`${pathText(pointer)}\``;
  if (kind === 'missing-key') return `\`${pathText([...pointer, ...keys])}\` is missing`;
  if (kind === 'unknown-key' || kind === 'bad-key') return `${subject} is not a field that the schema allows`;
  const isShown =
    kind === 'wrong-type' || (kind === 'not-allowed' && (typeof value !== 'object' || value === null));
  return isShown ? `${subject} ${expectation}, found ${valueText(value)}` : `${subject} ${expectation}`;
}
