import { compileTemplate, type CompiledTemplate } from '../../src/template/compile.ts';
import type { TemplateProblem } from '../../src/template/problem.ts';
import type { Scope } from '../../src/template/template.ts';

export type Partials = { readonly [name: string]: string };

export function partialsOf(partials: Partials = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(partials));
}

/** A template that is known to be sound. */
export function compiled(text: string, partials: Partials = {}): CompiledTemplate {
  const result = compileTemplate(text, partialsOf(partials));
  if (!result.ok) throw new Error(`${text}: ${result.error.map(({ message }) => message).join('; ')}`);
  return result.value;
}

/** The text, or `code: message` of the failure. */
export function rendered(text: string, scope: Scope, partials: Partials = {}): string {
  const result = compiled(text, partials).render(scope);
  return result.ok ? result.value : `${result.error.code}: ${result.error.message}`;
}

/** The typed value of an expression, or `code: message`. */
export function evaluated(text: string, scope: Scope): unknown {
  const result = compiled(text).evaluate(scope);
  return result.ok ? result.value : `${result.error.code}: ${result.error.message}`;
}

/** What is wrong with a template by itself; none when it compiles. */
export function problemsOf(text: string, partials: Partials = {}): readonly TemplateProblem[] {
  const result = compileTemplate(text, partialsOf(partials));
  return result.ok ? [] : result.error;
}

/** A problem in one line: its code, what of the text it points at, what it says, and the remedy. */
export function line(problem: TemplateProblem, text: string, partials: Partials = {}): string {
  const source = problem.partial === undefined ? text : (partials[problem.partial] ?? '');
  const severity = problem.severity === 'warning' ? 'warning ' : '';
  const where = problem.partial === undefined ? '' : ` in ${problem.partial}`;
  const hint = problem.hint === undefined ? '' : ` | ${problem.hint}`;
  return `${severity}${problem.code} ${JSON.stringify(source.slice(problem.start, problem.end))}${where}: ${problem.message}${hint}`;
}
