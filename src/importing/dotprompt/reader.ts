import type { RawExpression, RawPath } from '../../template/raw-syntax.ts';
import type { Fields } from '../fields.ts';
import { memberOf, type Hand } from '../handlebars/expression.ts';
import type { TemplateNotes } from '../jinja/scope.ts';

/** Where in a template something stands. */
export interface Context {
  /** How many loops and `with` blocks stand around. */
  readonly depth: number;
  /** Names that these gave. */
  readonly names: ReadonlySet<string>;
}

/** What the names in a template are read from. */
export interface Known {
  readonly fields: Fields;
  readonly notes: TemplateNotes;
  /** What a partial was given, by name. */
  readonly given: ReadonlyMap<string, Hand>;
}

/** Reads the expressions of a template of Dotprompt's; gives back nothing for what has no counterpart. */
export function createReader(
  text: string,
  { fields, notes, given }: Known,
): (expression: RawExpression, context: Context) => Hand | undefined {
  function handOf(expression: RawExpression, context: Context): Hand | undefined {
    switch (expression.type) {
      case 'PathExpression':
        return pathOf(expression, context);
      case 'StringLiteral':
      case 'NumberLiteral':
      case 'BooleanLiteral':
        return { kind: 'literal', value: expression.value };
      case 'NullLiteral':
        return { kind: 'literal', value: null };
      case 'SubExpression':
      case 'UndefinedLiteral':
        return undefined;
    }
  }

  function pathOf(path: RawPath, context: Context): Hand | undefined {
    const { parts, depth, data, original, loc } = path;
    const [first, ...rest] = parts;
    const here: Hand = { kind: 'path', from: 'here', path: text.slice(loc.start, loc.end) };
    if (data) {
      if (first === 'root')
        return rest.length === 0 ? { kind: 'path', from: 'root', path: 'input' } : field(rest);
      if (first === undefined || ['index', 'key', 'first', 'last'].includes(first)) return here;
      notes.tell(
        loc,
        `\`${original}\` is set by a program: it is read from the field \`${first}\` of each record`,
        'add it to your rows, or make it a variable: {{vars.name}}',
      );
      return field(parts);
    }
    const isThis = /^(?:this\b|\.)/.test(here.path);
    if (depth === 0 && first !== undefined && !isThis && context.names.has(first)) return here;
    if (depth === 0 && first !== undefined && !isThis && given.has(first))
      return members(given.get(first), rest);
    if (depth < context.depth) return here;
    return first === undefined ? { kind: 'path', from: 'root', path: 'input' } : field(parts);
  }

  function field([first = '', ...rest]: readonly string[]): Hand | undefined {
    return members(fields.read(first), rest);
  }

  function members(value: Hand | undefined, names: readonly string[]): Hand | undefined {
    return names.reduce<Hand | undefined>((reached, name) => reached && memberOf(reached, name), value);
  }

  return handOf;
}
