import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import type { OutputNode, Plan } from '../plan.ts';
import { checkTemplate } from '../template/check.ts';
import { compileTemplate } from '../template/compile.ts';
import type { ScopeType } from '../template/scope-type.ts';
import type { TestPath } from './path.ts';

export interface Expectation {
  /** The key of the assertion: `equals` and `one_of` name values. */
  readonly kind: string;
  readonly expected: JsonValue;
  readonly path: TestPath;
  /** Of what is expected. */
  readonly place: Location;
}

/** Warnings of values that are expected and can never come, such as a label that the schema of the answer does not list. */
export function neverEqual(
  { kind, expected, path, place }: Expectation,
  plan: Plan,
  scope: ScopeType,
): readonly Diagnostic[] {
  if (kind !== 'equals' && kind !== 'one_of') return [];
  const values: readonly (readonly [JsonValue, Location])[] =
    kind === 'one_of' && Array.isArray(expected)
      ? expected.map((value: JsonValue, at) => [value, { ...place, pointer: [...place.pointer, at] }])
      : [[expected, place]];
  return values.flatMap(([value, at]) => {
    const literal = literalOf(value);
    if (literal === undefined) return [];
    const compared = compileTemplate(`{{eq ${originOf(path, plan)} ${literal}}}`, new Map());
    const problems = compared.ok ? checkTemplate(compared.value, scope) : [];
    const problem = problems.find(({ code }) => code === 'never-equal');
    if (problem === undefined) return [];
    const { code, message, hint } = problem;
    return [{ severity: 'warning', code, message, place: at, ...(hint !== undefined && { hint }) }];
  });
}

/** A value as an expression of a template; undefined where it has no such form, or is a template itself. */
function literalOf(value: JsonValue): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string' || /["\\\p{Cc}]|\{\{/u.test(value)) return undefined;
  return `"${value}"`;
}

/** Of a field of the result row that is one path and no more: that path. */
function originOf({ text }: TestPath, { output }: Plan): string {
  const [, first, rest = ''] = /^output\.(\[[^\]]+\]|[^.]+)(\..*)?$/u.exec(text) ?? [];
  const name = first?.replaceAll(/^\[|\]$/gu, '');
  const node = output?.kind === 'object' ? output.fields.find(([field]) => field === name)?.[1] : undefined;
  const origin = node && pathOf(node);
  return origin === undefined ? text : `${origin}${rest}`;
}

function pathOf(node: OutputNode): string | undefined {
  if (node.kind !== 'template') return undefined;
  return /^\{\{\{?\s*(steps\.(?:\[[^\]]+\]|[^\s{}()[\]])+)\s*\}?\}\}$/u.exec(node.template.text)?.[1];
}
