import { argumentText, guarded, handText, isChoice, loopName, type Hand } from '../handlebars/expression.ts';
import { leftOut, type Written } from '../handlebars/text.ts';
import { formatted } from './format-filter.ts';
import { isOptional, looped, pairsOf, whole } from './loop-list.ts';
import type { Binding, Scope, TemplateNotes } from './scope.ts';
import type { Expression, JinjaBranch, JinjaElse, JinjaFor, JinjaIf, JinjaNode, Trim } from './syntax.ts';
import { writeExpression, writeSubject } from './write-expression.ts';

interface Place {
  /** The template's text, for what is left out. */
  readonly text: string;
  readonly scope: Scope;
  readonly notes: TemplateNotes;
  /** How many loops stand around. */
  readonly loops: number;
  /** Whether it stands in a condition or a loop. */
  readonly inBranch: boolean;
  /** How many texts that templates of their own make were written, all in all. */
  readonly made: { count: number };
  readonly files: TemplateNotesOf;
}

/** The notes for what stands in another file, by its name. */
export type TemplateNotesOf = (name: string) => TemplateNotes;

/** The nodes of a template as pieces of one of ours. What has no counterpart is told, and left out as a comment. */
export function writeTemplate(
  nodes: readonly JinjaNode[],
  place: Omit<Place, 'loops' | 'inBranch' | 'made'>,
): readonly Written[] {
  return writeNodes(nodes, { ...place, loops: 0, inBranch: false, made: { count: 0 } });
}

function writeNodes(nodes: readonly JinjaNode[], outer: Place): readonly Written[] {
  const pieces: Written[] = [];
  // From where it is set on, a name stands for its value.
  const own = new Map<string, Hand>();
  const place = { ...outer, scope: withNames(outer.scope, own) };
  for (const node of nodes) {
    if (node.kind !== 'set') {
      pieces.push(...writeNode(node, place));
      continue;
    }
    const value = writeExpression(node.value, place);
    if (value === undefined) {
      pieces.push(leftOut(sourceOf(node, place)));
      continue;
    }
    if (place.inBranch)
      place.notes.tell(
        node,
        `\`${node.name}\` has this value up to the end of the block alone`,
        'write the text where it is used, within the same condition',
      );
    own.set(node.name, value);
  }
  return pieces;
}

function writeNode(node: Exclude<JinjaNode, { kind: 'set' }>, place: Place): readonly Written[] {
  switch (node.kind) {
    case 'text':
      return [{ text: node.text }];
    case 'comment': {
      const text = node.text.trim().replaceAll('--', '- -');
      return text === '' ? [] : [tag(`!-- ${text} --`, node.trim)];
    }
    case 'output':
      return writeOutput(node.expression, node.trim, sourceOf(node, place), place);
    case 'if':
      return writeIf(node, place);
    case 'for':
      return writeFor(node, place);
    case 'include':
      place.notes.tell(
        node,
        'the file to include is not known before a run, and is left out',
        "name it as a text, as in {% include 'style.jinja2' %}",
      );
      return [leftOut(sourceOf(node, place))];
    case 'included':
      return writeNodes(node.template.nodes, {
        ...place,
        text: node.template.text,
        notes: place.files(node.name),
      });
    case 'foreign':
      place.notes.tell(
        node,
        `{% ${node.word} %} has no counterpart in pipe's templates and is left out`,
        node.word === 'macro' || node.word === 'import' || node.word === 'from' || node.word === 'call'
          ? 'write it as a partial: a file `name.hbs` in a folder that `partials` names, used as {{> name}}'
          : 'write the text itself, or work it out before the run as a field of the record',
      );
      return [leftOut(sourceOf(node, place))];
  }
}

/** Each of a few templates that has the next one twice would be there thousands of times. */
const mostMade = 500;

