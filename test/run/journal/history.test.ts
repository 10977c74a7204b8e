import { describe, expect, it } from 'vitest';
import { failure } from '../../../src/result.ts';
import { createUsageLedger } from '../../../src/run/usage-ledger.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { answer, failed } from '../support/fake-models.ts';
import { plan, settings, step } from '../support/plans.ts';
import {
  call,
  diskWith,
  ended,
  failedRecord,
  historyOf,
  journalOf,
  path,
  priced,
  record,
  replayOf,
  reserve,
  resumed,
  settle,
  tool,
} from './journals.ts';
import { openJournalReader, resultRow } from '../../../src/run/journal/reader.ts';

const broken = failed({ code: 'timed_out' }, { ...priced, unmetered_requests: 0 });

describe('the records of a history', () => {
  it('are through where they succeeded or were skipped, and are read back from their places', async () => {
    const bytes = journalOf(
      call('a', 'f1'),
      record('a', 0),
      record('b', 1, 'skipped'),
      failedRecord('c', 2, 'server_error'),
      call('d', 'f2'),
    );
    const history = await historyOf(bytes);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    expect(keys.map((key, sequence) => history.isAt(sequence, key))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(history.isAt(1, 'a')).toBe(false);
    expect(history.outcomes).toEqual({ succeeded: 1, failed: 1, skipped: 1 });
    expect(history.index.size).toBe(3);
    const reader = await openJournalReader(diskWith(bytes), path);
    expect(await resultRow(reader, history.index.place(0))).toEqual({
      index: 0,
      key: 'a',
      output: 'out of a',
    });
    const error = JSON.parse(Buffer.from(await reader.line(history.index.place(2))).toString()) as unknown;
    expect(error).toMatchObject({ index: 2, line: 3, key: 'c', error: { code: 'server_error' } });
  });

  it('count by their last end', async () => {
    const history = await historyOf(
      journalOf(failedRecord('a', 0, 'server_error'), resumed(), call('a', 'f1'), record('a', 0), resumed()),
    );
    expect(history.isAt(0, 'a')).toBe(true);
    expect(history).toMatchObject({ sessions: 3, outcomes: { succeeded: 1, failed: 0, skipped: 0 } });
  });

  it('are known by their own lines, not by those of a record that came to a key of theirs', async () => {
    const bytes = journalOf(call('a', 'f1'), record('a', 0), failedRecord('a', 1, 'duplicate_key', null));
    const history = await historyOf(bytes);
    expect(history.isAt(0, 'a')).toBe(true);
    expect(history.outcomes).toEqual({ succeeded: 1, failed: 1, skipped: 0 });
    const open = journalOf(call('a', 'f1'), failedRecord('a', 1, 'duplicate_key', null));
    expect((await replayOf(open, 'a'))?.call('one', 'f1')).toBeDefined();
  });

  it('may have keys of any text', async () => {
    const keys = [
      '',
      ' ',
      'é✓🙂',
      '"',
      '\\',
      ',"completion":',
      ',"output":',
      '","index":7',
      '__proto__',
      '\u0000',
    ];
    const lines = keys.flatMap((key, at) => [call(key, 'f1'), record(key, at)]);
    const history = await historyOf(journalOf(...lines));
    expect(keys.filter((key, at) => !history.isAt(at, key))).toEqual([]);
    const open = journalOf(...keys.map((key, at) => call(key, `f${at}`)));
    for (const [at, key] of keys.entries()) {
      expect((await replayOf(open, key))?.call('one', `f${at}`)?.completion.text).toBe(`to f${at}`);
    }
  });

  it('of any type that a later pipe may add are left out', async () => {
    const history = await historyOf(
      journalOf('"type":"weather","sky":[1]', '"type":"__proto__"', record('a', 0)),
    );
    expect(history.isAt(0, 'a')).toBe(true);
  });
});

describe('the replay of a record', () => {
  it('gives each answer once, in order, by step and fingerprint', async () => {
    const again = { outcome: { ...answer('second'), usage: priced } };
    const replay = await replayOf(
      journalOf(
        call('a', 'f1'),
        call('b', 'f1', { outcome: answer("of b's") }),
        call('a', 'f1', { call: 2, ...again }),
        call('a', 'f1', { step: 'two', outcome: answer('of two') }),
      ),
      'a',
    );
    expect(replay?.call('one', 'f2')).toBeUndefined();
    expect(replay?.call('three', 'f1')).toBeUndefined();
    expect(replay?.call('one', 'f1')).toEqual({
      fingerprint: 'f1',
      model: 'small',
      usage: priced,
      completion: expect.objectContaining({ text: 'to f1', thinking: '', refusal: null }),
    });
    expect(replay?.call('one', 'f1')?.completion.text).toBe('second');
    expect(replay?.call('one', 'f1')).toBeUndefined();
    expect(replay?.call('two', 'f1')?.completion.text).toBe('of two');
  });

  it('gives what came of tools in the same way, failures too, apart from answers', async () => {
    const broken = failure({ code: 'timed_out', message: 'no', fatal: true } as const);
    const replay = await replayOf(
      journalOf(
        tool('a', 'f1'),
        tool('a', 'f1', { outcome: { ok: true, value: null } }),
        tool('a', 'f2', { outcome: broken }),
      ),
      'a',
    );
    expect(replay?.call('one', 'f1')).toBeUndefined();
    expect(replay?.tool('one', 'f1')).toEqual({ ok: true, value: 'of f1' });
    expect(replay?.tool('one', 'f1')).toEqual({ ok: true, value: null });
    expect(replay?.tool('one', 'f1')).toBeUndefined();
    expect(replay?.tool('one', 'f2')).toEqual(broken);
    expect(replay?.tool('one', 'f2')).toBeUndefined();
  });

  it('is none where the record never came to a call, and an empty one where all of them failed', async () => {
    const bytes = journalOf(call('a', 'f1', { outcome: broken }), failedRecord('b', 1, 'missing_key', null));
    expect(await replayOf(bytes, 'b')).toBeUndefined();
    expect(await replayOf(bytes, 'c')).toBeUndefined();
    const replay = await replayOf(bytes, 'a');
    expect(replay?.call('one', 'f1')).toBeUndefined();
    expect(replay?.countedIn).toEqual({ steps: new Set(['one']), models: new Set(['small']) });
  });

  const byAnswer = [
    'refused_answer',
    'cut_answer',
    'invalid_json',
    'schema_mismatch',
    'inexact_number',
    'no_tool_call',
    'wrong_tool',
    'bad_tool_arguments',
    'too_many_calls',
    'max_rounds',
  ];

  it.each(byAnswer)('has all but the last answer of the step that failed by it: %s', async (code) => {
    const replay = await replayOf(
      journalOf(
        call('a', 'f1'),
        call('a', 'f2', { call: 2 }),
        call('a', 'f3', { step: 'two' }),
        failedRecord('a', 0, code),
      ),
      'a',
    );
    expect(replay?.call('one', 'f1')).toBeDefined();
    expect(replay?.call('one', 'f2')).toBeUndefined();
    expect(replay?.call('two', 'f3')).toBeDefined();
  });

  it('has all but the tools that the step failed by, which are run again', async () => {
    const broken = { outcome: failure({ code: 'tool_failed', message: 'no' } as const) };
    const replay = await replayOf(
      journalOf(
        call('a', 'f1'),
        tool('a', 'told', broken),
        tool('a', 'other step', { ...broken, step: 'two' }),
        call('a', 'f2', { call: 2 }),
        tool('a', 'found', { call: 2 }),
        tool('a', 'failed', { ...broken, call: 3 }),
        tool('a', 'failed too', { ...broken, call: 4 }),
        failedRecord('a', 0, 'tool_failed'),
      ),
      'a',
    );
    expect([replay?.call('one', 'f1'), replay?.call('one', 'f2')]).not.toContain(undefined);
    expect(replay?.tool('one', 'found')).toEqual({ ok: true, value: 'of found' });
    expect(replay?.tool('one', 'failed')).toBeUndefined();
    expect(replay?.tool('one', 'failed too')).toBeUndefined();
    // The model was told of these.
    expect(replay?.tool('one', 'told')).toEqual(broken.outcome);
    expect(replay?.tool('two', 'other step')).toEqual(broken.outcome);
  });

  it('has neither the answer that the record failed by nor the failures of its calls', async () => {
    const broken = { outcome: failure({ code: 'bad_arguments', message: 'no' } as const) };
    const replay = await replayOf(
      journalOf(call('a', 'f1'), tool('a', 'failed', broken), failedRecord('a', 0, 'bad_tool_arguments')),
      'a',
    );
    expect(replay?.call('one', 'f1')).toBeUndefined();
    expect(replay?.tool('one', 'failed')).toBeUndefined();
  });

  it.each([
    ['tool_failed', 'one'],
    ['server_error', 'one'],
    ['absent_path', 'one'],
    ['invalid_json', null],
  ])('has all answers of a record that failed by something else: %s', async (code, at) => {
    const replay = await replayOf(journalOf(call('a', 'f1'), failedRecord('a', 0, code, at)), 'a');
    expect(replay?.call('one', 'f1')).toBeDefined();
  });

  it.each(['server_error', 'absent_path'])(
    'has the failed tools that the model was told of before it failed by something else: %s',
    async (code) => {
      const broken = { outcome: failure({ code: 'tool_failed', message: 'no' } as const) };
      const bytes = journalOf(call('a', 'f1'), tool('a', 'told', broken), failedRecord('a', 0, code));
      expect((await replayOf(bytes, 'a'))?.tool('one', 'told')).toEqual(broken.outcome);
    },
  );

  it('gathers the answers of all sessions, each without the one that the record failed by', async () => {
    const replay = await replayOf(
      journalOf(
        call('a', 'f1'),
        call('a', 'f2', { call: 2 }),
        failedRecord('a', 0, 'schema_mismatch'),
        resumed(),
        call('a', 'f2', { call: 2, outcome: answer('of the second session') }),
        call('a', 'f3', { call: 3 }),
        failedRecord('a', 0, 'schema_mismatch'),
        resumed(),
        call('a', 'f3', { call: 3, outcome: answer('of the third') }),
      ),
      'a',
    );
    expect(replay?.call('one', 'f1')).toBeDefined();
    expect(replay?.call('one', 'f2')?.completion.text).toBe('of the second session');
    expect(replay?.call('one', 'f3')?.completion.text).toBe('of the third');
  });

  it('leaves answers out that are no longer as they were written', async () => {
    const bytes = journalOf(call('a', 'f1'), call('a', 'f2'));
    const history = await historyOf(bytes);
    const changed = Buffer.from(bytes.toString().replace('to f1', 'to f0'));
    const replay = await history.replayOf('a', await openJournalReader(diskWith(changed), path));
    expect(replay?.call('one', 'f1')).toBeUndefined();
    expect(replay?.call('one', 'f2')).toBeDefined();
  });

  it('can be read for many records at once, however far apart they stand', async () => {
    const keys = Array.from({ length: 40 }, (_, at) => `k${at}`);
    const long = { outcome: answer('x'.repeat(60_000)) };
    const lines = [1, 2].flatMap((round) => keys.map((key) => call(key, `${key} ${round}`, long)));
    const bytes = journalOf(...lines);
    const history = await historyOf(bytes);
    const reader = await openJournalReader(diskWith(bytes), path);
    const replays = await Promise.all(keys.map((key) => history.replayOf(key, reader)));
    for (const [at, key] of keys.entries()) {
      expect(replays[at]?.call('one', `${key} 1`)).toBeDefined();
      expect(replays[at]?.call('one', `${key} 2`)).toBeDefined();
    }
  });
});

describe('a forced resume', () => {
  const bytes = journalOf(
    call('a', 'f1'),
    record('a', 0),
    record('b', 1, 'skipped'),
    call('c', 'f1'),
    call('c', 'f2', { call: 2 }),
    failedRecord('c', 2, 'cut_answer'),
  );

  it('finds no record ended, and every answer', async () => {
    const history = await historyOf(bytes, { all: true });
    expect(['a', 'b', 'c'].some((key, at) => history.isAt(at, key))).toBe(false);
    expect(history.index.size).toBe(0);
    expect(history.outcomes).toEqual({ succeeded: 0, failed: 0, skipped: 0 });
    const all = { all: true };
    expect((await replayOf(bytes, 'a', all))?.call('one', 'f1')).toBeDefined();
    expect(await replayOf(bytes, 'b', all)).toBeUndefined();
    const third = await replayOf(bytes, 'c', all);
    expect(third?.call('one', 'f1')).toBeDefined();
    expect(third?.call('one', 'f2')).toBeUndefined();
  });

  it('that was itself broken off goes on with its own records, and with the answers of those before', async () => {
    const two = Buffer.concat([
      bytes,
      journalOf(resumed(true), call('c', 'f3'), record('c', 0)).subarray(journalOf().length),
    ]);
    const history = await historyOf(two);
    expect(history.sessions).toBe(2);
    expect(history.isAt(0, 'a')).toBe(false);
    expect(history.isAt(0, 'c')).toBe(true);
    expect(history.outcomes).toEqual({ succeeded: 1, failed: 0, skipped: 0 });
    expect((await replayOf(two, 'a'))?.call('one', 'f1')).toBeDefined();
    expect(await replayOf(two, 'c')).toBeUndefined();
    expect(history.usage.total.requests).toBe(4);
  });
});

describe('the usage of a history', () => {
  const bytes = journalOf(
    call('a', 'f1'),
    call('a', 'f2', { step: 'two' }),
    record('a', 0),
    call('b', 'f1', { outcome: broken }),
    failedRecord('b', 1, 'timed_out'),
    call('c', 'f1', { model: 'large', step: 'gone' }),
    resumed(),
    call('b', 'f1', { outcome: broken }),
    failedRecord('b', 1, 'timed_out'),
  );

  it('sums all calls and counts each record once', async () => {
    const { usage } = await historyOf(bytes);
    const ledger = createUsageLedger(plan([step('one'), step('two'), step('new')]), usage);
    const { total, by_step, by_model } = ledger.report();
    expect(total).toMatchObject({ records: 3, requests: 5, total_tokens: 75, cost_usd: 1.25 });
    expect(usage.total).toMatchObject({ requests: 5, total_tokens: 75, cost_usd: 1.25 });
    expect(Object.keys(by_step)).toEqual(['one', 'two', 'new', 'gone']);
    expect(by_step['one']).toMatchObject({ records: 2, requests: 3 });
    expect(by_step['two']).toMatchObject({ records: 1, requests: 1 });
    expect(by_step['new']).toEqual({ records: 0, ...zeroUsage });
    expect(by_step['gone']).toMatchObject({ records: 1, requests: 1, cost_usd: 0.25 });
    expect(by_model['small']).toMatchObject({ records: 2, requests: 4 });
    expect(by_model['large']).toMatchObject({ records: 1, requests: 1 });
    expect(ledger.resolvedModels()).toEqual({ small: ['small-2603'], large: ['small-2603'] });
  });

  it('goes on in the ledger without counting a record again', async () => {
    const { usage } = await historyOf(bytes);
    const large = { ...settings, name: 'large' };
    const ledger = createUsageLedger(plan([step('one', { model: large }), step('two')]), usage);
    const countedIn = (await replayOf(bytes, 'b'))?.countedIn;
    if (countedIn === undefined) throw new Error('the record came to a call');
    const asked = { resolved_model: null, usage: priced };
    ledger.add({ ...asked, step: 'one', model: 'large' }, countedIn);
    ledger.add({ ...asked, step: 'two', model: 'small' }, countedIn);
    const { total, by_step, by_model } = ledger.report();
    expect(total).toMatchObject({ records: 3, requests: 7 });
    expect(by_step['one']).toMatchObject({ records: 2, requests: 4 });
    expect(by_step['two']).toMatchObject({ records: 2, requests: 2 });
    expect(by_model['large']).toMatchObject({ records: 2, requests: 2 });
    expect(by_model['small']).toMatchObject({ records: 2, requests: 5 });
    // What one record is counted in is no other's.
    expect((await replayOf(bytes, 'b'))?.countedIn.steps).toEqual(new Set(['one']));
  });

  it('counts the calls of tools', async () => {
    const failing = { outcome: failure({ code: 'timed_out', message: 'no' } as const) };
    const history = await historyOf(
      journalOf(tool('a', 'f1'), tool('a', 'f2', failing), resumed(), tool('b', 'f3')),
    );
    expect(history.tool_calls).toEqual({ total: 3, failed: 1 });
  });
});

/** Of one request. */
const unmetered = {
  ...zeroUsage,
  requests: 1,
  unmetered_requests: 1,
  input_tokens: null,
  cached_input_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  total_tokens: null,
  cost_usd: null,
};

describe('calls that were under way when a session was killed', () => {
  it('count as unmetered where they were reserved: their requests may have been paid for', async () => {
    const held = { usd: 0.25, tokens: 30 };
    const bytes = journalOf(
      call('a', 'f1'),
      reserve('a', 1, { step: 'two', model: 'large' }),
      reserve('b', 1),
      reserve('b', 2),
      reserve('c', 1),
      reserve('c', 2),
      reserve('c', 3, { held }),
      resumed(),
      reserve('b', 1),
      call('b', 'f1'),
      ended,
    );
    const ledger = createUsageLedger(plan([step('one'), step('two')]), (await historyOf(bytes)).usage);
    const { total, by_step, by_model, crashed_sessions } = ledger.report();
    expect(total).toMatchObject({ records: 3, requests: 8, retries: 3, unmetered_requests: 5 });
    expect(total).toMatchObject({ total_tokens: 30, cost_usd: 0.5 });
    expect(by_step['one']).toMatchObject({ records: 3, requests: 7, unmetered_requests: 4 });
    expect(by_step['two']).toMatchObject({ records: 1, requests: 1, total_tokens: null, cost_usd: null });
    expect(by_model['large']).toMatchObject({ records: 1, requests: 1, unmetered_requests: 1 });
    expect(crashed_sessions).toBeUndefined();
  });

  it('count as what their requests came to where none of those was under way', async () => {
    const metered = { ...priced, requests: 2, retries: 1 };
    const bytes = journalOf(
      reserve('a', 1),
      settle('a'),
      reserve('b', 1),
      settle('b', { step: 'two', model: 'large', usage: metered }),
      reserve('c', 1),
      settle('c'),
      reserve('c', 2),
    );
    const { usage } = await historyOf(bytes);
    expect(usage.records).toBe(3);
    expect(usage.total).toMatchObject({ requests: 6, retries: 2, unmetered_requests: 2 });
    expect(usage.total).toMatchObject({ total_tokens: 15, cost_usd: priced.cost_usd });
    expect(usage.usages.get('two')?.get('large')).toEqual(metered);
  });

  it.each([
    [
      'requests that were metered, of which a free one',
      { ...priced, requests: 2, retries: 1 },
      { ...priced, requests: 3, retries: 2, unmetered_requests: 1 },
    ],
    [
      'one that was not',
      { ...priced, requests: 2, retries: 1, unmetered_requests: 1 },
      { ...priced, requests: 3, retries: 2, unmetered_requests: 2 },
    ],
    [
      'none that was charged for',
      { ...zeroUsage, requests: 2, retries: 1 },
      { ...unmetered, requests: 3, retries: 2 },
    ],
    ['none that was sent', zeroUsage, unmetered],
  ])('count as one unmetered request beside what had come to: %s', async (_, usage, expected) => {
    const bytes = journalOf(
      reserve('a', 1),
      reserve('a', 2),
      settle('a', { usage }),
      reserve('a', 3, { held: { usd: 0.25, tokens: 15 } }),
    );
    expect((await historyOf(bytes)).usage.total).toEqual(expected);
  });

  it.each([
    ['no session that came to its end', [call('a', 'f1'), ended, resumed(), ended], 0],
    ['one that was killed before the first call ended', [], 1],
    ['the first of two', [call('a', 'f1'), resumed(), ended], 1],
    ['the last of two', [call('a', 'f1'), ended, resumed(true), call('a', 'f1')], 1],
    ['both of two', [call('a', 'f1'), resumed(), call('a', 'f2')], 2],
    ['none whose requests were all reserved', [reserve('a', 1), resumed(), ended], 0],
    ['none that had reserved whatever it had sent', [ended, resumed(false, true)], 0],
  ])('are not known at all without a budget: %s', async (_, lines, crashed) => {
    expect((await historyOf(journalOf(...lines))).usage.crashed_sessions).toBe(crashed);
    expect((await historyOf(journalOf(...lines), { all: true })).usage.crashed_sessions).toBe(crashed);
  });
});

describe('what was spent', () => {
  const known = { usd_unknown: false, tokens_unknown: false };
  const lost = { outcome: failed({ code: 'timed_out' }, unmetered) };

  it.each([
    ['nothing in a journal without a call', [], { usd: 0, tokens: 0, ...known }],
    [
      'what calls used, reserved or not',
      [call('a', 'f1'), reserve('b', 1), call('b', 'f1')],
      { usd: 0.5, tokens: 30, ...known },
    ],
    [
      'what is held for a call',
      [reserve('a', 1), call('a', 'f1', { ...lost, held: { usd: 0.5, tokens: 100 } })],
      { usd: 0.5, tokens: 100, ...known },
    ],
    [
      'reservations of all calls that were under way at the end',
      [reserve('a', 1), reserve('b', 1)],
      { usd: 1, tokens: 200, ...known },
    ],
    [
      'of many requests of a call that was under way, the last, since those before it were free',
      Array.from({ length: 20 }, (_, at) => reserve('a', at + 1)),
      { usd: 0.5, tokens: 100, ...known },
    ],
    [
      'nothing of what was settled, but what was used and is held',
      [
        reserve('a', 1),
        settle('a'),
        reserve('b', 1),
        settle('b', { usage: priced }),
        reserve('c', 1),
        settle('c', { usage: unmetered, held: { usd: 0.125, tokens: 7 } }),
      ],
      { usd: 0.375, tokens: 22, ...known },
    ],
    [
      'a reservation after what was settled, and nothing of either where the call has finished',
      [reserve('a', 1), settle('a'), reserve('a', 2), reserve('b', 1), settle('b'), call('b', 'f1')],
      { usd: 0.75, tokens: 115, ...known },
    ],
    [
      'what the requests before it have spent, with the last',
      [reserve('a', 1), reserve('a', 2, { held: { usd: 0.25, tokens: 30 } })],
      { usd: 0.75, tokens: 130, ...known },
    ],
    [
      'a lower bound where only tokens of those before it were bounded',
      [reserve('a', 1), reserve('a', 2, { held: { usd: null, tokens: 30 } })],
      { usd: 0.5, tokens: 130, usd_unknown: true, tokens_unknown: false },
    ],
    [
      'nothing of what is told with a reservation, where the call has finished',
      [reserve('a', 2, { held: { usd: 0.25, tokens: 30 } }), call('a', 'f1')],
      { usd: 0.25, tokens: 15, ...known },
    ],
    [
      'reservations that were under way when a session ended, whatever comes of the call later',
      [reserve('a', 1), resumed(), reserve('a', 1), call('a', 'f1')],
      { usd: 0.75, tokens: 115, ...known },
    ],
    [
      'a reservation of another call of the record',
      [reserve('a', 1, { call: 2 }), call('a', 'f1')],
      { usd: 0.75, tokens: 115, ...known },
    ],
    [
      'a lower bound where a call has no price',
      [call('a', 'f1', { outcome: { ...answer(''), usage: { ...priced, cost_usd: null } } })],
      { usd: 0, tokens: 15, usd_unknown: true, tokens_unknown: false },
    ],
    [
      'a lower bound where nothing was held for a call without usage',
      [call('a', 'f1', lost)],
      { usd: 0, tokens: 0, usd_unknown: true, tokens_unknown: true },
    ],
    [
      'a lower bound where only the other was bounded',
      [reserve('a', 1, { usd: null })],
      { usd: 0, tokens: 100, usd_unknown: true, tokens_unknown: false },
    ],
    [
      'nothing for an answer of the cache',
      [call('a', 'f1', { outcome: { ...answer(''), usage: { ...zeroUsage, cached_requests: 1 } } })],
      { usd: 0, tokens: 0, ...known },
    ],
  ])('is %s', async (_, lines, spent) => {
    expect((await historyOf(journalOf(...lines))).spent).toEqual(spent);
    expect((await historyOf(journalOf(...lines), { all: true })).spent).toEqual(spent);
  });
});
