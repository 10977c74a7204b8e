import { basename, extname } from 'node:path';
import { isObject, type JsonObject } from '../json/json.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { stepReferences } from '../template/references.ts';
import { checkBudget, longestAnswer } from './budget.ts';
import { checkNames } from './check-names.ts';
import type { Columns } from './columns.ts';
import { compileInput, type InputType } from './input.ts';
import { warnOfLimits } from './limit-warnings.ts';
import { modelSettings, providerKeys } from './model-settings.ts';
import { warnOfModels } from './model-warnings.ts';
import { orderSteps, type Dependency, type StepOrder } from './order.ts';
import { compileOutput, type CompiledOutput } from './output.ts';
import { loadPartials } from './partials.ts';
import { promptHash } from './prompt-hash.ts';
import { recordReads } from './record-reads.ts';
import { callLimits, priceTable, retryPolicy, runBudget } from './policies.ts';
import { checkPaths, dependenciesOf, scopedTemplates } from './references.ts';
import type { FileScope, StepScope } from './scope.ts';
import { compileStep, compileWhen, type CompiledStep } from './steps.ts';
import { includedPartials, type PlacedTemplate, type TemplateContext } from './templates.ts';
import type { SoundFile } from './validate.ts';
import { warn } from './warnings.ts';
import type { Workspace } from './workspace.ts';

/** The parts of a file, each compiled by itself. */
interface Parts {
  readonly file: JsonObject;
  readonly vars: JsonObject;
  /** False where they have been told as a mistake. */
  readonly knowsVars: boolean;
  readonly input: InputType;
  readonly inputWhen?: PlacedTemplate;
  /** Undefined for a step too little of which is sound. */
  readonly steps: ReadonlyMap<string, CompiledStep | undefined>;
  readonly output?: CompiledOutput;
  readonly context: TemplateContext;
}

/**
 * Checks what the format cannot say (schemas, references, order, settings) and makes the plan, which is of use only
 * where no error has been reported.
 */
export async function compilePlan(
  sound: SoundFile,
  columns: Columns | undefined,
  overrides: readonly string[],
  workspace: Workspace,
): Promise<Plan> {
  const parts = await compileParts(sound, columns, workspace);
  const { file, vars, input, inputWhen, steps, output, context } = parts;
  const { source, report } = workspace;
  const dependencies = dependenciesOf(steps, context);
  const order = orderSteps(dependencies, report);
  const templates = scopedTemplates(
    { steps, output: output?.templates ?? [], ...(inputWhen && { inputWhen }) },
    scopeOf(parts, order),
  );
  checkPaths(templates, input, context);
  if (output === undefined) checkNames([...steps.keys()], input.fields, context);
  const settings = modelSettings(file, sound.models, source, report);
  const retry = retryPolicy(file, source, report);
  const limits = callLimits(file);
  const budget = runBudget(file);
  const prices = priceTable(file, settings.values());
  if (!report.failed()) {
    const ids = [...steps.keys()];
    const names = { vars, fields: input.fields, steps: ids };
    // A step with tools may be there for what they do.
    const answering = ids.filter((id) => steps.get(id)?.program.tool_calls === undefined);
    warn(templates, { names, steps: output ? answering : [] }, context);
    warnOfModels(settings, file, source, report);
    warnOfLimits(limits, settings, source, report);
  }
  checkBudget({ file, budget, prices, settings }, source, report);

  const planSteps = order.ids.flatMap((id): readonly PlanStep[] => {
    const step = steps.get(id);
    const model = settings.get(id);
    if (step === undefined || model === undefined) return [];
    const { type, program, spec, when } = step;
    const own = [...(when === undefined ? [] : [when]), ...step.templates];
    const after = [...new Set(dependencies.get(id)?.map(({ on }) => on))];
    const stream = spec['stream'] === true;
    return [
      {
        id,
        type,
        after,
        model,
        stream,
        cache: (spec['cache'] ?? file['cache']) !== false,
        max_output_tokens: longestAnswer(model),
        prompt_hash: promptHash(step, vars, context),
        reads: timesRead(dependencies.get(id) ?? []),
        record_reads: recordReads(own.map(({ template }) => template)),
        program,
        place: { source, pointer: ['steps', id] },
        ...(when && {
          when: when.template,
          when_reads: stepReferences(when.template).map((use) => use.step),
        }),
      },
    ];
  });
  const partials = templates.flatMap(([{ template }]) => includedPartials(template.program));
  const { key } = sectionOf(file, 'input');
  return {
    name: typeof file['name'] === 'string' ? file['name'] : nameOf(workspace.path),
    ...(typeof file['description'] === 'string' && { description: file['description'] }),
    files: workspace.files.listed([
      workspace.path,
      ...partials.flatMap((name) => context.partials.get(name)?.path ?? []),
      ...(input.schema?.files ?? []),
      ...[...steps.values()].flatMap((step) => step?.files ?? []),
    ]),
    vars,
    input: {
      ...(typeof key === 'string' && { key }),
      ...(inputWhen && { when: inputWhen.template, when_reads: recordReads([inputWhen.template]) }),
      ...(input.schema && { schema: input.schema.schema }),
      validate: (record) => input.schema?.validate(record) ?? [],
    },
    steps: planSteps,
    ...(output && {
      output: output.node,
      output_reads: recordReads(output.templates.map(({ template }) => template)),
    }),
    retry,
    limits,
    budget,
    fail: { error_rate: Number(sectionOf(file, 'fail')['error_rate'] ?? 0) },
    prices,
    overrides,
  };
}

