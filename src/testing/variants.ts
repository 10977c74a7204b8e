import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { checkSetting } from '../pipeline/flags.ts';
import { draftOf } from '../pipeline/schema/keywords.ts';
import { compileValidator } from '../pipeline/schema/validator.ts';
import { mistakesIn } from '../pipeline/schema/value-mistakes.ts';
import { listText } from '../pipeline/words.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { success } from '../result.ts';
import { canonicalJson } from '../run/canonical.ts';
import { zeroUsage } from '../usage/add.ts';
import type { Variant } from './suite.ts';

/** Finds the run that a test belongs to, and makes it where there is none yet. */
export interface Variants {
  find(test: JsonObject, pointer: Pointer, folder: string, workspace: Workspace): Promise<Variant>;
  all(): readonly Variant[];
}

export function createVariants(plan: Plan): Variants {
  const variants = new Map<string, Variant>();
  return {
    async find(test, pointer, folder, workspace) {
      const vars = isObject(test['vars']) ? test['vars'] : {};
      const mocks = isObject(test['mocks']) ? test['mocks'] : {};
      checkVars(vars, plan, [...pointer, 'vars'], workspace);
      await checkMocks(mocks, plan, [...pointer, 'mocks'], workspace);
      const id = canonicalJson({ vars, mocks, folder });
      const known = variants.get(id) ?? {
        id,
        plan: changed(plan, vars, mocks),
        mocked: Object.keys(mocks),
        folder,
      };
      variants.set(id, known);
      return known;
    },
    all: () => [...variants.values()],
  };
}

/** The pipeline with other variables, and with the outputs of some steps given. */
function changed(plan: Plan, vars: JsonObject, mocks: JsonObject): Plan {
  // A case is known by its test: that two have one key, or none has any, is nothing against them.
  const { key: _, ...input } = plan.input;
  return {
    ...plan,
    input,
    vars: { ...plan.vars, ...vars },
    steps: plan.steps.map((step) => {
      const output = Object.hasOwn(mocks, step.id) ? mocks[step.id] : undefined;
      return output === undefined ? step : mocked(step, output);
    }),
  };
}

/** The step with its output given: its `when` still decides whether it is there. */
function mocked(step: PlanStep, output: JsonValue): PlanStep {
  const { program } = step;
  const value = { output, tool_calls: [], finish_reason: null, usage: zeroUsage };
  return {
    ...step,
    program: {
      output: program.output,
      render: (scope) => program.render(scope),
      execute: async () => success(value),
    },
  };
}

function checkVars(vars: JsonObject, plan: Plan, pointer: Pointer, { source, report }: Workspace): void {
  const names = Object.keys(plan.vars);
  for (const [name, value] of Object.entries(vars)) {
    const place = { source, pointer: [...pointer, name] };
    if (!names.includes(name)) {
      const meant = didYouMean(name, names);
      const others = names.length === 0 ? 'it declares none' : `it has ${listText(names)}`;
      const hint = `${others}; what a record holds stands under \`input\``;
      report.add({
        severity: 'error',
        code: 'unknown-variable',
        message: `the pipeline has no variable \`${name}\``,
        hint: meant === undefined ? hint : `did you mean \`${meant}\`?`,
        place: { ...place, part: 'key' },
      });
      continue;
    }
    const fits = checkSetting([['vars', name], value], plan.vars);
    if (fits.ok) continue;
    const message = `\`vars.${name}\` has another type than in the pipeline: ${fits.error.message}`;
    report.add({ severity: 'error', code: 'wrong-type', message, place });
  }
}

async function checkMocks(
  mocks: JsonObject,
  plan: Plan,
  pointer: Pointer,
  { source, report }: Workspace,
): Promise<void> {
  const ids = plan.steps.map(({ id }) => id);
  for (const [id, output] of Object.entries(mocks)) {
    const place = { source, pointer: [...pointer, id] };
    const step = plan.steps.find((step) => step.id === id);
    if (step === undefined) {
      const meant = didYouMean(id, ids);
      report.add({
        severity: 'error',
        code: 'unknown-step',
        message: `there is no step \`${id}\``,
        hint: meant === undefined ? `the steps are ${listText(ids)}` : `did you mean \`${meant}\`?`,
        place: { ...place, part: 'key' },
      });
      continue;
    }
    const schema = step.program.output;
    const validate = await compileValidator(schema, draftOf(schema) ?? '2020-12');
    if (validate(output)) continue;
    report.add({
      severity: 'error',
      code: 'unfit-mock',
      message: `the step \`${id}\` could not answer so: ${mistakesIn(output, validate.errors ?? []).join('; ')}`,
      place,
    });
  }
}
