import { didYouMean } from '../diagnostic/suggest.ts';
import { checkPath } from './check-path.ts';
import { complain, sayNames, type Meaning, type Situation } from './check-situation.ts';
import { factsOf } from './guard-facts.ts';
import { parameterAt, type Helper } from './helpers.ts';
import { sayKinds, type Kind } from '../schema/kinds.ts';
import { anything, unite, type ValueType } from '../schema/alternatives.ts';
import { kindsOfType, literalsOf, mayBeNull, typeOf, withoutNull } from '../schema/value-type.ts';
import type { Call, Expression } from './syntax.ts';
import { isEqual } from './values.ts';

/** Checks an expression and says what it stands for. */
export function checkExpression(expression: Expression, situation: Situation): Meaning {
  if (expression.kind === 'path') return checkPath(expression, situation);
  if (expression.kind === 'literal') return { kind: 'value', type: typeOf({ const: expression.value }) };
  return { kind: 'value', type: checkCall(expression, situation) };
}

function checkCall(call: Call, situation: Situation): ValueType {
  const { helper, arguments: operands } = call;
  if (helper.form === 'default') return checkDefault(operands, situation);
  if (helper.form === 'and' || helper.form === 'or') {
    let { facts } = situation;
    for (const operand of operands) {
      checkExpression(operand, { ...situation, facts, use: 'condition' });
      // The next one is looked at only where this one has not decided.
      facts = facts.concat(factsOf(operand, helper.form === 'and'));
    }
    return typeOf(helper.result);
  }
  const use = helper.name === 'not' ? 'condition' : 'value';
  const types = operands.map((operand) => typeOfMeaning(checkExpression(operand, { ...situation, use })));
  for (const [index, operand] of operands.entries()) {
    // A literal's kind was checked when the template was compiled.
    if (operand.kind !== 'literal') checkArgument(helper, index, operand, types[index] ?? [], situation);
  }
  if (helper.form === 'plain' && helper.relation === 'order') checkOrder(call, types, situation);
  if (helper.form === 'plain' && helper.relation === 'equality') checkEquality(call, types, situation);
  return typeOf(helper.result);
}

function checkDefault(operands: readonly Expression[], situation: Situation): ValueType {
  const [value, fallback] = operands.map((operand, index) =>
    typeOfMeaning(
      checkExpression(operand, { ...situation, guarded: situation.guarded || index === 0, use: 'value' }),
    ),
  );
  return unite([withoutNull(value ?? []), fallback ?? []]);
}

function typeOfMeaning(meaning: Meaning): ValueType {
  return meaning.kind === 'value' ? meaning.type : anything;
}

function checkArgument(
  helper: Helper,
  index: number,
  operand: Expression,
  type: ValueType,
  situation: Situation,
): void {
  const accepted = parameterAt(helper, index)?.kinds ?? [];
  const kinds = kindsOfType(type);
  if (kinds.length > 0 && !kinds.some((kind) => accepted.includes(kind))) {
    complain(situation, operand, [
      'bad-argument',
      `\`${helper.name}\` needs ${sayKinds(accepted)}, but ${sayExpression(operand)} is ${sayKinds(kinds)}`,
    ]);
  } else if (!accepted.includes('null') && mayBeNull(type)) {
    complain(
      situation,
      operand,
      [
        'may-be-null',
        `${sayExpression(operand)} may be null, and then \`${helper.name}\` fails the record`,
        operand.kind === 'path'
          ? `write {{#if ${operand.text}}}…{{/if}} around it, or (default ${operand.text} …)`
          : undefined,
      ],
      'warning',
    );
  }
}

function checkOrder(call: Call, [one, other]: readonly ValueType[], situation: Situation): void {
  const [left, right] = call.arguments;
  if (one === undefined || other === undefined || left === undefined || right === undefined) return;
  const kinds = kindsOfType(one);
  const otherKinds = kindsOfType(other);
  const isOrdered = (kind: Kind): boolean => kind === 'number' || kind === 'string';
  // What is neither a number nor text was reported as an argument.
  if (!kinds.some(isOrdered) || !otherKinds.some(isOrdered)) return;
  if (kinds.some((kind) => isOrdered(kind) && otherKinds.includes(kind))) return;
  complain(situation, call, [
    'bad-argument',
    `\`${call.helper.name}\` compares two numbers or two texts, but ${sayExpression(left)} is ${sayKinds(kinds)} and ${sayExpression(right)} is ${sayKinds(otherKinds)}`,
    numberHint(left, otherKinds) ?? numberHint(right, kinds),
  ]);
}

/** Text that is compared with a number is hardly meant as text. */
function numberHint(expression: Expression, kinds: readonly Kind[]): string | undefined {
  return expression.kind === 'literal' && typeof expression.value === 'string'
    ? quotationHint(expression, kinds)
    : undefined;
}

/** Two things that are never equal are a slip: a number beside a CSV's text, a misspelt option. */
function checkEquality(call: Call, [one, other]: readonly ValueType[], situation: Situation): void {
  const [left, right] = call.arguments;
  if (one === undefined || other === undefined || left === undefined || right === undefined) return;
  const kinds = kindsOfType(one);
  const otherKinds = kindsOfType(other);
  if (kinds.length === 0 || otherKinds.length === 0) return;
  if (!kinds.some((kind) => otherKinds.includes(kind))) {
    complain(situation, call, [
      'never-equal',
      `${sayExpression(left)} is ${sayKinds(kinds)} and ${sayExpression(right)} is ${sayKinds(otherKinds)}, so they are never equal`,
      quotationHint(left, otherKinds) ?? quotationHint(right, kinds),
    ]);
    return;
  }
  const [literal, compared, type] = left.kind === 'literal' ? [left, right, other] : [right, left, one];
  const options = literalsOf(type);
  if (literal.kind !== 'literal' || compared.kind === 'literal' || options === undefined) return;
  if (options.some((option) => isEqual(option, literal.value))) return;
  const names = options.filter((option) => typeof option === 'string');
  const meant = typeof literal.value === 'string' ? didYouMean(literal.value, names) : undefined;
  complain(situation, literal, [
    'never-equal',
    `${sayExpression(compared)} is never ${JSON.stringify(literal.value)}`,
    meant === undefined ? `known: ${sayNames(options)}` : `did you mean ${JSON.stringify(meant)}?`,
  ]);
}

/** A literal that would be of one of these kinds with quotation marks, or without them. */
function quotationHint(expression: Expression, kinds: readonly Kind[]): string | undefined {
  if (expression.kind !== 'literal') return undefined;
  const { value } = expression;
  if (typeof value !== 'string') return kinds.includes('string') ? `write '${value}'` : undefined;
  const bare = /^-?\d+(?:\.\d+)?$/u.test(value)
    ? 'number'
    : /^(?:true|false)$/u.test(value)
      ? 'boolean'
      : undefined;
  return bare !== undefined && kinds.includes(bare) ? `write ${value} without quotation marks` : undefined;
}

function sayExpression(expression: Expression): string {
  if (expression.kind === 'literal') return JSON.stringify(expression.value);
  return expression.kind === 'path' ? `\`${expression.text}\`` : `(${expression.helper.name} …)`;
}
