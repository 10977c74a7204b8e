import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { listText, theirNames } from '../pipeline/words.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { Plan } from '../plan.ts';
import { labelOf } from './metrics.ts';
import { compilePath } from './path.ts';
import { textIn } from './text-in.ts';
import type { RowFile } from './rows.ts';
import { pathScope } from './scope.ts';
import type { PlannedClassification, Threshold } from './suite.ts';

const measures = ['accuracy', 'precision', 'recall', 'f1'] as const;

/** Compiles the `classify` of a test at this place. Undefined where something is wrong with it, which is reported. */
export function compileClassification(
  spec: JsonObject,
  pointer: Pointer,
  plan: Plan,
  rows: RowFile,
  { source, report }: Workspace,
): PlannedClassification | undefined {
  const label = textIn(spec, 'label');
  const place = { source, pointer: [...pointer, 'prediction'] };
  const prediction = compilePath(textIn(spec, 'prediction'), place, pathScope(plan, ['succeeded']), report);
  const lacking = rows.records.find(({ value }) => !Object.hasOwn(value, label) || value[label] === null);
  if (lacking !== undefined) {
    report.add({ ...noLabel(label, lacking, rows), place: { source, pointer: [...pointer, 'label'] } });
    return undefined;
  }
  const classes = new Set(rows.records.map(({ value }) => labelOf(value[label] ?? null)));
  const least = isObject(spec['at_least']) ? spec['at_least'] : {};
  const at = [...pointer, 'at_least'];
  const thresholds = thresholdsIn(least, at, source);
  const ofClasses = isObject(least['classes']) ? Object.entries(least['classes']) : [];
  for (const [name, held] of ofClasses) {
    if (!classes.has(name))
      report.add({
        ...noClass(name, classes),
        place: { source, pointer: [...at, 'classes', name], part: 'key' },
      });
    thresholds.push(...thresholdsIn(held, [...at, 'classes', name], source, name));
  }
  return prediction && { label, prediction, thresholds };
}

function thresholdsIn(
  held: JsonValue,
  pointer: Pointer,
  source: Workspace['source'],
  of?: string,
): Threshold[] {
  return measures.flatMap((measure) => {
    const at_least = isObject(held) ? held[measure] : undefined;
    if (typeof at_least !== 'number') return [];
    const place = { source, pointer: [...pointer, measure] };
    return [{ place, measure, at_least, ...(of !== undefined && { of }) }];
  });
}

function noLabel(
  label: string,
  { value, row }: RowFile['records'][number],
  { columns }: RowFile,
): Diagnostic {
  const names = columns ?? Object.keys(value);
  const meant = didYouMean(label, names);
  return {
    severity: 'error',
    code: 'missing-label',
    message: `${row ?? 'a row'} has no \`${label}\`, which is to be its label`,
    hint: meant === undefined ? theirNames('fields', names) : `did you mean \`${meant}\`?`,
  };
}

function noClass(name: string, classes: ReadonlySet<string>): Diagnostic {
  const meant = didYouMean(name, classes);
  return {
    severity: 'error',
    code: 'unknown-class',
    message: `no row has the label \`${name}\``,
    hint:
      meant === undefined
        ? `the labels are ${listText([...classes].slice(0, 20))}`
        : `did you mean \`${meant}\`?`,
  };
}
