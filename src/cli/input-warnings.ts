import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import { nameText } from '../template/path-text.ts';

/** What is allowed of an input with so many records, but was hardly meant: none at all, or one question for all. */
export function inputWarnings(
  plan: Plan | undefined,
  { path, columns }: Pick<RecordSource, 'path' | 'columns'>,
  records: number,
): readonly Diagnostic[] {
  if (records === 0) {
    const message = `${path} has no records${columns === undefined ? '' : ': its header stands alone'}`;
    const hint = 'check that it is the right file, and that all of it was written';
    return [{ severity: 'warning', code: 'no-records', message, hint, place: { path, line: 1 } }];
  }
  const [first] = plan?.steps ?? [];
  if (first === undefined || records === 1 || plan?.steps.some(readsRecord) === true) return [];
  const field = columns?.find((name) => name !== plan?.input.key) ?? 'text';
  return [
    {
      severity: 'warning',
      code: 'same-question',
      message: 'no step reads anything of the record: every record gets the same question',
      hint: `read a field in a prompt, such as {{input.${nameText(field)}}}`,
      ...(first.place && { place: { ...first.place, part: 'key' } }),
    },
  ];
}

/** A module that is called as a tool is given the record. */
function readsRecord({ type, record_reads: reads }: PlanStep): boolean {
  return reads === undefined || reads.whole || reads.fields.length > 0 || type === 'tools';
}
