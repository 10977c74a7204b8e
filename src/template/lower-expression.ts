import { didYouMean } from '../diagnostic/suggest.ts';
import { isBlockName } from './blocks.ts';
import { choiceText } from './choice.ts';
import { findHelper, helperNames, parameterAt, signatureOf, type Helper } from './helpers.ts';
import { kindOf, sayKinds } from '../schema/kinds.ts';
import { isSimple, lowerPath } from './lower-path.ts';
import { placeIn, refuse, written, type Position, type Problems } from './lowering.ts';
import { otherWordHint } from './other-words.ts';
import type { RawCall, RawExpression, RawHash } from './raw-syntax.ts';
import type { Call, Expression, Literal } from './syntax.ts';
import { refuseTrailingPoint } from './trailing-point.ts';

/** Undefined, here and below: there is a mistake, and it has been reported. */
export function lowerExpression(
  raw: RawExpression,
  position: Position,
  problems: Problems,
): Expression | undefined {
  switch (raw.type) {
    case 'PathExpression':
      return lowerPath(raw, position, problems);
    case 'SubExpression':
      return lowerCall(raw, position, problems);
    case 'NullLiteral':
      return { kind: 'literal', value: null, ...placeIn(position, raw.loc) };
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', value: raw.value, ...placeIn(position, raw.loc) };
    case 'UndefinedLiteral':
      refuse(problems, position, raw.loc, [
        'template-refused',
        'undefined is not a value',
        'write null, or leave the argument out',
      ]);
  }
  return undefined;
}

/** What stands in `{{…}}`: a path, or a helper with its arguments. */
export function lowerMustache(raw: RawCall, position: Position, problems: Problems): Expression | undefined {
  if (raw.path.type !== 'PathExpression') {
    const choice = raw.params.length > 0 ? choiceText(written(position, raw.loc)) : undefined;
    refuse(problems, position, raw.loc, [
      'template-refused',
      `${written(position, raw.loc)} is not an expression`,
      choice === undefined ? 'write the text itself, without {{ }}' : `write ${choice}`,
    ]);
    return undefined;
  }
  const isCall = raw.params.length > 0 || raw.hash !== undefined;
  const isHelper = isSimple(raw.path, position) && findHelper(raw.path.original) !== undefined;
  return isCall || isHelper ? lowerCall(raw, position, problems) : lowerPath(raw.path, position, problems);
}

/** Named arguments are for partials only. */
export function refuseHash(hash: RawHash, position: Position, problems: Problems, hint: string): void {
  refuse(problems, position, hash.loc, [
    'template-refused',
    `${written(position, hash.loc)}: helpers and blocks have no named arguments`,
    hint,
  ]);
}

function lowerCall(raw: RawCall, position: Position, problems: Problems): Call | undefined {
  if (refuseTrailingPoint(raw, position, problems)) return undefined;
  if (raw.hash !== undefined) refuseHash(raw.hash, position, problems, 'give the value alone');
  // What follows a path is no argument, whatever it is: it is told with the path.
  const isPath = raw.path.type === 'PathExpression' && !isSimple(raw.path, position);
  const params = isPath || choiceOf(raw, position) !== undefined ? [] : raw.params;
  const operands = params.map((parameter) => lowerExpression(parameter, position, problems));
  const helper = helperOf(raw, position, problems);
  if (helper === undefined) return undefined;
  const least = helper.parameters.length - (helper.optional ?? 0);
  const most = helper.repeated === true ? Infinity : helper.parameters.length;
  if (operands.length < least || operands.length > most) {
    const meant = spacedArgument(params, operands.length - most, position);
    refuse(problems, position, raw.loc, [
      'wrong-arguments',
      `\`${helper.name}\` takes ${sayCount(least, most)}, not ${operands.length}`,
      meant === undefined ? `write (${signatureOf(helper)})` : `a name with spaces: ${meant}`,
    ]);
    return undefined;
  }
  const known = operands.filter((operand) => operand !== undefined);
  if (known.length < operands.length) return undefined;
  for (const [index, operand] of known.entries())
    if (operand.kind === 'literal') checkLiteral(helper, operand, index, position, problems);
  return { kind: 'call', helper, arguments: known, ...placeIn(position, raw.loc) };
}

/** How `a if b else c` is written here. */
function choiceOf(raw: RawCall, position: Position): string | undefined {
  const isHelper = findHelper(written(position, raw.path.loc)) !== undefined;
  return isHelper || raw.params.length < 2 ? undefined : choiceText(written(position, raw.loc));
}

