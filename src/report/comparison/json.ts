import type { Comparison, Listed } from '../../comparison/compare.ts';
import { printableJson } from '../../diagnostic/printable.ts';

/** The whole comparison as one JSON object, in pieces. What is not known is null. */
export async function* comparisonJson(comparison: Comparison): AsyncGenerator<string> {
  const { a, b, same, changed, added, removed, failures, fields, differences, differs } = comparison;
  yield `{"differs": ${differs},\n"same": ${same},\n"changed": `;
  yield* list(changed);
  yield ',\n"added": ';
  yield* list(added);
  yield ',\n"removed": ';
  yield* list(removed);
  yield ',\n"failures": ';
  yield* list(failures);
  const both = <Value>(of: (side: NonNullable<Comparison['a']['run']>) => Value | null | undefined) => ({
    a: (a.run && of(a.run)) ?? null,
    b: (b.run && of(b.run)) ?? null,
  });
  const rest = {
    fields,
    failure_codes: comparison.failureCodes,
    skipped: both(({ summary }) => summary.counts?.skipped),
    usage: both(({ summary }) => summary.usage),
    cost_usd: both(({ summary }) => summary.cost_usd),
    latency_ms: both(({ latency }) => latency),
    differences,
  };
  for (const [name, value] of Object.entries(rest)) {
    yield `,\n${JSON.stringify(name)}: ${printableJson(JSON.stringify(value))}`;
  }
  yield '}\n';
}

async function* list<Value>(values: Listed<Value>): AsyncGenerator<string> {
  if (values.count === 0) {
    yield '[]';
    return;
  }
  let before = '[\n  ';
  for await (const value of values.all()) {
    yield before + printableJson(JSON.stringify(value));
    before = ',\n  ';
  }
  yield '\n]';
}
