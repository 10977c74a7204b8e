import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue, Pointer } from '../../src/json/json.ts';
import { parsePointer, pointerFragment, pointerText, valueAt } from '../../src/json/pointer.ts';

describe('a pointer as text', () => {
  it.each<[Pointer, string, string]>([
    [[], '', '#'],
    [['a', 0, 'b'], '/a/0/b', '#/a/0/b'],
    [[''], '/', '#/'],
    [['a/b', '~', '~1'], '/a~1b/~0/~01', '#/a~1b/~0/~01'],
    [['$defs', 'order id', 'é%'], '/$defs/order id/é%', '#/$defs/order%20id/%C3%A9%25'],
  ])('%j', (pointer, text, fragment) => {
    expect(pointerText(pointer)).toBe(text);
    expect(pointerFragment(pointer)).toBe(fragment);
    expect(parsePointer(text)).toEqual(pointer.map(String));
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (pointer) => {
        expect(parsePointer(pointerText(pointer))).toEqual(pointer);
        expect(parsePointer(decodeURIComponent(pointerFragment(pointer)))).toEqual(pointer);
      }),
    );
  });
});

describe('the value at a pointer', () => {
  const value: JsonValue = { a: [1, { b: null }], '': 'empty' };
  it.each<[Pointer, JsonValue | undefined]>([
    [[], value],
    [['a', 1, 'b'], null],
    [['a', '1', 'b'], null],
    [[''], 'empty'],
    [['a', 2], undefined],
    [['b'], undefined],
    [['a', 0, 'toFixed'], undefined],
    [['', '0'], undefined],
    [['constructor'], undefined],
    [['a', 1, 'b', 'c'], undefined],
  ])('%j', (pointer, expected) => {
    expect(valueAt(value, pointer)).toEqual(expected);
  });
});