function writeOutput(expression: Expression, trim: Trim, source: string, place: Place): readonly Written[] {
  if (expression.kind === 'choice') return writeChoice(expression, trim, source, place);
  if (expression.kind === 'filter' && expression.name === 'format') {
    const parts = formatted(expression, place);
    return parts === undefined ? [leftOut(source)] : writeOutput(parts, trim, source, place);
  }
  if (expression.kind === 'binary' && isJoined(expression)) {
    const [left, right] = [expression.left, expression.right];
    return [
      ...writeOutput(left, { before: trim.before, after: false }, source, place),
      ...writeOutput(right, { before: false, after: trim.after }, source, place),
    ];
  }
  const made = expression.kind === 'name' ? place.scope.find(expression.name) : undefined;
  if (made?.kind === 'template') {
    place.made.count += 1;
    if (place.made.count <= mostMade) return writeMade(made, place);
    place.notes.tell(
      expression,
      `templates stand within templates more than ${mostMade} times: the text is left out`,
      'write it once, as a partial of the pipeline',
    );
    return [leftOut(source)];
  }
  const value = writeExpression(expression, place);
  if (value === undefined) return [leftOut(source)];
  return writeValue(value, trim, place);
}

/** `a or b` is `a` where that holds, and else `b`; `a and b` the other way round. */
function writeValue(value: Hand, trim: Trim, place: Place): readonly Written[] {
  // A value that is known is text.
  if (value.kind === 'literal') return [{ text: String(value.value ?? '') }];
  const inLoop = place.loops > 0;
  if (!isChoice(value)) return [tag(handText(value, inLoop), trim)];
  const [first, ...rest] = value.arguments;
  const [second, ...others] = rest;
  if (first === undefined || second === undefined) return [];
  const plain = { before: false, after: false };
  const one = writeValue(first, plain, place);
  const other = writeValue(others.length === 0 ? second : { ...value, arguments: rest }, plain, place);
  const [holds, fails] = value.helper === 'or' ? [one, other] : [other, one];
  return [
    tag(`#if ${argumentText(guarded(first), inLoop)}`, { ...plain, before: trim.before }),
    ...holds,
    tag('else', plain),
    ...fails,
    tag('/if', { ...plain, after: trim.after }),
  ];
}

/** Texts side by side: `~` always joins, `+` where one of both is a text. */
function isJoined(expression: Expression): boolean {
  if (expression.kind === 'literal') return typeof expression.value === 'string';
  if (expression.kind !== 'binary') return false;
  const { operator, left, right } = expression;
  return operator === '~' || (operator === '+' && (isJoined(left) || isJoined(right)));
}

function writeMade(made: Binding & { kind: 'template' }, place: Place): readonly Written[] {
  const { template, scope, notes } = made;
  const written = writeNodes(template.nodes, { ...place, text: template.text, scope, notes });
  const last = written.at(-1);
  if (last === undefined || 'tag' in last) return written;
  // Its last line break is the file's, not the text's.
  return [...written.slice(0, -1), { text: last.text.replace(/\r?\n$/, '') }];
}

function writeChoice(
  { condition, value, otherwise }: Expression & { kind: 'choice' },
  trim: Trim,
  source: string,
  place: Place,
): readonly Written[] {
  const subject = writeExpression(condition, place);
  if (subject === undefined) return [leftOut(source)];
  const plain = { before: false, after: false };
  return [
    tag(`#if ${argumentText(guarded(subject), place.loops > 0)}`, { ...plain, before: trim.before }),
    ...writeOutput(value, plain, source, place),
    ...(otherwise === undefined ? [] : [tag('else', plain), ...writeOutput(otherwise, plain, source, place)]),
    tag('/if', { ...plain, after: trim.after }),
  ];
}

