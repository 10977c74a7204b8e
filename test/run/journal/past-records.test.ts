import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswerLists, type Answerer, type Cause } from '../../../src/run/journal/answer-lists.ts';
import { createCountedSets } from '../../../src/run/journal/counted-sets.ts';
import { createPastRecords } from '../../../src/run/journal/past-records.ts';

const place = (offset: number) => ({ offset, length: offset + 1 });

describe('createAnswerLists', () => {
  const list = fc.nat({ max: 3 });
  const step = fc.nat({ max: 2 });
  const from = fc.constantFrom<Answerer[]>('model', 'tool', 'failed tool');
  const act = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), list, step, from }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('without' as const),
        cause: fc.constantFrom<Cause[]>('answer', 'tools'),
        list,
        step,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), list, step }) },
  );

  it('keeps lists apart as arrays would, whatever room is used again', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const lists = createAnswerLists();
        const heads = [0, 0, 0, 0];
        const model: { step: number; from: Answerer; offset: number }[][] = [[], [], [], []];
        for (const [offset, done] of acts.entries()) {
          const head = heads[done.list] ?? 0;
          const known = model[done.list] ?? [];
          const last = (who: Answerer, before = Infinity) =>
            known.findLastIndex(({ step, from }, at) => step === done.step && from === who && at < before);
          const without = (begin: number, answer: number) =>
            known.filter(
              ({ step, from }, at) =>
                at !== answer && (step !== done.step || from !== 'failed tool' || at < begin),
            );
          if (done.kind === 'add') {
            heads[done.list] = lists.add(head, done.step, done.from, place(offset));
            known.push({ step: done.step, from: done.from, offset });
          } else if (done.kind === 'without') {
            heads[done.list] = lists.without(head, done.step, done.cause);
            const isAnswer = done.cause === 'answer';
            const begin = last('model', isAnswer ? Infinity : last('failed tool'));
            model[done.list] = without(begin, isAnswer ? begin : -1);
          } else {
            lists.drop(head);
            heads[done.list] = 0;
            model[done.list] = [];
          }
          const kept = heads.map((one) => lists.lines(one));
          expect(kept).toEqual(model.map((ones) => ones.map((one) => place(one.offset))));
        }
      }),
    );
  });

  it('take no more room than there were answers at any one time', () => {
    const lists = createAnswerLists();
    let most = 0;
    for (let record = 0; record < 1000; record += 1) {
      let list = 0;
      for (let at = 0; at < 3; at += 1) list = lists.add(list, at, 'model', place(at));
      most = Math.max(most, list);
      if (record % 2 === 0) list = lists.without(list, 1, 'answer');
      lists.drop(list);
    }
    expect(most).toBe(3);
  });
});

describe('createCountedSets', () => {
  it('keeps each set once, in whatever order it came about, and changes none', () => {
    const sets = createCountedSets();
    const one = sets.with(0, 'one', 'small');
    const both = sets.with(one, 'two', 'large');
    const two = sets.with(0, 'two', 'large');
    expect(sets.with(two, 'one', 'small')).toBe(both);
    expect(sets.with(both, 'one', 'large')).toBe(both);
    expect(sets.with(0, 'one', 'small')).toBe(one);
    expect(sets.get(0)).toMatchObject({ steps: new Set(), models: new Set() });
    expect(sets.get(one)).toMatchObject({ steps: new Set(['one']), models: new Set(['small']) });
    expect(sets.get(both)).toMatchObject({
      steps: new Set(['one', 'two']),
      models: new Set(['small', 'large']),
    });
  });
});

describe('createPastRecords', () => {
  it('finds a record that was through once and is to be run again', () => {
    const records = createPastRecords();
    records.called('a', 'one', 'small');
    records.answered('a', 'one', 'model', place(7));
    records.ended('a', 3);
    expect([records.isAt(3, 'a'), records.unfinished('a')]).toEqual([true, undefined]);
    records.called('a', 'one', 'small');
    records.answered('a', 'one', 'model', place(9));
    records.failed('a');
    expect(records.unfinished('a')?.answers).toEqual([place(9)]);
    records.ended('a', 3);
    expect([records.isAt(3, 'a'), records.unfinished('a')]).toEqual([true, undefined]);
  });

  it('knows where a record is through, and no other there', () => {
    const records = createPastRecords();
    records.ended('a', 3);
    expect([2, 3, 4].map((sequence) => records.isAt(sequence, 'a'))).toEqual([false, true, false]);
    expect(records.isAt(3, 'b')).toBe(false);
    records.ended('b', 3);
    expect([records.isAt(3, 'a'), records.isAt(3, 'b')]).toEqual([false, true]);
  });

  it('knows from one session to the next which rows count a record', () => {
    const records = createPastRecords();
    records.called('a', 'one', 'small');
    records.sessionEnded();
    expect(records.unfinished('a')?.countedIn.steps).toEqual(new Set(['one']));
    records.called('a', 'two', 'small');
    records.ended('a', 0);
    expect(records.isAt(0, 'a')).toBe(true);
  });
});