function timesRead(dependencies: readonly Dependency[]): { readonly [step: string]: number } {
  const times: Record<string, number> = {};
  for (const { on } of dependencies) times[on] = (times[on] ?? 0) + 1;
  return times;
}

async function compileParts(
  { file, lost, steps, models }: SoundFile,
  columns: Columns | undefined,
  workspace: Workspace,
): Promise<Parts> {
  const { source, report } = workspace;
  const input = await compileInput(file, columns, workspace);
  const context = {
    source,
    report,
    ...(await loadPartials(file['partials'], lost.has('partials'), workspace)),
  };
  const inputWhen = compileWhen(sectionOf(file, 'input')['when'], ['input', 'when'], context);
  const keys = providerKeys(file, models);
  const compiled = new Map<string, CompiledStep | undefined>();
  for (const [id, step] of steps) {
    compiled.set(id, step && (await compileStep(id, step, keys, context, workspace)));
  }
  return {
    file,
    vars: sectionOf(file, 'vars'),
    knowsVars: !lost.has('vars'),
    input,
    ...(inputWhen && { inputWhen }),
    steps: compiled,
    ...(isObject(file['output']) && { output: compileOutput(file['output'], context) }),
    context,
  };
}

function scopeOf({ vars, knowsVars, input, steps }: Parts, { loops }: StepOrder): FileScope {
  const known = [...steps].map(([id, step]) => {
    const output = step?.program.output ?? true;
    const tool_calls = step === undefined ? true : step.program.tool_calls;
    const scope: StepScope = {
      output,
      ...(tool_calls !== undefined && { tool_calls }),
      ...(step?.when && { when: step.when }),
      loop: loops.filter((loop) => loop.includes(id)).flat(),
    };
    return [id, scope] as const;
  });
  return {
    ...(knowsVars && { vars }),
    fields: input.fields,
    steps: new Map(known),
    ...(input.type !== undefined && { input: input.type }),
  };
}

function sectionOf(file: JsonObject, name: string): JsonObject {
  const section = file[name];
  return isObject(section) ? section : {};
}

/** The file's name without its extension, as a name that the format allows. */
function nameOf(path: string): string {
  const name = basename(path, extname(path)).replaceAll(/[^A-Za-z0-9._-]+/gu, '-');
  return name.replace(/^[^A-Za-z0-9]+/u, '').slice(0, 100) || 'pipeline';
}
