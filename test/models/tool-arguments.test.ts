import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { argumentsText, parsedArguments } from '../../src/models/tool-arguments.ts';

const tooDeep = JSON.parse(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`) as JsonValue;

describe('arguments on the wire', () => {
  it.each<[string, JsonValue | undefined, string | null]>([
    ['as text', '{"a": 12345678901234567890}', '{"a": 12345678901234567890}'],
    ['as text that is no JSON', '{"a":', '{"a":'],
    ['as an object', { a: 1.5, b: [2 ** 53 - 1] }, '{"a":1.5,"b":[9007199254740991]}'],
    ['that are left out', undefined, null],
    ['that are null', null, null],
  ])('%s are text', (_how, value, text) => {
    expect(argumentsText(value)).toEqual({ ok: true, value: text });
  });

  it.each<[string, JsonValue, string]>([
    ['a list', [1], 'no object'],
    ['a number', 1, 'no object'],
    ['an object that lost digits', { a: [JSON.parse('12345678901234567890') as number] }, '2^53'],
    ['an object with a number beyond all', { a: Infinity }, '2^53'],
    ['an object deeper than the stack', tooDeep, 'nested too deep'],
  ])('that are %s are refused', (_what, value, why) => {
    expect(argumentsText(value)).toEqual({ ok: false, error: expect.stringContaining(why) });
  });

  it.each([
    ['{"a":1}', { a: 1 }],
    ['[1]', {}],
    ['{"a":', {}],
    ['', {}],
  ])('of %s are sent parsed', (text, value) => {
    expect(parsedArguments(text)).toEqual(value);
  });
});
