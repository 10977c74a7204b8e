import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { ModelSettings } from '../../models/contract.ts';
import type { Plan } from '../../plan.ts';
import { formatAmount } from '../../report/numbers.ts';
import { seenTools, unreadyInWords, type ToolOfStep } from '../../run/ready-tools.ts';
import { checkToolEnv } from '../../run/tool-env.ts';
import { starterModel } from '../../starter/tasks.ts';
import type { Terminal } from '../terminal.ts';
import { fine, missing, note, warning, type Finding } from './finding.ts';

type Load = (file: string) => Promise<{ readonly plan?: Plan; readonly diagnostics: readonly Diagnostic[] }>;

/** The models that a run would ask, and what is to be said of the pipeline that names them. */
export async function lookAtPipeline(
  { env }: Pick<Terminal, 'env'>,
  file: string | undefined,
  load: Load,
): Promise<{ readonly findings: readonly Finding[]; readonly models: readonly ModelSettings[] }> {
  if (file === undefined) return { findings: [], models: [usualModel] };
  const { plan, diagnostics } = await load(file);
  if (plan === undefined) {
    const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
    const [first] = mistakes;
    const where = `\`pipe check ${file}\` tells where`;
    if (mistakes.length !== 1 || first === undefined) {
      const message = `${file} has ${formatAmount(mistakes.length, 'mistake')}`;
      return { findings: [missing('pipeline', message, where)], models: [] };
    }
    // Of a file that is not there, nothing has a place in it.
    const hint = first.place === undefined ? first.hint : where;
    return { findings: [missing('pipeline', first.message, hint)], models: [] };
  }
  const variables = checkToolEnv(plan, env).map(({ message, hint }) => missing('tools', message, hint));
  const tools = (await seenTools(plan, env)).map(toolFinding);
  return {
    findings: [soundFinding(file, plan, diagnostics), ...tools, ...variables],
    models: plan.steps.map(({ model }) => model),
  };
}

/** A pipeline that may run, but perhaps not as it was meant. */
function soundFinding(file: string, { steps }: Plan, warnings: readonly Diagnostic[]): Finding {
  const [first] = warnings;
  if (first === undefined) return fine('pipeline', `${file}: ok, ${formatAmount(steps.length, 'step')}`);
  const message = warnings.length === 1 ? first.message : `${file} has ${warnings.length} warnings`;
  return warning('pipeline', message, `\`pipe check ${file}\` tells where`);
}

function toolFinding({ step, seen }: ToolOfStep): Finding {
  const { tool } = seen;
  const name = `the tool \`${tool}\` of step \`${step}\``;
  switch (seen.kind) {
    case 'found':
      return fine('tools', `${name} can be started`);
    case 'unknown':
      return note('tools', `${name} is not executed here: a run tells whether it works`);
    case 'unready':
      return missing('tools', unreadyInWords(step, tool, seen.error.message));
  }
}

/** What `pipe init` writes. */
const usualModel: ModelSettings = {
  provider: 'mistralai',
  name: starterModel,
  parameters: {},
  timeout: 60_000,
  idle_timeout: 60_000,
};
