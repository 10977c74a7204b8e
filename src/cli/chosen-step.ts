import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import type { Plan } from '../plan.ts';
import { printDiagnostics, type Terminal } from './terminal.ts';

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

/** Whether `--step` names one, or is not given; else tells that it does not. */
export async function hasStep(terminal: Terminal, plan: Plan, id: string | undefined): Promise<boolean> {
  const mistake = id === undefined ? undefined : unknownStep(plan, id);
  if (mistake !== undefined) await printDiagnostics(terminal, [mistake]);
  return mistake === undefined;
}
