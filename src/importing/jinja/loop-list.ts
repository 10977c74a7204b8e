import type { Hand } from '../handlebars/expression.ts';
import type { TemplateNotes } from './scope.ts';
import type { Expression } from './syntax.ts';

/** The object whose fields a loop is over. */
export function pairsOf(list: Expression): Expression | undefined {
  const isItems = list.kind === 'call' && list.callee.kind === 'member' && list.callee.name === 'items';
  return isItems && list.callee.kind === 'member' ? list.callee.of : undefined;
}

/** A slice of a list: there are none, so that the loop is over all of it. */
export function whole(list: Expression, notes: TemplateNotes): Expression {
  if (list.kind !== 'foreign' || list.of === undefined) return list;
  notes.tell(
    list,
    'the loop is over the whole list: there are no slices in pipe',
    'cut the list before the run, in the record',
  );
  return list.of;
}

/** Nothing in the place of a list is none of its items: a text, though an empty one, is no list. */
export function looped(subject: Hand | undefined): Hand | undefined {
  if (subject?.kind !== 'call' || subject.helper !== 'default') return subject;
  const [list, fallback] = subject.arguments;
  const isNothing = fallback?.kind === 'literal' && fallback.value === '';
  return list?.kind === 'path' && isNothing ? { ...list, optional: true } : subject;
}

export function isOptional(subject: Hand): boolean {
  return subject.kind === 'path' && subject.optional === true;
}
