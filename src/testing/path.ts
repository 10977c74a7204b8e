import type { Location } from '../diagnostic/diagnostic.ts';
import type { Report } from '../pipeline/report.ts';
import { templateMistake } from '../pipeline/templates.ts';
import { checkTemplate } from '../template/check.ts';
import { compileTemplate } from '../template/compile.ts';
import type { TemplateProblem } from '../template/problem.ts';
import type { ScopeType } from '../template/scope-type.ts';
import type { Template } from '../template/template.ts';

/** A path of a test file, as an expression of the one syntax that the templates have. */
export interface TestPath {
  readonly text: string;
  readonly template: Template;
}

const opening = '{{';

/** The path at this place; undefined where it leads to nothing that can be there, which is reported. */
export function compilePath(
  text: string,
  place: Location,
  scope: ScopeType,
  report: Report,
): TestPath | undefined {
  const compiled = compileTemplate(`${opening}${text}}}`, new Map());
  const problems = compiled.ok ? checkTemplate(compiled.value, scope) : compiled.error;
  for (const problem of problems) report.add(templateMistake(inPath(problem, text), place, new Map()));
  return compiled.ok && problems.length === 0 ? { text, template: compiled.value } : undefined;
}

/** The file holds the path without the braces. */
function inPath(problem: TemplateProblem, text: string): TemplateProblem {
  const within = (at: number) => Math.min(Math.max(at - opening.length, 0), text.length);
  return { ...problem, start: within(problem.start), end: within(problem.end) };
}
