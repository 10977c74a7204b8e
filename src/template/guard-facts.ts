import { singleExpression, type CompiledTemplate } from './compile.ts';
import type { GuardFact } from './scope-type.ts';
import type { AbsolutePath, Call, Expression } from './syntax.ts';

/** A path that is known to be present where a guard holds. */
export interface Fact {
  readonly path: AbsolutePath;
  /** Whether it is also known not to be null. */
  readonly nonNull: boolean;
}

/**
 * The paths that are sure to be present in a step that runs only when this expression holds: `steps.classify.output`
 * and `input.lang` for `(and steps.classify.output (eq input.lang 'en'))`.
 */
export function guardFacts(when: CompiledTemplate): readonly GuardFact[] {
  const expression = singleExpression(when.program);
  if (expression === undefined) return [];
  return factsOf(expression, true).flatMap(({ path, nonNull }) => {
    const names = path.filter((part) => typeof part === 'string');
    return names.length === path.length ? [{ path: names, nonNull }] : [];
  });
}

/** What is known where the expression is taken for true, or for false. */
export function factsOf(expression: Expression, outcome: boolean): readonly Fact[] {
  if (expression.kind === 'literal') return [];
  if (expression.kind === 'path') return outcome ? [{ path: expression.absolute, nonNull: true }] : [];
  const { helper, arguments: operands } = expression;
  switch (helper.name) {
    case 'not':
      return operands.flatMap((operand) => factsOf(operand, !outcome));
    case 'and':
    case 'or': {
      const each = operands.map((operand) => factsOf(operand, outcome));
      // All operands of a true `and` are true, all of a false `or` false; otherwise some one of them is.
      return outcome === (helper.name === 'and') ? each.flat() : common(each);
    }
    case 'eq':
      return outcome ? equalityFacts(expression) : [];
    case 'ne':
      return outcome ? [] : equalityFacts(expression);
    case 'default':
      return [];
    default:
      // The other helpers have a value only where all their arguments have one.
      return outcome ? operands.flatMap(presence) : [];
  }
}

/** Whether a path is known to be present by the facts, and not null if `nonNull`. */
export function isKnown(path: AbsolutePath, facts: readonly Fact[], nonNull: boolean): boolean {
  return facts.some(
    (fact) =>
      // What has a field that is present is an object, and not null.
      beginsWith(fact.path, path) && (!nonNull || fact.nonNull || fact.path.length > path.length),
  );
}

export function beginsWith(path: AbsolutePath, beginning: AbsolutePath): boolean {
  return beginning.length <= path.length && beginning.every((part, index) => part === path[index]);
}

/** What is present because it equals a literal. */
function equalityFacts({ arguments: [one, other] }: Call): readonly Fact[] {
  if (one === undefined || other === undefined) return [];
  const [literal, compared] = one.kind === 'literal' ? [one, other] : [other, one];
  if (literal.kind !== 'literal') return [];
  return compared.kind === 'path'
    ? [{ path: compared.absolute, nonNull: literal.value !== null }]
    : presence(compared);
}

/** What is present where the expression has a value, whichever. */
function presence(expression: Expression): readonly Fact[] {
  if (expression.kind === 'path') return [{ path: expression.absolute, nonNull: false }];
  if (expression.kind === 'literal' || expression.helper.form !== 'plain') return [];
  return expression.helper.absence === 'counts' ? [] : expression.arguments.flatMap(presence);
}

/**
 * What holds whichever of the cases it is: of `steps.a.output.x` and `steps.a.output.y` their `steps.a.output`. A first
 * name (`steps`) is present anyway.
 */
function common([first = [], ...others]: readonly (readonly Fact[])[]): readonly Fact[] {
  return first.flatMap(({ path, nonNull }) => {
    for (let length = path.length; length > 1; length -= 1) {
      const shared = path.slice(0, length);
      if (others.every((facts) => isKnown(shared, facts, false))) {
        const neverNull = nonNull || length < path.length;
        return [
          { path: shared, nonNull: neverNull && others.every((facts) => isKnown(shared, facts, true)) },
        ];
      }
    }
    return [];
  });
}
