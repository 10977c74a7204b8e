import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import { fieldInWords } from '../../../src/report/figures/field-words.ts';
import { createResults, type FieldFigures } from '../../../src/report/figures/results.ts';

function resultsOf(outputs: readonly JsonValue[], copied: readonly string[] = []) {
  const results = createResults((name) => copied.includes(name));
  for (const output of outputs) results.add(output);
  return results.figures();
}

function only(outputs: readonly JsonValue[]): FieldFigures {
  const [field] = resultsOf(outputs).fields;
  if (field === undefined) throw new Error('there is no field');
  return field;
}

const labels = (...values: readonly JsonValue[]) => values.map((label): JsonObject => ({ label }));

describe('the results of a run', () => {
  it('count few short values, the most frequent first, and null apart', () => {
    expect(only(labels('b', 'a', 'b', null, true, 3, 'b', 3))).toMatchObject({
      field: 'label',
      records: 8,
      null: 1,
      values: [
        { value: 'b', count: 3 },
        { value: 3, count: 2 },
        { value: 'a', count: 1 },
        { value: true, count: 1 },
      ],
    });
  });

  it('list few numbers by their size, as they stand on a scale', () => {
    const counted = [4, 10, 4, 2, 4, 10].map((stars): JsonObject => ({ stars }));
    expect(only([...counted, { stars: null }]).values).toEqual([
      { value: 2, count: 1 },
      { value: 4, count: 3 },
      { value: 10, count: 2 },
    ]);
  });

  it('leave out what is copied from the input, with all that is below it', () => {
    const output = { id: 'a', ticket: { text: 'x' }, classify: { topic: 'order', 'a b': 1 } };
    const { fields } = resultsOf([output], ['id', 'ticket']);
    expect(fields.map(({ field }) => field)).toEqual(['classify.topic', 'classify["a b"]']);
  });

  it('tell least, middle and most of numbers, also where they are no classes', () => {
    const scores = Array.from({ length: 101 }, (_, at) => ({ score: 100 - at }));
    expect(only(scores)).toMatchObject({
      values: null,
      numbers: { count: 101, min: 0, median: 50, max: 100 },
    });
    expect(only([{ score: 2 }, { score: -1.5 }])).toMatchObject({
      values: [{ value: -1.5 }, { value: 2 }],
      numbers: { min: -1.5, median: -1.5, max: 2 },
    });
  });

  it('tell how long texts are, and how many are empty', () => {
    const texts = ['', 'x'.repeat(61), 'y'.repeat(80)].map((reply) => ({ reply }));
    expect(only(texts)).toMatchObject({
      values: null,
      numbers: null,
      texts: { count: 3, empty: 1, median_length: 61 },
    });
  });

  it('count lists, an object without names among them', () => {
    expect(only([{ tags: ['a', 'b'] }, { tags: [] }, { tags: {} }])).toMatchObject({
      values: null,
      lists: { count: 3, empty: 2, median_length: 0 },
    });
  });

  it.each([
    ['a value of 60 characters', labels('x'.repeat(60), 'a'), 2],
    ['a value of 61', labels('x'.repeat(61), 'a'), undefined],
    ['a value of two lines', labels('x\ny', 'a'), undefined],
    ['20 values', labels(...Array.from({ length: 40 }, (_, at) => at % 20)), 20],
    ['21 values', labels(...Array.from({ length: 42 }, (_, at) => at % 21)), undefined],
    ['6 values that differ', labels(1, 2, 3, 4, 5, 6), 6],
    ['7 values that all differ', labels(1, 2, 3, 4, 5, 6, 7), undefined],
    ['nothing but null', labels(null, null), undefined],
  ])('give up on counting at the bound: %s', (_what, outputs, values) => {
    expect(only(outputs).values?.length).toBe(values);
  });

  it('count an output that is no object under the name that it has in a table', () => {
    expect(resultsOf(['yes', 'no', 'yes']).fields).toMatchObject([
      { field: 'output', values: [{ value: 'yes', count: 2 }, { count: 1 }] },
    ]);
  });

  it('keep little, however many values and names the outputs make up', () => {
    const results = createResults();
    for (let at = 0; at < 3000; at += 1) results.add({ [`n${at}`]: at, id: `${at}`, size: at });
    results.add({ ['x'.repeat(300)]: 1 });
    const { fields, more_fields } = results.figures();
    expect(fields).toHaveLength(200);
    expect(more_fields).toBe(true);
    const size = fields.find(({ field }) => field === 'size')?.numbers;
    expect(size).toMatchObject({ count: 3000, min: 0, max: 2999 });
    expect(Math.abs((size?.median ?? 0) - 1499)).toBeLessThan(1499 * 0.005);
  });

  it('are told in words', () => {
    const words = (field: FieldFigures, records: number) => fieldInWords(field, records).join(', ');
    expect(words(only(labels('a', null)), 3)).toBe('1 value, 1 null, absent in 1');
    expect(words(only(labels(0.1, 2_000_000, 0.1)), 3)).toBe('2 values, from 0.1 to 2,000,000, median 0.1');
    expect(words(only(labels(7, 7)), 2)).toBe('1 value, always 7');
    expect(words(only(labels('x'.repeat(100), '')), 2)).toBe(
      '2 texts, 1 of them empty, median length 0 characters',
    );
    expect(words(only([{ tags: ['a'] }]), 1)).toBe('1 list, median length 1 item');
  });
});
