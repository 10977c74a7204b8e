import { describe, expect, it } from 'vitest';
import { addCall, createUsageLedger, createUsageSums, type CountedIn } from '../../src/run/usage-ledger.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { used } from './support/fake-models.ts';
import { plan, settings, step } from './support/plans.ts';

const prices = {
  date: '2026-01-01',
  models: { small: { input: 1, output: 2 }, 'small-2603': { input: 100, output: 200 } },
};
const large = { ...settings, name: 'large' };
const newRecord = (): CountedIn => ({ steps: new Set(), models: new Set() });

function ledger() {
  return createUsageLedger(plan([step('one'), step('two'), step('three', { model: large })], { prices }));
}

describe('createUsageLedger', () => {
  it('starts with a row of nothing for every step and model', () => {
    const nothing = { records: 0, ...zeroUsage };
    expect(ledger().report()).toEqual({
      total: nothing,
      by_step: { one: nothing, two: nothing, three: nothing },
      by_model: { small: nothing, large: nothing },
    });
  });

  it('prices by the model that answered, else by the one asked for', () => {
    const book = ledger();
    const call = { step: 'one', model: 'small', usage: used };
    // 10 tokens in, 5 out, in dollars for a million.
    expect(book.add({ ...call, resolved_model: 'small-2603' }, newRecord()).cost_usd).toBe(0.002);
    expect(book.add({ ...call, resolved_model: 'small-9999' }, newRecord()).cost_usd).toBe(0.00002);
    expect(book.add({ ...call, resolved_model: null }, newRecord()).cost_usd).toBe(0.00002);
    expect(
      book.add({ ...call, step: 'three', model: 'large', resolved_model: 'large-1' }, newRecord()).cost_usd,
    ).toBeNull();
  });

  it('keeps the cost of what was priced before, known or not, whatever its model costs now', () => {
    const book = ledger();
    const call = { step: 'one', model: 'small', resolved_model: 'small-2603', priced: true };
    expect(book.add({ ...call, usage: { ...used, cost_usd: 0.5 } }, newRecord()).cost_usd).toBe(0.5);
    expect(book.add({ ...call, usage: used }, newRecord()).cost_usd).toBeNull();
  });

  it('sums by step, by model and in total, and counts each record once in each', () => {
    const book = ledger();
    const first = newRecord();
    const second = newRecord();
    const one = { step: 'one', model: 'small', resolved_model: null, usage: used };
    book.add(one, first);
    book.add(one, first);
    book.add({ ...one, step: 'two' }, first);
    book.add(one, second);
    const { total, by_step, by_model } = book.report();
    expect(total).toMatchObject({ records: 2, requests: 4, total_tokens: 60, cost_usd: 0.00008 });
    expect(by_step['one']).toMatchObject({ records: 2, requests: 3, total_tokens: 45, cost_usd: 0.00006 });
    expect(by_step['two']).toMatchObject({ records: 1, requests: 1, total_tokens: 15 });
    expect(by_step['three']).toMatchObject({ records: 0, requests: 0, total_tokens: 0, cost_usd: 0 });
    expect(by_model['small']).toMatchObject({ records: 2, requests: 4, total_tokens: 60 });
    expect(by_model['large']).toMatchObject({ records: 0, requests: 0 });
  });

  it('counts no record of which nothing was asked, but one that the cache answered', () => {
    const book = ledger();
    const record = newRecord();
    const call = { step: 'one', model: 'small', resolved_model: null };
    expect(book.add({ ...call, usage: zeroUsage }, record)).toEqual(zeroUsage);
    expect(book.report().total.records).toBe(0);
    book.add({ ...call, usage: { ...zeroUsage, cached_requests: 1 } }, record);
    const { total, by_step, by_model } = book.report();
    expect([total.records, by_step['one']?.records, by_model['small']?.records]).toEqual([1, 1, 1]);
  });

  it('does not call a cost known when part of it is not', () => {
    const book = ledger();
    book.add({ step: 'one', model: 'small', resolved_model: null, usage: used }, newRecord());
    book.add({ step: 'three', model: 'large', resolved_model: null, usage: used }, newRecord());
    expect(book.report().total.cost_usd).toBeNull();
    expect(book.report().by_model['small']?.cost_usd).toBe(0.00002);
  });

  it('knows which models answered for the one asked for', () => {
    const book = ledger();
    for (const resolved_model of ['small-2', null, 'small-1', 'small-2']) {
      book.add({ step: 'one', model: 'small', resolved_model, usage: used }, newRecord());
    }
    expect(book.resolvedModels()).toEqual({ small: ['small-2', 'small-1'], large: [] });
  });

  it('goes on with what earlier sessions have used, of steps and models that there are no more too', () => {
    const sums = createUsageSums();
    const earlier = {
      step: 'gone',
      model: 'tiny',
      resolved_model: 'tiny-1',
      usage: { ...used, cost_usd: 1 },
    };
    addCall(sums, earlier, newRecord());
    addCall(sums, { ...earlier, step: 'one' }, { steps: new Set(['gone']), models: new Set(['tiny']) });
    const book = createUsageLedger(plan([step('one'), step('two')], { prices }), sums);
    book.add({ step: 'one', model: 'small', resolved_model: null, usage: used }, newRecord());
    const { total, by_step, by_model } = book.report();
    expect(total).toMatchObject({ records: 2, requests: 3, cost_usd: 2.00002 });
    expect(Object.keys(by_step)).toEqual(['one', 'two', 'gone']);
    expect(by_step['one']).toMatchObject({ records: 2, requests: 2, cost_usd: 1.00002 });
    expect(by_step['gone']).toMatchObject({ records: 1, requests: 1, cost_usd: 1 });
    expect(Object.keys(by_model)).toEqual(['small', 'tiny']);
    expect(by_model['small']).toMatchObject({ records: 1, requests: 1, cost_usd: 0.00002 });
    expect(by_model['tiny']).toMatchObject({ records: 1, requests: 2, cost_usd: 2 });
    expect(book.resolvedModels()).toEqual({ small: [], tiny: ['tiny-1'] });
  });
});
