import { call, literal, memberOf, type Hand } from '../handlebars/expression.ts';
import { formatted } from './format-filter.ts';
import type { Writing } from './scope.ts';
import type { Expression, Filter } from './syntax.ts';

/** Filters that change nothing here: nothing is escaped, and objects are written as JSON anyway. */
const idle: ReadonlySet<string> = new Set(['safe', 'string', 'list']);
const plainFilters: ReadonlyMap<string, string> = new Map([
  ['upper', 'upper'],
  ['lower', 'lower'],
  ['trim', 'trim'],
  ['length', 'length'],
  ['count', 'length'],
  ['tojson', 'json'],
  ['dump', 'json'],
]);

/** The value of an expression; undefined where it has none, which is told. */
type ValueOf = (expression: Expression) => Hand | undefined;

/** A filter as a helper, or as its value alone, which is told. */
export function writeFilter(expression: Filter, writing: Writing, valueOf: ValueOf): Hand | undefined {
  const { name, arguments: given, named } = expression;
  if (name === 'format') {
    const parts = formatted(expression, writing);
    return parts && valueOf(parts);
  }
  const of = valueOf(expression.of);
  if (of === undefined || idle.has(name)) return of;
  const helper = plainFilters.get(name);
  if (helper !== undefined) {
    if (given.length > 0 || named.size > 0) tellFilter(expression, writing, 'without what is given to it');
    return call(helper, of);
  }
  const [first] = given;
  switch (name) {
    case 'default':
    case 'd': {
      const argument = first ?? named.get('default_value');
      if (isEmptyList(argument) && of.kind === 'path') return { ...of, optional: true };
      const fallback = argument === undefined ? literal('') : valueOf(argument);
      return fallback && call('default', of, fallback);
    }
    case 'join': {
      const separator = first === undefined ? literal('') : valueOf(first);
      if (given.length > 1 || named.has('attribute')) tellFilter(expression, writing, 'of the whole items');
      return separator && call('join', of, separator);
    }
    case 'truncate': {
      const count = first ?? named.get('length');
      tellFilter(expression, writing, 'as the first characters, without … behind them');
      return call('truncate', of, literal(count?.kind === 'literal' ? Number(count.value) || 255 : 255));
    }
    case 'escape':
    case 'e':
    case 'forceescape':
      tellFilter(expression, writing, 'as the value itself: nothing is escaped for HTML');
      return of;
    case 'first':
      return memberOf(of, '0') ?? untouched(expression, of, writing);
    default:
      return untouched(expression, of, writing);
  }
}

/** `[]`, or `{}`: a loop over it is over nothing, as one over a list that is not there is. */
export function isEmptyList(expression: Expression | undefined): boolean {
  return expression?.kind === 'list' && expression.items.length === 0;
}

function tellFilter(expression: Filter, { notes }: Writing, how: string): void {
  notes.tell(
    expression,
    `the filter \`${expression.name}\` is written ${how}`,
    'see what `pipe render` shows',
  );
}

function untouched(expression: Filter, of: Hand, { notes }: Writing): Hand {
  notes.tell(
    expression,
    `there is no filter \`${expression.name}\`: the value stands as it is`,
    'change the value before the run, as a field of the record',
  );
  return of;
}
