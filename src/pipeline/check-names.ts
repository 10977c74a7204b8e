import type { TemplateContext } from './templates.ts';

/** Without `output`, a result row has the record's fields and one field a step, so no two may have the same name. */
export function checkNames(
  steps: readonly string[],
  fields: readonly string[],
  { source, report }: TemplateContext,
): void {
  for (const id of steps.filter((id) => fields.includes(id))) {
    report.add({
      severity: 'error',
      code: 'duplicate-field',
      message: `the step \`${id}\` is named like a field of the record, and results have both side by side`,
      hint: 'rename the step, or say under `output` what a result row holds',
      place: { source, pointer: ['steps', id], part: 'key' },
    });
  }
}
