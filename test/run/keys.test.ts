import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import { createKeys } from '../../src/run/keys.ts';
import { record } from './support/plans.ts';

describe('keys by a field', () => {
  const accepted: readonly (readonly [JsonValue, string])[] = [
    ['a', 'a'],
    [' ', ' '],
    ['#1', '#1'],
    [7, '7'],
    [0, '0'],
    [-3, '-3'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ];
  it.each(accepted)('takes %j as %s', (id, key) => {
    expect(createKeys('id').keyOf(record(0, { id }))).toEqual({ key });
  });

  const refused: readonly (readonly [string, { readonly id?: JsonValue }, string])[] = [
    ['absent', {}, 'the record has no `id`'],
    ['null', { id: null }, '`id` is null'],
    ['empty', { id: '' }, '`id` is empty'],
    ['an object', { id: {} }, '`id` is an object'],
    ['a list', { id: ['a'] }, '`id` is a list'],
    ['a fraction', { id: 1.5 }, '`id` is 1.5'],
    ['a number that is not exact', { id: 2 ** 53 }, '`id` is 9007199254740992'],
    ['a boolean', { id: true }, '`id` is true'],
  ];
  it.each(refused)('refuses a key that is %s', (_, value, start) => {
    const { key, error } = createKeys('id').keyOf(record(0, value));
    expect(error?.code).toBe('missing_key');
    expect(error?.message).toBe(
      `${start}, and \`input.key\` names each record by it; give it a text or a whole number there, or leave \`input.key\` out`,
    );
    expect(key).toBe(createKeys(undefined).keyOf(record(0, value)).key);
  });

  it('has an empty row removed, as a spreadsheet writes it below a table', () => {
    const keys = createKeys('id');
    const message = 'the record is empty, and `input.key` names each one by `id`; remove the row';
    expect(keys.keyOf(record(0, { id: '', text: '' })).error).toEqual({ code: 'missing_key', message });
    expect(keys.keyOf(record(1, { id: null, text: '' })).error?.message).toBe(message);
    expect(keys.keyOf(record(2, { id: '', text: 'a' })).error?.message).toContain('`id` is empty');
  });

  it('does not take a name that the record only inherits', () => {
    expect(createKeys('toString').keyOf(record(0, {})).error?.code).toBe('missing_key');
  });

  it('fails every later record of a key, and names the line of the first', () => {
    const keys = createKeys('id');
    expect(keys.keyOf(record(0, { id: 'a' })).error).toBeUndefined();
    expect(keys.keyOf(record(1, { id: 'b' })).error).toBeUndefined();
    for (const index of [2, 3]) {
      expect(keys.keyOf(record(index, { id: 'a' }))).toEqual({
        key: 'a',
        error: {
          code: 'duplicate_key',
          message: 'the key "a" is that of line 1 already; give each record a key of its own',
        },
      });
    }
  });

  it('holds a number and its text to be one key', () => {
    const keys = createKeys('id');
    keys.keyOf(record(0, { id: 1 }));
    expect(keys.keyOf(record(1, { id: '1' })).error?.code).toBe('duplicate_key');
  });

  it('quotes a long key in part', () => {
    const keys = createKeys('id');
    const id = 'x'.repeat(10_000);
    keys.keyOf(record(0, { id }));
    expect(keys.keyOf(record(1, { id })).error?.message.length).toBeLessThan(200);
  });
});

describe('keys by content', () => {
  const keyed = (...values: readonly JsonValue[]) => {
    const keys = createKeys(undefined);
    return values.map((id, index) => keys.keyOf(record(index, { id })).key);
  };

  it('is 16 hexadecimal digits that never change from version to version', () => {
    expect(createKeys(undefined).keyOf(record(0, { id: 'a', text: 'Bonjour' })).key).toBe('e96ad3fb0a8ef8eb');
  });

  it('counts duplicates from #1, each by itself', () => {
    const [a, b] = keyed('a', 'b');
    expect(keyed('a', 'a', 'b', 'a', 'b')).toEqual([a, `${a}#1`, b, `${a}#2`, `${b}#1`]);
  });

  it('depends on content and not on the order of fields, the line or the index', () => {
    const first = createKeys(undefined).keyOf(record(0, { a: 1, b: 2 }));
    const second = createKeys(undefined).keyOf(record(9, { b: 2, a: 1 }));
    expect(second).toEqual(first);
  });

  it('gives different records different keys', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 50 }), (texts) => {
        expect(new Set(keyed(...texts)).size).toBe(texts.length);
      }),
    );
  });

  it('names a row that is no record by its text', () => {
    const keys = createKeys('id');
    const bad = {
      ok: false,
      index: 0,
      line: 1,
      raw: '{"id":',
      error: { code: 'invalid_json', message: 'x' },
    } as const;
    const { key } = keys.keyOf(bad);
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(keys.keyOf(bad)).toEqual({ key: `${key}#1` });
  });
});

it('never takes a key for the content of a record', () => {
  const keys = createKeys('id');
  keys.keyOf(record(0, { id: '{"id":null}' }));
  keys.keyOf(record(1, { id: 'row {' }));
  expect(keys.keyOf(record(2, { id: null })).key).toMatch(/^[0-9a-f]{16}$/);
});

describe('keys of an earlier run', () => {
  it('stay, whatever `input.key` says', () => {
    const keys = createKeys('id');
    expect(keys.keyOf({ ...record(0, { id: 'a' }), key: 'given#2' })).toEqual({ key: 'given#2' });
  });

  it('may not be given twice', () => {
    const keys = createKeys(undefined);
    keys.keyOf({ ...record(0), key: 'given' });
    expect(keys.keyOf({ ...record(4), key: 'given' }).error?.code).toBe('duplicate_key');
  });
});