function writeIf(node: JinjaIf, place: Place): readonly Written[] {
  const known: { readonly branch: JinjaBranch; readonly subject: Hand }[] = [];
  const lost: JinjaBranch[] = [];
  for (const branch of node.branches) {
    const subject = writeExpression(branch.condition, place);
    if (subject === undefined) lost.push(branch);
    else known.push({ branch, subject });
  }
  const comments = lost.map((branch) => leftOut(sourceOf(branch, place)));
  for (const branch of lost)
    place.notes.tell(
      branch,
      `the text under this condition is left out${known.length === 0 && node.otherwise !== undefined ? ', and that of its `else`' : ''}`,
      'write the block by hand where the comment stands in the pipeline',
    );
  if (known.length === 0) return comments;
  const inLoop = place.loops > 0;
  const inner = { ...place, inBranch: true };
  const pieces: Written[] = [...comments];
  for (const [at, { branch, subject }] of known.entries()) {
    const word = at === 0 ? '#if' : 'else if';
    pieces.push(tag(`${word} ${argumentText(guarded(subject), inLoop)}`, branch.trim));
    pieces.push(...writeNodes(branch.body, inner));
  }
  return [...pieces, ...writeElse(node.otherwise, place), tag('/if', node.close)];
}

function writeElse(otherwise: JinjaElse | undefined, place: Place): readonly Written[] {
  if (otherwise === undefined) return [];
  return [tag('else', otherwise.trim), ...writeNodes(otherwise.body, { ...place, inBranch: true })];
}

function writeFor(node: JinjaFor, place: Place): readonly Written[] {
  const { list, names } = node;
  const pairs = pairsOf(list);
  const subject = looped(writeSubject(pairs ?? whole(list, place.notes), place));
  const known = names.length === 1 || (names.length === 2 && pairs !== undefined);
  if (subject !== undefined && !known)
    place.notes.tell(
      node,
      'a loop over several names at once is left out',
      'pipe loops over the items of a list, or over the fields of an object by .items()',
    );
  if (subject === undefined || !known) return [leftOut(sourceOf(node, place))];
  const declared = names.map((name) => loopName(name));
  const item = new Map(
    names.map((name, at): [string, Hand] => [
      name,
      { kind: 'path', from: 'here', path: declared[at] ?? name },
    ]),
  );
  const inner = { ...place, loops: place.loops + 1, inBranch: true, scope: withNames(place.scope, item) };
  const shown = pairs === undefined ? declared : declared.toReversed();
  const filter = node.filter && writeExpression(node.filter, inner);
  if (filter !== undefined) tellFiltered(node, place);
  const body = writeNodes(node.body, inner);
  return [
    tag(`#each ${argumentText(subject, place.loops > 0)} as |${shown.join(' ')}|`, node.trim),
    ...(filter === undefined ? body : [tag(`#if ${argumentText(filter, true)}`), ...body, tag('/if')]),
    // With an else, a list that is not there is an empty one, as it is for Jinja.
    ...(node.otherwise === undefined && isOptional(subject)
      ? [tag('else')]
      : writeElse(node.otherwise, place)),
    tag('/each', node.close),
  ];
}

/** A loop with a condition goes through all items: what counts them, or asks whether there are any, is of all. */
function tellFiltered(node: JinjaFor, { notes, text }: Place): void {
  const counts = node.body.some(({ start, end }) => /\bloop\s*\./.test(text.slice(start, end)));
  if (!counts && node.otherwise === undefined) return;
  notes.tell(
    node,
    `${counts ? '`loop` counts' : 'its `else` asks for'} all items of the list, not only those for which the loop’s condition holds`,
    'leave the items out beforehand, in the record',
  );
}

function withNames(scope: Scope, own: ReadonlyMap<string, Hand>): Scope {
  return {
    find(name) {
      const value = own.get(name);
      return value === undefined ? scope.find(name) : { kind: 'value', value };
    },
  };
}

function tag(content: string, trim: Trim = { before: false, after: false }): Written {
  return { tag: `{{${trim.before ? '~' : ''}${content}${trim.after ? '~' : ''}}}` };
}

function sourceOf(node: { readonly start: number; readonly end: number }, { text }: Place): string {
  return text.slice(node.start, node.end);
}
