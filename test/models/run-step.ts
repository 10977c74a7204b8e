import type { JsonObject } from '../../src/json/json.ts';
import type { Result } from '../../src/result.ts';
import { stepTypes } from '../../src/steps/registry.ts';
import type { StepError, StepType, StepValue } from '../../src/steps/step.ts';
import { compileStep, script } from '../steps/support.ts';
import type { Rig } from './rig.ts';

/** Runs a step for one record through a client and its fake server. Its tools are run as they are. */
export async function runStep(
  { ask, stream }: Rig,
  type: string | StepType,
  spec: JsonObject,
  how: { readonly stream: boolean } = { stream: false },
): Promise<Result<StepValue, StepError>> {
  const stepType = typeof type === 'string' ? stepTypes.get(type) : type;
  if (stepType === undefined) throw new Error(`there is no step of the type ${JSON.stringify(type)}`);
  const { program, mistakes } = await compileStep(stepType, spec, new Map(), 'ticket');
  if (mistakes.length > 0) throw new Error(mistakes.join(', '));
  const services = script();
  return program.execute(
    { input: {}, vars: {}, steps: {} },
    { ...services, call: (request) => (how.stream ? stream(request).outcome : ask(request)) },
  );
}
