import { describe, expect, it } from 'vitest';
import { labelOf, measure, type Prediction } from '../../src/testing/metrics.ts';

function predictions(...pairs: readonly (readonly [string, string | null])[]): readonly Prediction[] {
  return pairs.map(([label, predicted]) => ({ label, predicted }));
}

describe('the measures of a classifier', () => {
  it('are those of the textbook', () => {
    // cat: 2 of 3 found, one dog taken for it; dog: 1 of 2 found, one cat taken for it.
    const metrics = measure(
      predictions(['cat', 'cat'], ['cat', 'cat'], ['cat', 'dog'], ['dog', 'dog'], ['dog', 'cat']),
    );
    expect(metrics).toMatchObject({ records: 5, failed: 0, accuracy: 3 / 5 });
    expect(metrics.classes).toEqual([
      { name: 'cat', support: 3, predicted: 3, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 },
      { name: 'dog', support: 2, predicted: 2, precision: 1 / 2, recall: 1 / 2, f1: 1 / 2 },
    ]);
    expect(metrics.precision).toBeCloseTo(7 / 12);
    expect(metrics.recall).toBeCloseTo(7 / 12);
    expect(metrics.f1).toBeCloseTo(7 / 12);
    expect(metrics.confusion).toEqual([
      { label: 'cat', predicted: 'cat', count: 2 },
      { label: 'cat', predicted: 'dog', count: 1 },
      { label: 'dog', predicted: 'cat', count: 1 },
      { label: 'dog', predicted: 'dog', count: 1 },
    ]);
  });

  it('count a record that failed as given no class', () => {
    const metrics = measure(predictions(['cat', null], ['cat', 'cat']));
    expect(metrics).toMatchObject({ records: 2, failed: 1, accuracy: 0.5, recall: 0.5, precision: 1 });
    expect(metrics.confusion).toContainEqual({ label: 'cat', predicted: null, count: 1 });
  });

  it('know no precision of a class that was never given, and no recall of one that nothing has', () => {
    const metrics = measure(predictions(['cat', 'dog']));
    expect(metrics.classes).toEqual([
      { name: 'cat', support: 1, predicted: 0, precision: null, recall: 0, f1: 0 },
      { name: 'dog', support: 0, predicted: 1, precision: 0, recall: null, f1: null },
    ]);
    // Of the means, a class that no record has is no part.
    expect(metrics).toMatchObject({ precision: 0, recall: 0, f1: 0 });
  });

  it('take names of objects for classes like any other', () => {
    const metrics = measure(predictions(['__proto__', 'constructor'], ['constructor', 'constructor']));
    expect(metrics.classes.map(({ name, support }) => [name, support])).toEqual([
      ['__proto__', 1],
      ['constructor', 1],
    ]);
  });

  it('tell classes by their texts', () => {
    expect([true, 5, 'a', null, ['b']].map((value) => labelOf(value))).toEqual([
      'true',
      '5',
      'a',
      'null',
      '["b"]',
    ]);
  });
});
