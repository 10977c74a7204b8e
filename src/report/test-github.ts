import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { bounded } from '../diagnostic/printable.ts';
import type { SuiteResult } from '../testing/result.ts';
import { formatAmount } from './numbers.ts';
import { failuresOf, type PlacedFailure } from './test-words.ts';

const longestGot = 200;

/** What failed as diagnostics, so that GitHub marks the lines: of what was expected, or of the prompt that nobody recorded. */
export function testDiagnostics(results: readonly SuiteResult[]): readonly Diagnostic[] {
  return results.flatMap(({ tests, reason }) => [
    ...tests.flatMap((test) =>
      Array.from(alike(failuresOf(test)), (failures) => diagnosticOf(test.test.name, failures)),
    ),
    ...(reason === undefined
      ? []
      : [{ severity: 'error', code: reason.code, message: reason.message } as const]),
  ]);
}

/** An expectation that many rows do not meet is marked once: GitHub shows ten marks, and what failed besides is among them. */
function alike(failures: readonly PlacedFailure[]): Iterable<readonly PlacedFailure[]> {
  const groups = new Map<string, PlacedFailure[]>();
  for (const one of failures) {
    const { kind, path, place, miss } = one.failure;
    const at = miss?.place ?? place;
    const key = JSON.stringify([kind, path, 'source' in at ? [at.source.path, at.pointer] : at]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups.values();
}

function diagnosticOf(name: string, [first, ...others]: readonly PlacedFailure[]): Diagnostic {
  if (first === undefined) throw new Error('no failure is none to be told');
  const { record, failure } = first;
  const { kind, path, message, got, seen, hint, miss } = failure;
  const shown = got !== undefined && seen === undefined && path !== undefined;
  const hints = [
    ...(shown ? [`got ${bounded(JSON.stringify(got), longestGot)}`] : []),
    ...(hint === undefined ? [] : [hint]),
  ];
  const further = others.length > 0 ? ` and ${formatAmount(others.length, 'more record')}` : '';
  const row = record?.record.row === undefined ? '' : ` (${record.record.row}${further})`;
  return {
    severity: 'error',
    code: kind,
    message: `${name}${row}: ${message}`,
    ...(hints.length > 0 && { hint: hints.join('; ') }),
    place: miss?.place ?? failure.place,
  };
}
