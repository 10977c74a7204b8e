import type { Writing } from './scope.ts';
import type { Expression, Filter } from './syntax.ts';

/** A place of a pattern of Python's that a value stands at, or a per cent sign. */
const places = /%(?:%|[-+ #0]*\d*(?:\.\d+)?[sdiufFeEgGxXor])/g;

/** Each stands one level deeper than the one before: more are nobody's pattern. */
const mostValues = 100;

/**
 * `"%s: %.2f" | format(a, b)` as its texts and values side by side: a pattern is the filter's subject, and not what is
 * shown. There is no form for numbers, which is told. Undefined where it cannot be taken apart, which is told too.
 */
export function formatted(expression: Filter, { notes }: Writing): Expression | undefined {
  const { of, arguments: given, named } = expression;
  const parts = of.kind === 'literal' && typeof of.value === 'string' ? partsOf(of.value) : undefined;
  const count = parts?.filter((part) => 'form' in part).length;
  if (parts === undefined || count !== given.length || count > mostValues || named.size > 0) {
    notes.tell(
      expression,
      'the filter `format` has no counterpart for such a pattern and is left out',
      'write the text out, with each value in its place',
    );
    return undefined;
  }
  const forms = parts.flatMap((part) => ('form' in part && part.form !== '%s' ? [`\`${part.form}\``] : []));
  if (forms.length > 0)
    notes.tell(
      expression,
      `the filter \`format\` is written as the value itself, not in the form ${forms.join(', ')}`,
      'round or pad the value before the run, as a field of the record',
    );
  const values = [...given];
  const { start, end } = expression;
  return parts
    .map((part): Expression => {
      const value = 'form' in part ? values.shift() : undefined;
      return value ?? { kind: 'literal', value: 'text' in part ? part.text : '', start, end };
    })
    .reduce((left, right): Expression => ({ kind: 'binary', operator: '~', left, right, start, end }));
}

type PatternPart = { readonly text: string } | { readonly form: string };

/** At least one; undefined for a pattern with a place of another kind, such as one that has a name. */
function partsOf(pattern: string): readonly PatternPart[] | undefined {
  if (pattern.replaceAll(places, '').includes('%')) return undefined;
  const parts: PatternPart[] = [];
  let text = '';
  let from = 0;
  for (const { 0: found, index } of pattern.matchAll(places)) {
    text += pattern.slice(from, index);
    from = index + found.length;
    if (found === '%%') text += '%';
    else {
      if (text !== '') parts.push({ text });
      parts.push({ form: found });
      text = '';
    }
  }
  text += pattern.slice(from);
  return text === '' && parts.length > 0 ? parts : [...parts, { text }];
}
