import type { JsonObject } from '../json/json.ts';
import { referencedPaths } from '../template/references.ts';
import { warnOfForeignTemplates, type KnownNames } from './foreign-templates.ts';
import type { ScopedTemplate } from './references.ts';
import type { TemplateContext } from './templates.ts';

/** What a file declares. */
export interface Declared {
  readonly names: KnownNames;
  /** The steps whose outputs must be read somewhere to be of use: none where every output is in the results. */
  readonly steps: readonly string[];
}

/** Warns of what is allowed, but was hardly meant. */
export function warn(
  templates: readonly ScopedTemplate[],
  declared: Declared,
  context: TemplateContext,
): void {
  warnOfUnused(templates, declared, context);
  warnOfTemplatesInVars(declared.names.vars, context);
  for (const [template] of templates) warnOfForeignTemplates(template, declared.names, context);
}

/** What has no effect: a variable that nothing reads, a step that is paid for and whose output goes nowhere. */
function warnOfUnused(
  templates: readonly ScopedTemplate[],
  declared: Declared,
  { source, report }: TemplateContext,
): void {
  const paths = templates.flatMap(([{ template }]) => referencedPaths(template));
  const read = new Set(paths.map((path) => path.slice(0, 2).join(' ')));
  for (const name of Object.keys(declared.names.vars)) {
    if (read.has(`vars ${name}`)) continue;
    report.add({
      severity: 'warning',
      code: 'unused-variable',
      message: `nothing reads the variable \`${name}\``,
      hint: `read it as {{vars.${name}}}, or remove it`,
      place: { source, pointer: ['vars', name], part: 'key' },
    });
  }
  for (const id of declared.steps) {
    if (read.has(`steps ${id}`)) continue;
    report.add({
      severity: 'warning',
      code: 'unused-step',
      message: `the step \`${id}\` is paid for, but neither \`output\` nor another step reads it`,
      hint: `read it as {{steps.${id}.output}}, or remove it`,
      place: { source, pointer: ['steps', id], part: 'key' },
    });
  }
}

/** A variable is a value: what looks like a template in it is inserted as it stands. */
function warnOfTemplatesInVars(vars: JsonObject, { source, report }: TemplateContext): void {
  for (const [name, value] of Object.entries(vars)) {
    if (typeof value !== 'string' || !value.includes('{{')) continue;
    report.add({
      severity: 'warning',
      code: 'misplaced-template',
      message: `\`vars.${name}\` is not a template: its text is inserted as it stands`,
      hint: 'write templates in prompts; a text that several of them share is a partial',
      place: { source, pointer: ['vars', name] },
    });
  }
}
