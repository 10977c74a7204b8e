import type { JsonValue } from '../json/json.ts';

/** One labelled record: the right class and the one that it was given; null where the record failed. */
export interface Prediction {
  readonly label: string;
  readonly predicted: string | null;
}

/** How well one class is found. What there is nothing to divide by for is null, never 0 or 1. */
export interface ClassMetrics {
  readonly name: string;
  /** Records that have it. */
  readonly support: number;
  /** Records that were given it. */
  readonly predicted: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

export interface Metrics {
  readonly records: number;
  /** Of these, how many failed: they count as given no class. */
  readonly failed: number;
  readonly accuracy: number;
  /** Means over the classes that some record has, each with the same weight; a precision of null counts as 0. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Those of the labels, in the alphabet's order; then those that were only predicted. */
  readonly classes: readonly ClassMetrics[];
  /** Of records with the first class, how many were given the second; a class that is null was given none. */
  readonly confusion: readonly ConfusionRow[];
}

export interface ConfusionRow {
  readonly label: string;
  readonly predicted: string | null;
  readonly count: number;
}

/** A label as a class: texts as they are, any other value as its JSON. */
export function labelOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Measures a classifier by at least one prediction. */
export function measure(predictions: readonly Prediction[]): Metrics {
  const labels = sorted(predictions.map(({ label }) => label));
  const given = predictions.flatMap(({ predicted }) => predicted ?? []);
  const others = sorted(given).filter((name) => !labels.includes(name));
  const counts = new Map<string, Map<string | null, number>>();
  for (const { label, predicted } of predictions) {
    const row = counts.get(label) ?? new Map<string | null, number>();
    row.set(predicted, (row.get(predicted) ?? 0) + 1);
    counts.set(label, row);
  }
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
  const classes = [...labels, ...others].map((name): ClassMetrics => {
    const support = sum(counts.get(name)?.values() ?? []);
    const predicted = given.filter((other) => other === name).length;
    const hits = counts.get(name)?.get(name) ?? 0;
    const precision = predicted === 0 ? null : hits / predicted;
    const recall = support === 0 ? null : hits / support;
    const f1 = support === 0 ? null : (2 * hits) / (support + predicted);
    return { name, support, predicted, precision, recall, f1 };
  });
  const ofLabels = classes.slice(0, labels.length);
  const mean = (of: 'precision' | 'recall' | 'f1') =>
    sum(ofLabels.map((one) => one[of] ?? 0)) / Math.max(1, ofLabels.length);
  const hits = predictions.filter(({ label, predicted }) => label === predicted).length;
  return {
    records: predictions.length,
    failed: predictions.length - given.length,
    accuracy: hits / Math.max(1, predictions.length),
    precision: mean('precision'),
    recall: mean('recall'),
    f1: mean('f1'),
    classes,
    confusion: labels.flatMap((label) =>
      [...labels, ...others, null].flatMap((predicted) => {
        const count = counts.get(label)?.get(predicted);
        return count === undefined ? [] : [{ label, predicted, count }];
      }),
    ),
  };
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort((one, other) => (one < other ? -1 : 1));
}
