import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { canonicalJson } from './canonical.ts';

/** What the questions of a step are made of, beside the records: a hash of each; null where the step has nothing of the kind. */
export interface StepIngredients {
  /** Templates, partials and the variables that they read; null where the plan was made of no file. */
  readonly prompt: string | null;
  /** Provider, address, name and parameters. */
  readonly model: string;
  /** The form that the answer has to have, and how the model is asked for it. */
  readonly schema: string | null;
  /** What the model is told of the tools that it may call. */
  readonly tools: string | null;
}

export const ingredientNames = ['prompt', 'model', 'schema', 'tools'] as const;

/** The steps' ingredients by their ids, as a run notes them, so that it can be told later why a call is made again. */
export function ingredientsOf({ steps, vars }: Pick<Plan, 'steps' | 'vars'>): {
  readonly [step: string]: StepIngredients;
} {
  return Object.fromEntries(steps.map((step) => [step.id, ofStep(step, vars)]));
}

function ofStep({ model, program, prompt_hash }: PlanStep, vars: JsonObject): StepIngredients {
  const { provider, base_url = null, name, parameters } = model;
  const request = program.outlook?.sketch({ input: {}, vars, steps: {} });
  const {
    tools = null,
    tool_choice = null,
    parallel_tool_calls = null,
    response_format = null,
  } = request ?? {};
  const told = { tools, tool_choice, parallel_tool_calls } as unknown as JsonObject;
  const callsTools = program.tool_calls !== undefined;
  const format = { output: program.output, response_format, ...(!callsTools && told) } as JsonObject;
  const hasForm = response_format !== null || (tools !== null && !callsTools);
  return {
    prompt: prompt_hash ?? null,
    model: digest({ provider, base_url, name, parameters }),
    schema: hasForm || (callsTools && !isText(program.output)) ? digest(format) : null,
    tools: callsTools ? digest(told) : null,
  };
}

function isText(output: JsonValue): boolean {
  return canonicalJson(output) === '{"type":"string"}';
}

function digest(value: JsonObject): string {
  return hash('sha256', canonicalJson(value), 'hex').slice(0, 32);
}
