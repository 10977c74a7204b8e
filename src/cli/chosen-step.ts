import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import type { Plan } from '../plan.ts';

/** What is wrong with the step that `--step` names. */
export function unknownStep({ steps }: Plan, id: string): Diagnostic | undefined {
  const ids = steps.map((step) => step.id);
  if (ids.includes(id)) return undefined;
  const meant = didYouMean(id, ids);
  return {
    severity: 'error',
    code: 'usage',
    message: `there is no step \`${id}\``,
    hint: meant === undefined ? `the steps are ${ids.join(', ')}` : `did you mean \`${meant}\`?`,
  };
}
