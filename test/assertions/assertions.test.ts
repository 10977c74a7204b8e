import { describe, expect, it } from 'vitest';
import { assertionKinds } from '../../src/assertions/registry.ts';
import type { JsonValue } from '../../src/json/json.ts';
import { judged } from './support.ts';

const passes: readonly (readonly [string, JsonValue, JsonValue])[] = [
  ['equals', 'order', 'order'],
  ['equals', { a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }],
  ['equals', null, null],
  ['equals', 0, -0],
  ['contains', 'parcel', 'Where is my parcel?'],
  ['contains', ['my', 'parcel'], 'Where is my parcel?'],
  ['contains', 'b', ['a', 'b']],
  ['contains', 3, [1, 2, 3]],
  ['contains', '"a":1', { a: 1 }],
  ['contains', 42, 'the answer is 42'],
  ['not_contains', 'refund', 'Where is my parcel?'],
  ['not_contains', ['a', 'b'], ['c']],
  ['not_contains', 'a', ['ab']],
  ['matches', '^\\d{4}$', '2026'],
  ['matches', '^.$', '🙂'],
  ['matches', '"a":1', { a: 1 }],
  ['one_of', ['order', 'billing'], 'billing'],
  ['one_of', [null, 1], null],
  ['min_length', 2, '🙂🙂'],
  ['min_length', 1, ['']],
  ['max_length', 2, '🙂🙂'],
  ['max_length', 0, ''],
  ['max_length', 0, []],
  ['similarity', { to: 'Where is my parcel?' }, 'Where is the parcel?'],
  ['similarity', { to: 'abc', at_least: 0 }, 'xyz'],
  ['similarity', { to: 'abc', at_least: 1 }, 'abc'],
  // 17 of 25 letters are the same: 1 - 8 / 25 is a little less than 0.68.
  ['similarity', { to: 'a'.repeat(25), at_least: 0.68 }, 'a'.repeat(17)],
];

const fails: readonly [string, JsonValue, JsonValue, string, string?][] = [
  ['equals', 'order', 'billing', '"order"'],
  ['equals', 5, '5', '5', 'one is a string, the other a number'],
  ['equals', [1, 2], [2, 1], '[1,2]'],
  ['equals', { a: 1 }, { a: 1, b: 2 }, '{"a":1}'],
  ['equals', { a: 1 }, [1], '{"a":1}'],
  ['equals', JSON.parse('{"__proto__": {"a": 1}}') as JsonValue, { a: 1 }, '{"__proto__":{"a":1}}'],
  ['contains', ['my', 'refund', 'money'], 'Where is my parcel?', 'to contain "refund" and "money"'],
  ['contains', 'a', ['ab'], 'to contain "a"'],
  ['contains', '3', [1, 2, 3], 'to contain "3"'],
  ['contains', 'Parcel', 'parcel', 'to contain "Parcel"'],
  ['not_contains', ['a', 'b'], 'cab', 'not to contain "a" or "b"'],
  ['matches', '^\\d+$', '12a', 'to match /^\\d+$/u'],
  [
    'matches',
    'a',
    'a'.repeat(100_001),
    'to match /a/u',
    'it has 100001 characters, and 100000 are searched at most',
  ],
  ['one_of', ['a', 'b'], 'c', 'one of "a" or "b"'],
  ['one_of', ['1'], 1, '"1"'],
  ['min_length', 2, '🙂', 'at least 2 characters', 'it has 1 character'],
  ['min_length', 3, [1], 'at least 3 items', 'it has 1 item'],
  ['max_length', 1, 'ab', 'at most 1 character', 'it has 2 characters'],
  [
    'similarity',
    { to: 'abcdefghij', at_least: 0.8 },
    'abcdefgxyz',
    'a text whose similarity to the reference is at least 0.8',
    'it is 0.7',
  ],
  [
    'similarity',
    { to: 'a' },
    'b'.repeat(20_001),
    'a text whose similarity to the reference is at least 0.8',
    '20001 characters are too many: 20000 are compared at most',
  ],
];

