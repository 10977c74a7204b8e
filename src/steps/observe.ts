import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import type { ToolOutcome } from '../tools/tool.ts';
import type { StepError, StepProgram, StepValue, ToolInvocation } from './step.ts';

/** Is told what one execution of a step asks and is answered, as it happens: the events of a run tell neither. */
export interface StepObserver {
  /** The model is asked; what is given back is told the answer. */
  asked(request: ModelRequest): (outcome: CallOutcome) => void;
  /** A tool is called; what is given back is told what came of it. */
  called(call: ToolInvocation): (outcome: ToolOutcome) => void;
  ended(result: Result<StepValue, StepError>): void;
}

/** The same program, of whose executions the observer of each is told. `observe` may want to hear nothing of one. */
export function observed(
  program: StepProgram,
  observe: (scope: Scope) => StepObserver | undefined,
): StepProgram {
  return {
    ...program,
    async execute(scope, services) {
      const observer = observe(scope);
      if (observer === undefined) return program.execute(scope, services);
      const result = await program.execute(scope, {
        ...services,
        async call(request) {
          const answered = observer.asked(request);
          const outcome = await services.call(request);
          answered(outcome);
          return outcome;
        },
        async tool(call) {
          const ended = observer.called(call);
          const outcome = await services.tool(call);
          ended(outcome);
          return outcome;
        },
      });
      observer.ended(result);
      return result;
    },
  };
}
