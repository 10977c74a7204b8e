import { didYouMean } from '../diagnostic/suggest.ts';
import type { JsonObject } from '../json/json.ts';
import { checkTemplate } from '../template/check.ts';
import { stepReferences } from '../template/references.ts';
import type { ScopeType } from '../template/scope-type.ts';
import { checkColumns, columnHint, textOf, typingHint } from './columns.ts';
import { foreignNameHint } from './foreign-loops.ts';
import type { InputType } from './input.ts';
import type { Dependency } from './order.ts';
import { scopesOf, type FileScope } from './scope.ts';
import type { CompiledStep } from './steps.ts';
import { locate, templateMistake, type PlacedTemplate, type TemplateContext } from './templates.ts';
import { listText } from './words.ts';

/** Every template of a file that compiled. */
export interface FileTemplates {
  readonly inputWhen?: PlacedTemplate;
  /** Undefined for a step too little of which is sound to be compiled. */
  readonly steps: ReadonlyMap<string, CompiledStep | undefined>;
  readonly output: readonly PlacedTemplate[];
}

/** A template with what it may read in its place. */
export type ScopedTemplate = readonly [PlacedTemplate, ScopeType];

export function scopedTemplates(templates: FileTemplates, file: FileScope): readonly ScopedTemplate[] {
  const { inputWhen, steps, output } = templates;
  const scopes = scopesOf(file);
  const inSteps = [...steps].flatMap(([id, step]) => {
    const own = file.steps.get(id);
    const whens = step?.when === undefined ? [] : [[step.when, scopes.when] as const];
    return whens.concat(
      (step?.templates ?? []).map((template) => [template, scopes.of(own, template.reads)]),
    );
  });
  const outside = scopes.of();
  return [
    ...(inputWhen === undefined ? [] : [[inputWhen, scopes.record] as const]),
    ...inSteps,
    ...output.map((template): ScopedTemplate => [template, outside]),
  ];
}

/** Reports every path that leads to nothing that can be there. A mistake in a partial is told once. */
export function checkPaths(
  templates: readonly ScopedTemplate[],
  { schema, columns }: InputType,
  context: TemplateContext,
): void {
  const { partials, report } = context;
  for (const [template, scope] of templates) {
    const problems = checkTemplate(template.template, scope);
    for (const problem of problems) {
      const mistake = templateMistake(problem, template.place, partials);
      const foreign = foreignNameHint(problem, textOf(problem, template.template.text, partials));
      if (foreign !== undefined) {
        report.add({ ...mistake, hint: foreign });
      } else if (columns === undefined) {
        report.add(mistake);
      } else if (schema === undefined) {
        const read = textOf(problem, template.template.text, partials).slice(problem.start, problem.end);
        const hint = typingHint(problem, read, columns.columns);
        report.add(hint === undefined ? mistake : { hint, ...mistake });
      } else {
        const text = textOf(problem, template.template.text, partials);
        const hint = columnHint(problem, text, columns.columns);
        report.add(hint === undefined ? mistake : { ...mistake, hint });
      }
    }
    if (columns !== undefined) checkColumns(template, scope, problems, columns, schema?.schema, context);
  }
}

/** What each step waits for: the steps that its templates read, and those that it `needs`. */
export function dependenciesOf(
  steps: FileTemplates['steps'],
  { source, partials, report }: TemplateContext,
): ReadonlyMap<string, readonly Dependency[]> {
  const ids = [...steps.keys()];
  const dependencies = [...steps].map(([id, step]) => {
    const templates = step === undefined ? [] : [...(step.when ? [step.when] : []), ...step.templates];
    const read = templates.flatMap(({ template, place }) =>
      stepReferences(template).map((use) => ({ on: use.step, place: locate(use, place, partials) })),
    );
    const needed = needsOf(step?.spec).map((on, index) => ({
      on,
      place: { source, pointer: ['steps', id, 'needs', index] },
    }));
    for (const { on, place } of needed) {
      if (steps.has(on)) continue;
      const meant = didYouMean(on, ids);
      report.add({
        severity: 'error',
        code: 'unknown-step',
        message: `there is no step \`${on}\``,
        hint: meant === undefined ? `the steps are ${listText(ids)}` : `did you mean \`${meant}\`?`,
        place,
      });
    }
    return [id, [...read, ...needed].filter(({ on }) => steps.has(on))] as const;
  });
  return new Map(dependencies);
}

function needsOf(spec: JsonObject | undefined): readonly string[] {
  const needs = spec?.['needs'];
  return Array.isArray(needs) ? needs.filter((id) => typeof id === 'string') : [];
}