function helperOf(raw: RawCall, position: Position, problems: Problems): Helper | undefined {
  const name = written(position, raw.path.loc);
  const simple = raw.path.type === 'PathExpression' && isSimple(raw.path, position);
  const helper = simple ? findHelper(name) : undefined;
  if (helper !== undefined) return helper;
  if (simple && isBlockName(name)) {
    refuse(problems, position, raw.loc, [
      'template-refused',
      `\`${name}\` is a block, not a helper`,
      `write {{#${name} …}}…{{/${name}}}`,
    ]);
  } else if (name === 'lookup' || name === 'log') {
    refuse(problems, position, raw.loc, [
      'template-refused',
      `\`${name}\` is not supported`,
      name === 'lookup' ? 'write the path itself: steps.classify.output.topic' : 'remove it',
    ]);
  } else {
    const meant = didYouMean(name, helperNames);
    const choice = choiceOf(raw, position);
    refuse(problems, position, raw.path.loc, [
      'unknown-helper',
      simple ? `there is no helper \`${name}\`` : `\`${name}\` is not a helper, so nothing can follow it`,
      (choice === undefined ? undefined : `write ${choice}`) ??
        (simple ? otherWordHint(name) : spacedName(raw, position)) ??
        (meant === undefined ? `helpers: ${helperNames.join(', ')}` : `did you mean \`${meant}\`?`),
    ]);
  }
  return undefined;
}

/** What was meant by a path that something follows: a name with spaces, or the helper that stands behind its argument. */
function spacedName({ path, params, hash }: RawCall, position: Position): string | undefined {
  const meant = spacedPath(path, params, position);
  if (meant === undefined || hash !== undefined) return undefined;
  const helper = params.map(({ loc }) => written(position, loc)).find((name) => findHelper(name));
  if (helper === undefined) return `a name with spaces: {{${meant}}}`;
  return `a helper stands before its arguments: {{${helper} ${written(position, path.loc)}}}`;
}

/** Of arguments that are too many by `excess`: a path and so many words behind it that may be one name. */
function spacedArgument(
  params: readonly RawExpression[],
  excess: number,
  position: Position,
): string | undefined {
  for (const [index, path] of params.entries()) {
    const rest = params.slice(index + 1, index + 1 + excess);
    // A number alone is hardly part of a name where it may be a value.
    const hasWord = rest.some(({ type }) => type === 'PathExpression');
    const meant = hasWord && rest.length === excess ? spacedPath(path, rest, position) : undefined;
    if (meant !== undefined) return meant;
  }
  return undefined;
}

/** Of `input.review id` or `input.price (EUR)`, a path and what follows it, the path with that as one name. */
function spacedPath(
  path: RawExpression,
  rest: readonly RawExpression[],
  position: Position,
): string | undefined {
  const [, before, first] = /^(.*\.)([^.[\]]+)$/su.exec(written(position, path.loc)) ?? [];
  const isName = path.type === 'PathExpression' && rest.every((part) => mayBeOfName(part, position));
  if (!isName || first === undefined || findHelper(first)) return undefined;
  return `${before}[${[first, ...rest.map(({ loc }) => written(position, loc))].join(' ')}]`;
}

/** Whether it may as well be one of the words of a name. */
function mayBeOfName(parameter: RawExpression, position: Position): boolean {
  if (parameter.type === 'PathExpression') return isSimple(parameter, position);
  if (parameter.type === 'NumberLiteral') return true;
  return parameter.type === 'SubExpression' && /^\([^"'.=[\]@]+\)$/u.test(written(position, parameter.loc));
}

/** A literal of the wrong kind can be told without knowing anything of the scope. */
function checkLiteral(
  helper: Helper,
  { value, start, end }: Literal,
  index: number,
  position: Position,
  problems: Problems,
): void {
  const parameter = parameterAt(helper, index);
  if (parameter === undefined) return;
  const accepted = parameter.kinds.includes(kindOf(value)) && parameter.limit?.accepts(value) !== false;
  if (accepted) return;
  const { kinds, limit, name } = parameter;
  const expected = limit === undefined ? sayKinds(kinds) : `${limit.expects} as its ${name}`;
  refuse(problems, position, { start, end }, [
    'bad-argument',
    `\`${helper.name}\` needs ${expected}, not ${JSON.stringify(value)}`,
  ]);
}

function sayCount(least: number, most: number): string {
  const number = least === most ? `${least}` : most === Infinity ? `${least} or more` : `${least} or ${most}`;
  return `${number} ${number === '1' ? 'argument' : 'arguments'}`;
}