describe('an assertion', () => {
  it.each(passes)('%s %j passes for %j', async (kind, expected, value) => {
    expect(await judged(kind, expected, value)).toEqual({ pass: true });
  });

  it.each(fails)('%s %j fails for %j', async (kind, expected, value, wanted, reason) => {
    const verdict = await judged(kind, expected, value);
    expect(verdict).toMatchObject({ pass: false, expected: wanted });
    expect('reason' in verdict ? verdict.reason : undefined).toBe(reason);
  });

  it('never tells a similarity as what was wanted', async () => {
    const verdict = await judged(
      'similarity',
      { to: 'x'.repeat(10_000), at_least: 0.8 },
      'y'.repeat(2001) + 'x'.repeat(7999),
    );
    expect(verdict).toMatchObject({ reason: 'it is 0.799' });
  });

  it('shows the text that was wanted, so that both can be held side by side', async () => {
    expect(await judged('equals', 'one two', 'one three')).toMatchObject({ wanted: 'one two' });
    expect(await judged('similarity', { to: 'one', at_least: 1 }, 'two')).toMatchObject({ wanted: 'one' });
  });
});

describe('max_tokens and max_cost_usd', () => {
  it.each([
    ['max_tokens', 10, { total_tokens: 10 }, undefined],
    ['max_tokens', 10, { total_tokens: null }, 'the provider did not tell how many were used'],
    ['max_cost_usd', 0.01, { cost_usd: 0.01 }, undefined],
    [
      'max_cost_usd',
      0.01,
      { cost_usd: null },
      'what it cost is not known: give the price of the model under `prices`',
    ],
  ])('%s %j of %j', async (kind, most, usage, reason) => {
    const verdict = await judged(kind, most, null, { usage });
    expect(verdict).toMatchObject(reason === undefined ? { pass: true } : { pass: false, reason });
  });

  it.each([
    ['max_tokens', 10, { total_tokens: 11 }, 'at most 10 tokens', '11 tokens'],
    ['max_cost_usd', 0.01, { cost_usd: 0.02 }, 'at most $0.01', '$0.02'],
    ['max_cost_usd', 1e-7, { cost_usd: 0.00001035 }, 'at most $0.0000001', '$0.00001035'],
  ])('%s %j of %j says what was wanted and what came', async (kind, most, usage, expected, seen) => {
    expect(await judged(kind, most, null, { usage })).toEqual({ pass: false, expected, seen });
  });
});

describe('matches', () => {
  it('refuses what is no regular expression', async () => {
    expect(await judged('matches', '(', '')).toEqual({
      reported: ['`matches` is not a regular expression: Unterminated group'],
    });
  });
});

describe('json_schema', () => {
  const mistakes = (value: JsonValue) => (typeof value === 'object' ? [] : ['the value must be an object']);

  it('holds the value against the schema, or the JSON that a text is', async () => {
    expect(await judged('json_schema', {}, { a: 1 }, { mistakes })).toEqual({ pass: true });
    expect(await judged('json_schema', {}, '{"a": 1}', { mistakes })).toEqual({ pass: true });
  });

  it.each(['no JSON', '5', '"text"', ''])('tells what is wrong with %j', async (value) => {
    expect(await judged('json_schema', {}, value, { mistakes })).toMatchObject({
      pass: false,
      reason: 'the value must be an object',
    });
  });
});

describe('judge', () => {
  it('asks for a verdict on the value by the rubric', async () => {
    const questions: unknown[] = [];
    const grade = { pass: true, reason: 'It is.' };
    const spec = { rubric: 'polite', model: 'other' };
    expect(await judged('judge', spec, { a: 1 }, { grade, questions })).toEqual({ pass: true });
    expect(questions).toEqual([{ rubric: 'polite', answer: '{"a":1}', model: 'other' }]);
    expect(assertionKinds.get('judge')?.grader?.(spec)).toBe('other');
    expect(assertionKinds.get('judge')?.grader?.({ rubric: 'polite' })).toBeNull();
  });

  it('tells the reason of the judge, or why there is none', async () => {
    const expected = 'an answer that keeps to the rubric: polite';
    expect(
      await judged('judge', { rubric: 'polite' }, 'no', { grade: { pass: false, reason: 'It is rude.' } }),
    ).toEqual({ pass: false, expected, reason: 'the judge says: It is rude.' });
    expect(await judged('judge', { rubric: 'polite' }, 'no', { grade: 'a timeout' })).toEqual({
      pass: false,
      expected,
      reason: 'the judge gave no verdict: a timeout',
      unanswered: true,
    });
  });
});

describe('a pattern that backtracks without end', () => {
  const text = `${'a'.repeat(40)}!`;
  const reason = expect.stringContaining('backtracks') as string;

  it('is given up after a second', async () => {
    expect(await judged('matches', '^(a+)+$', text)).toMatchObject({ pass: false, reason });
  });
});
