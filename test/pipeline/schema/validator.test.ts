import { expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import { checkOfFormat, compileOnce } from '../../../src/pipeline/schema/validator.ts';

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, count: { type: 'integer' }, rest: { type: 'boolean' } },
  patternProperties: { '^x-': true },
  additionalProperties: false,
  required: ['name'],
} satisfies JsonObject;

let parts = 0;

/** What is found wrong with each value in turn, where the first is the first that the part is checked with. */
function checked(...values: readonly JsonValue[]): readonly unknown[] {
  const errorsOf = checkOfFormat(`part ${(parts += 1)}`, () => schema);
  return values.map((value) => errorsOf(value));
}

function wholly(value: JsonValue): unknown {
  const validate = compileOnce(schema);
  return validate(value) ? [] : validate.errors;
}

const sound = { name: 'a', 'x-note': 1 };

it.each<readonly [string, JsonValue]>([
  ['is sound', sound],
  ['has every key', { name: 'a', count: 1, rest: true }],
  ['has a wrong value', { name: 'a', count: 'b' }],
  ['has an unknown key', { name: 'a', other: 1 }],
  ['lacks a key', { count: 1 }],
  ['is no object', ['name']],
  ['is null', null],
])('finds in a value that %s what the whole schema finds, first of all or after others', (_, value) => {
  expect(checked(value)).toEqual([wholly(value)]);
  expect(checked(sound, value)).toEqual([[], wholly(value)]);
  expect(checked({ name: 'a', count: 1 }, value, sound)).toEqual([[], wholly(value), []]);
  expect(checked({ name: 1 }, value)).toEqual([wholly({ name: 1 }), wholly(value)]);
});

it('asks for the schema of a part once or twice, however many values there are', () => {
  let asked = 0;
  const errorsOf = checkOfFormat('part that counts', () => {
    asked += 1;
    return schema;
  });
  for (let nth = 0; nth < 3; nth++) errorsOf(sound);
  expect(asked).toBe(1);
  for (let nth = 0; nth < 3; nth++) errorsOf({ name: 'a', count: nth });
  expect(asked).toBe(2);
});
