import { describe, expect, it } from 'vitest';
import { compareSides } from '../../src/comparison/compare.ts';
import { parseAllowedPath } from '../../src/comparison/field-path.ts';
import { createRowStore } from '../../src/comparison/row-store.ts';
import { compared, listOf, runOf, sideOf, summary, type Records } from './sides.ts';

function allowing(...paths: readonly string[]) {
  return paths.map((text) => {
    const path = parseAllowedPath(text);
    if (!path.ok) throw new Error(path.error);
    return path.value;
  });
}

describe('a comparison', () => {
  it('matches by key, whatever the order, and tells fields by their paths', async () => {
    const comparison = await compared(
      sideOf({
        a: { reply: 'x', ticket: { topic: 'order', tags: [1, { b: 1, a: 2 }] } },
        b: { reply: 'y' },
        gone: { reply: 'z' },
      }),
      sideOf({
        b: { reply: 'y' },
        new: { reply: 'n' },
        a: { ticket: { tags: [1, { a: 2, b: 1 }], topic: 'billing', urgent: true }, reply: 'x' },
      }),
    );
    expect(comparison.same).toBe(1);
    expect(await listOf(comparison.changed)).toEqual([
      { key: 'a', fields: { 'ticket.topic': { a: 'order', b: 'billing' }, 'ticket.urgent': { b: true } } },
    ]);
    expect([await listOf(comparison.added), await listOf(comparison.removed)]).toEqual([['new'], ['gone']]);
    expect(comparison.differs).toBe(true);
  });

  it.each<[string, Records, Records]>([
    ['null and no field', { k: { a: null } }, { k: {} }],
    ['null and a text', { k: { a: null } }, { k: { a: '' } }],
    ['a number and its text', { k: { a: 1 } }, { k: { a: '1' } }],
    ['an empty object and none', { k: { a: {} } }, { k: {} }],
    ['a list in another order', { k: { a: [1, 2] } }, { k: { a: [2, 1] } }],
    ['an object and a list', { k: { a: { 0: 1 } } }, { k: { a: [1] } }],
    ['an output that is no object', { k: 'one' }, { k: 'two' }],
    ['one record and none', { k: 1 }, {}],
  ])('tells apart %s', async (_what, a, b) => {
    expect((await compared(sideOf(a), sideOf(b))).differs).toBe(true);
  });

  it.each<[string, Records, Records]>([
    ['nothing at all', {}, {}],
    ['names in another order', { k: { a: 1, b: 2 } }, { k: { b: 2, a: 1 } }],
    [
      'a name that is also that of a prototype',
      JSON.parse('{"__proto__": {"__proto__": 1}}'),
      JSON.parse('{"__proto__": {"__proto__": 1}}'),
    ],
    [
      'a failure at the same step with the same code',
      { k: new Error('refused') },
      { k: new Error('refused') },
    ],
  ])('finds the same: %s', async (_what, a, b) => {
    const { differs, same } = await compared(sideOf(a), sideOf(b));
    expect([differs, same]).toEqual([false, Object.keys(a).length]);
  });

  it('tells failures by code: which are fixed, which are new', async () => {
    const { failures, failureCodes, same, differs } = await compared(
      sideOf({
        a: new Error('schema_mismatch'),
        b: 'x',
        c: new Error('timed_out'),
        d: new Error('timed_out'),
      }),
      sideOf({ a: 'x', b: new Error('schema_mismatch'), c: new Error('timed_out'), d: new Error('refused') }),
    );
    expect([same, differs]).toEqual([1, true]);
    expect(await listOf(failures)).toEqual([
      { key: 'a', a: { step: 'classify', code: 'schema_mismatch' }, b: null },
      { key: 'b', a: null, b: { step: 'classify', code: 'schema_mismatch' } },
      { key: 'd', a: { step: 'classify', code: 'timed_out' }, b: { step: 'classify', code: 'refused' } },
    ]);
    expect(failureCodes).toEqual([
      { code: 'timed_out', a: 2, b: 1, fixed: 0, new: 0 },
      { code: 'schema_mismatch', a: 1, b: 1, fixed: 1, new: 1 },
      { code: 'refused', a: 0, b: 1, fixed: 0, new: 0 },
    ]);
  });

  it('tells a record that one run skipped as one with another outcome', async () => {
    const failed = new Error('timed_out');
    const a: Records = { a: 'x', b: undefined, c: undefined, d: failed, e: undefined, gone: undefined };
    const b: Records = { a: undefined, b: 'x', c: undefined, d: undefined, e: failed };
    const comparison = await compared(runOf(a, 'a'), runOf(b, 'b'));
    const { same, skips, failures, failureCodes, added, removed, differs } = comparison;
    expect([same, skips, differs]).toEqual([1, { new: 2, gone: 2 }, true]);
    expect(await listOf(failures)).toEqual([
      { key: 'a', a: null, b: 'skipped' },
      { key: 'b', a: 'skipped', b: null },
      { key: 'd', a: { step: 'classify', code: 'timed_out' }, b: 'skipped' },
      { key: 'e', a: 'skipped', b: { step: 'classify', code: 'timed_out' } },
    ]);
    expect(failureCodes).toEqual([{ code: 'timed_out', a: 1, b: 1, fixed: 0, new: 0 }]);
    expect([added.count, await listOf(removed)]).toEqual([0, ['gone']]);
  });

  it('takes a skipped record for none beside a file of rows, which cannot hold one', async () => {
    const run = runOf({ a: 'x', b: undefined, c: undefined }, 'run');
    const rows = sideOf({ a: 'x', c: 'y' });
    for (const [a, b] of [
      [run, rows],
      [rows, run],
    ] as const) {
      const { same, added, removed, failures } = await compared(a, b);
      expect([same, added.count, removed.count, failures.count]).toEqual([1, 0, 0, 1]);
    }
  });

  it('counts a field that may differ, and does not count it as a difference', async () => {
    const a = { k: { reply: 'x', ticket: { topic: 'o' } }, l: { reply: 'x' } };
    const b = { k: { reply: 'y', ticket: { topic: 'b' } }, l: { reply: 'y' } };
    const one = await compared(sideOf(a), sideOf(b), { allow: allowing('reply') });
    expect([one.differs, one.allowed.count, one.changed.count]).toEqual([true, 1, 2]);
    const both = await compared(sideOf(a), sideOf(b), { allow: allowing('reply', 'ticket.*') });
    expect([both.differs, both.allowed.count, both.changed.count]).toEqual([false, 2, 2]);
    expect(both.fields.map(({ name, allowed }) => [name, allowed])).toEqual([
      ['reply', true],
      ['ticket.topic', true],
    ]);
  });

  it('tells apart the records that make the difference and those that may differ so', async () => {
    const a = { 1: { a: 'x', b: 'x' }, 2: { a: 'x', b: 'x' }, 3: { a: 'x', b: 'x' }, 4: { a: 'x', b: 'x' } };
    const b = { 1: { a: 'y', b: 'x' }, 2: { a: 'x', b: 'y' }, 3: { a: 'y', b: 'x' }, 4: { a: 'y', b: 'y' } };
    // A store that holds nothing in memory.
    const createStore = () => createRowStore({ held: 0 });
    const comparison = await compared(sideOf(a), sideOf(b), { allow: allowing('a'), createStore });
    const keysOf = async (list: typeof comparison.changed) => (await listOf(list)).map(({ key }) => key);
    expect(await keysOf(comparison.changed)).toEqual(['1', '2', '3', '4']);
    expect(await keysOf(comparison.violating)).toEqual(['2', '4']);
    expect(await keysOf(comparison.allowed)).toEqual(['1', '3']);
    expect([comparison.violating.count, comparison.allowed.count, comparison.differs]).toEqual([2, 2, true]);
    await comparison.close();
  });

  it('tells paths that no record has a field at, and which was meant', async () => {
    const a = sideOf({
      k: { reply: 'x', ticket: { topic: 'o' } },
      bad: new Error('refused'),
      gone: { note: 1 },
    });
    const allow = allowing('reply', 'ticket.*', 'note', 'late', 'ticket', 'ticket.topik', 'zzz', 'reply.x');
    const b = sideOf({ k: { reply: 'y', ticket: { topic: 'o' } }, new: { late: 1 } });
    expect((await compared(a, b, { allow })).unknownPaths).toEqual([
      { text: 'ticket.topik', nearest: 'ticket.topic' },
      { text: 'zzz' },
      { text: 'reply.x', nearest: 'reply' },
    ]);
    const keyed = sideOf({ k: { id: 'k', a: 1 } }, { key: 'id' });
    expect((await compared(keyed, keyed, { allow: allowing('id') })).unknownPaths).toEqual([]);
    const nothing = sideOf({ k: new Error('refused') });
    expect((await compared(nothing, nothing, { allow })).unknownPaths).toEqual([]);
  });

  it('reads both sides as cells where one is a table', async () => {
    const table = sideOf(
      { k: { id: 'k', urgent: 'true', ticket: '{"topic":"order"}', note: '', price: '1.5' } },
      { tabular: true, key: 'id' },
    );
    const run = { id: 'k', urgent: true, ticket: { topic: 'order' }, price: 1.5 };
    expect((await compared(table, sideOf({ k: { ...run, note: null } }))).differs).toBe(false);
    expect((await compared(sideOf({ k: run }), table)).differs).toBe(false);
    const other = await compared(table, sideOf({ k: { ...run, urgent: false } }));
    expect(await listOf(other.changed)).toEqual([
      { key: 'k', fields: { urgent: { a: 'true', b: 'false' } } },
    ]);
  });

  it('tells of few short values which became which, and of texts only that they changed', async () => {
    const topics = ['order', 'order', 'billing', 'order', 'order'];
    const rows = (topicOf: (at: number) => string, text: string): Records =>
      Object.fromEntries(topics.map((_, at) => [`k${at}`, { topic: topicOf(at), reply: `${text} ${at}` }]));
    const { fields } = await compared(
      sideOf(rows((at) => topics[at] ?? '', 'before')),
      sideOf(rows((at) => (at === 0 || at === 3 ? 'billing' : 'order'), 'after')),
    );
    expect(fields).toEqual([
      { name: 'reply', changed: 5, allowed: false, moves: null },
      {
        name: 'topic',
        changed: 3,
        allowed: false,
        moves: [
          { a: 'order', b: 'billing', count: 2 },
          { a: 'billing', b: 'order', count: 1 },
        ],
      },
    ]);
  });

  it('tells what two runs were not made of alike', async () => {
    const { differences } = await compared(
      runOf({}, 'one'),
      runOf({}, 'two', {
        pipeline: { path: '/elsewhere/tickets.yaml', sha256: 'b'.repeat(64) },
        files: [{ path: '/elsewhere/partials/style.hbs', sha256: 'd'.repeat(64) }],
        vars: { language: 'German' },
        overrides: ['--model mistral-large-latest'],
        models: { 'mistral-small-latest': ['mistral-small-2603'] },
      }),
    );
    expect(differences).toEqual([
      { of: 'pipeline', name: 'pipeline', a: 'a'.repeat(64), b: 'b'.repeat(64) },
      { of: 'file', name: 'partials/style.hbs', a: null, b: 'd'.repeat(64) },
      { of: 'var', name: 'language', a: 'English', b: 'German' },
      { of: 'override', name: 'override', a: [], b: ['--model mistral-large-latest'] },
    ]);
  });

  it('takes usage, cost and what the runs were made of for no difference', async () => {
    const one = runOf({ k: 1 }, 'one');
    const two = runOf({ k: 1 }, 'two', { cost_usd: 5, vars: {} });
    expect((await compared(one, two)).differs).toBe(false);
  });

  it('refuses a key that two rows of a file have, at most ten such mistakes, of both sides', async () => {
    const items = Array.from({ length: 30 }, (_, at) => ({
      key: 'k',
      line: at + 2,
      outcome: { output: at },
    }));
    const rows = sideOf(
      {},
      {
        duplicate: ({ line }, first) => ({
          severity: 'error',
          code: 'duplicate-key',
          message: `${line} like ${first}`,
        }),
        async *rows() {
          yield* items;
        },
      },
    );
    const refused = await compareSides(rows, rows);
    expect(refused.ok ? [] : refused.error.map(({ message }) => message)).toEqual(
      [...items.slice(1, 11), ...items.slice(1, 11)].map(({ line }) => `${line} like 2`),
    );
  });

  it('gives records of a run that share a key names of their own', async () => {
    const side = sideOf(
      {},
      {
        async *rows() {
          yield { key: 'k', line: 1, outcome: { output: 1 } };
          yield { key: 'k', line: 1, outcome: { step: null, code: 'duplicate_key' } };
        },
      },
    );
    const alone = await compared(side, sideOf({ k: 1 }));
    expect([alone.same, await listOf(alone.removed)]).toEqual([1, ['k#1']]);
    expect(await compared(side, side)).toMatchObject({ same: 2, differs: false });
  });

  it('numbers tens of thousands of records that share a key', async () => {
    const many = sideOf(
      {},
      {
        async *rows() {
          for (let line = 1; line <= 20_000; line += 1) yield { key: 'k', line, outcome: { output: line } };
        },
      },
    );
    expect(await compared(many, many)).toMatchObject({ same: 20_000, differs: false });
  });

  it('lets go of all that it holds where a side cannot be told of', async () => {
    const stores = { opened: 0, closed: 0 };
    const createStore = () => {
      const store = createRowStore();
      stores.opened += 1;
      const close = () => {
        stores.closed += 1;
        return store.close();
      };
      return { ...store, close };
    };
    const run = {
      get folder(): string {
        throw new Error('no folder');
      },
      summary,
    };
    await expect(compareSides(sideOf({}, { run }), sideOf({}), { createStore })).rejects.toThrow('no folder');
    expect(stores).toEqual({ opened: 5, closed: 5 });
  });

  it('holds on disk what there is no room for', async () => {
    const count = 20_000;
    const side = (textOf: (at: number) => string) =>
      sideOf(
        {},
        {
          async *rows() {
            for (let at = 0; at < count; at += 1)
              yield { key: `k${at}`, line: at + 1, outcome: { output: { text: textOf(at) } } };
          },
        },
      );
    const comparison = await compared(
      side((at) => `text ${at}`),
      side((at) => `text ${at % 10 === 0 ? 'other' : at}`),
      { createStore: () => createRowStore({ held: 100_000 }) },
    );
    expect([comparison.same, comparison.changed.count]).toEqual([18_000, 2_000]);
    const changed = await listOf(comparison.changed);
    expect(changed[1_999]).toEqual({ key: 'k19990', fields: { text: { a: 'text 19990', b: 'text other' } } });
    await comparison.close();
  });
});
