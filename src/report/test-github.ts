import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { bounded } from '../diagnostic/printable.ts';
import type { SuiteResult } from '../testing/result.ts';
import { failuresOf, type PlacedFailure } from './test-words.ts';

const longestGot = 200;

/** What failed as diagnostics, so that GitHub marks the lines: of what was expected, or of the prompt that nobody recorded. */
export function testDiagnostics(results: readonly SuiteResult[]): readonly Diagnostic[] {
  return results.flatMap(({ tests, reason }) => [
    ...tests.flatMap((test) => failuresOf(test).map((failure) => diagnosticOf(test.test.name, failure))),
    ...(reason === undefined
      ? []
      : [{ severity: 'error', code: reason.code, message: reason.message } as const]),
  ]);
}

function diagnosticOf(name: string, { record, failure }: PlacedFailure): Diagnostic {
  const { kind, path, message, got, seen, hint, miss } = failure;
  const shown = got !== undefined && seen === undefined && path !== undefined;
  const hints = [
    ...(shown ? [`got ${bounded(JSON.stringify(got), longestGot)}`] : []),
    ...(hint === undefined ? [] : [hint]),
  ];
  const row = record?.record.row === undefined ? '' : ` (${record.record.row})`;
  return {
    severity: 'error',
    code: kind,
    message: `${name}${row}: ${message}`,
    ...(hints.length > 0 && { hint: hints.join('; ') }),
    place: miss?.place ?? failure.place,
  };
}
