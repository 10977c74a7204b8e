import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import { resolveLocal } from '../../src/schema/reference.ts';

const root: JsonObject = {
  $defs: { 'a/b~c d': { type: 'null' }, '100%': true, none: false },
  prefixItems: [true, { type: 'string' }],
};

it.each([
  ['#', root],
  ['#/$defs/a~1b~0c%20d', { type: 'null' }],
  ['#/$defs/a~1b~0c d', { type: 'null' }],
  ['#/$defs/100%', true],
  ['#/$defs/100%25', true],
  ['#/%24defs/none', false],
  ['#/prefixItems/1', { type: 'string' }],
  ['#/prefixItems/2', undefined],
  ['#/$defs/toString', undefined],
  ['#/$defs/none/at/all', undefined],
  ['#name', undefined],
  ['other.json#/x', undefined],
  ['', undefined],
])('leads from %j to %j', (reference, expected) => {
  expect(resolveLocal(reference, root)).toEqual(expected);
});

it('leads nowhere in a schema that is true or false', () => {
  expect(resolveLocal('#/$defs/a', true)).toBeUndefined();
  expect(resolveLocal('#', false)).toBe(false);
});
