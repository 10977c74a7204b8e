import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../src/records/objects.ts';
import { all, shown } from './support.ts';

/** As a program has its rows: an interface, which has no index signature. */
interface Row {
  readonly id: string;
  readonly note?: string | undefined;
  readonly at: Date;
}

const holdsItself: { self?: object } = {};
holdsItself.self = holdsItself;

describe('records of a program', () => {
  it('are what JSON.stringify makes of any objects', async () => {
    const rows: readonly Row[] = [
      { id: 'a', note: undefined, at: new Date(0) },
      { id: 'b', at: new Date(1) },
    ];
    expect((await all(recordsOf(rows))).map(shown)).toEqual([
      '#0 line 1: {"id":"a","at":"1970-01-01T00:00:00.000Z"}',
      '#1 line 2: {"id":"b","at":"1970-01-01T00:00:00.001Z"}',
    ]);
  });

  it('take no part in what becomes of an object later', async () => {
    const row = { text: 'before' };
    const [record] = await all(recordsOf([row]));
    row.text = 'after';
    expect(record).toMatchObject({ ok: true, value: { text: 'before' } });
  });

  it('may come one by one', async () => {
    async function* rows() {
      yield { id: 1 };
      await wait(1);
      yield { id: 2 };
    }
    expect((await all(recordsOf(rows()))).map(shown)).toEqual(['#0 line 1: {"id":1}', '#1 line 2: {"id":2}']);
  });

  it.each([
    [{ order: { id: 10n } }, 'invalid_json', '`order.id` is a bigint, which JSON cannot say'],
    [{ score: Number.NaN }, 'invalid_json', '`score` is NaN'],
    [{ score: -Infinity }, 'invalid_json', '`score` is -Infinity'],
    [{ tags: new Set(['a']) }, 'invalid_json', '`tags` is a Set'],
    [{ tags: ['a', undefined] }, 'invalid_json', '`tags.1` is undefined'],
    [{ run: () => 1 }, 'invalid_json', '`run` is a function'],
    [{ text: 'a\uD800' }, 'lone_surrogate', 'half of a surrogate pair'],
    [holdsItself, 'too_deep', 'or holds itself'],
    [new Map([['text', 'a']]), 'not_an_object', 'this is a Map'],
    [['a'], 'not_an_object', 'this is an array'],
    [new Date(0), 'not_an_object', 'this is a text'],
    // From a program without types.
    [null, 'not_an_object', 'this is null'],
    [undefined, 'not_an_object', 'this is undefined'],
  ])('fail alone where JSON cannot say them whole: %o', async (value, code, message) => {
    const [bad, good] = await all(recordsOf([value as object, { text: 'b' }]));
    expect(bad).toMatchObject({
      ok: false,
      line: 1,
      error: { code, message: expect.stringContaining(message) },
    });
    expect(good).toMatchObject({ ok: true, line: 2, value: { text: 'b' } });
  });
});
