import {
  call,
  isChoice,
  isWritable,
  literal,
  memberOf,
  partsOf,
  type Hand,
} from '../handlebars/expression.ts';
import type { Writing } from './scope.ts';
import type { Binary, Call, Choice, Expression, Test } from './syntax.ts';
import { isEmptyList, writeFilter } from './write-filter.ts';

/** Names that are set stand for their values, each in the next: more parts than this are nobody's template. */
const mostParts = 500;

/** An expression of ours for one of Jinja's; undefined where there is none, which is told. */
export function writeExpression(expression: Expression, writing: Writing): Hand | undefined {
  const written = write(expression, writing);
  if (written === undefined) return undefined;
  if (partsOf(written, mostParts) > mostParts)
    return refuse(expression, writing, `an expression of more than ${mostParts} parts`);
  return isWritable(written) ? written : refuse(expression, writing, 'a text that ends in a backslash');
}

/** The same where its value is read, not only whether it holds. */
export function writeSubject(expression: Expression, writing: Writing): Hand | undefined {
  const written = writeExpression(expression, writing);
  return written && asValue(written, expression, writing);
}

/** The value of a part of an expression. */
function writeValue(expression: Expression, writing: Writing): Hand | undefined {
  const written = write(expression, writing);
  return written && asValue(written, expression, writing);
}

/** Jinja's `or` and `and` give one of their values, ours say whether they hold. */
function asValue(written: Hand, expression: Expression, writing: Writing): Hand | undefined {
  if (!isChoice(written)) return written;
  const what = `the value of \`${written.helper}\` within an expression`;
  return refuse(expression, writing, what, 'write {% if %}…{% else %}…{% endif %} around the whole');
}

function write(expression: Expression, writing: Writing): Hand | undefined {
  switch (expression.kind) {
    case 'literal':
      return literal(expression.value);
    case 'name':
      return writeName(expression, writing);
    case 'member':
      return writeMember(expression.of, expression.name, expression, writing);
    case 'index':
      return writeIndex(expression, writing);
    case 'call':
      return writeCall(expression, writing);
    case 'filter':
      return writeFilter(expression, writing, (part) => writeValue(part, writing));
    case 'test':
      return writeTest(expression, writing);
    case 'not': {
      const of = write(expression.of, writing);
      return of && negated(of);
    }
    case 'binary':
      return writeBinary(expression, writing);
    case 'choice':
      return writeChoice(expression, writing);
    case 'list':
      return refuse(expression, writing, 'a list');
    case 'foreign':
      return refuse(expression, writing, expression.what);
  }
}

/** Tells that there is no counterpart. */
function refuse(expression: Expression, { notes }: Writing, what: string, hint?: string): undefined {
  notes.tell(
    expression,
    `${what} has no counterpart in pipe's templates and is left out`,
    hint ?? 'work it out before the run, as a field of the record, and read that',
  );
  return undefined;
}

function writeName(expression: Expression & { kind: 'name' }, writing: Writing): Hand | undefined {
  const binding = writing.scope.find(expression.name);
  if (binding?.kind === 'value') return binding.value;
  if (binding === undefined) {
    const hint = 'write the text in its place, or read a field of the record: {{input.name}}';
    writing.notes.tell(expression, `nothing gives \`${expression.name}\` a value: it is left out`, hint);
    return undefined;
  }
  const what = `\`${expression.name}\`, a text made by a template of its own, within an expression`;
  return refuse(expression, writing, what, `write {{ ${expression.name} }} by itself`);
}

function writeMember(of: Expression, name: string, whole: Expression, writing: Writing): Hand | undefined {
  if (of.kind === 'name' && of.name === 'loop' && writing.scope.find('loop') === undefined)
    return writeLoop(name, whole, writing);
  const value = write(of, writing);
  if (value === undefined) return undefined;
  return memberOf(value, name) ?? refuse(whole, writing, `the field \`${name}\` of such a value`);
}

const loopNames: ReadonlyMap<string, string> = new Map([
  ['index0', '@index'],
  ['first', '@first'],
  ['last', '@last'],
]);

function writeLoop(name: string, whole: Expression, writing: Writing): Hand | undefined {
  const path = loopNames.get(name);
  if (path !== undefined) return { kind: 'path', from: 'here', path };
  if (name !== 'index')
    return refuse(whole, writing, `\`loop.${name}\``, 'pipe has @index, @first and @last');
  writing.notes.tell(
    whole,
    '`loop.index` counts from 1 and is written as @index, which counts from 0',
    'write a dash in place of the number, or number the items in the record',
  );
  return { kind: 'path', from: 'here', path: '@index' };
}

function writeIndex(expression: Expression & { kind: 'index' }, writing: Writing): Hand | undefined {
  const { index } = expression;
  if (index.kind === 'literal' && typeof index.value === 'string')
    return writeMember(expression.of, index.value, expression, writing);
  if (index.kind === 'literal' && Number.isInteger(index.value) && Number(index.value) >= 0)
    return writeMember(expression.of, String(index.value), expression, writing);
  return refuse(expression, writing, 'an index that is no fixed name or number from 0');
}

/** Methods of Python's that helpers do, too. */
const methods: ReadonlyMap<string, string> = new Map([
  ['strip', 'trim'],
  ['lower', 'lower'],
  ['upper', 'upper'],
  ['trim', 'trim'],
]);

function writeCall(expression: Call, writing: Writing): Hand | undefined {
  const { callee, arguments: given } = expression;
  if (callee.kind !== 'member') {
    const name = callee.kind === 'name' ? `\`${callee.name}()\`` : 'a call';
    return refuse(expression, writing, name);
  }
  const helper = methods.get(callee.name);
  if (helper !== undefined && given.length === 0) {
    const of = writeValue(callee.of, writing);
    return of && call(helper, of);
  }
  const [name, fallback] = given;
  if (callee.name === 'get' && name?.kind === 'literal' && typeof name.value === 'string') {
    const found = writeMember(callee.of, name.value, expression, writing);
    const otherwise = fallback === undefined ? literal('') : writeValue(fallback, writing);
    return found && otherwise && call('default', found, otherwise);
  }
  return refuse(expression, writing, `\`.${callee.name}()\``);
}

function writeTest(expression: Test, writing: Writing): Hand | undefined {
  const { name, negated: isNot } = expression;
  const of = write(expression.of, writing);
  if (of === undefined) return undefined;
  const turned = (hand: Hand, not: boolean): Hand => (not ? negated(hand) : hand);
  switch (name) {
    case 'truthy':
      return turned(of, isNot);
    case 'falsy':
      return turned(of, !isNot);
    case 'defined':
      tellPresence(expression, writing);
      return turned(of, isNot);
    case 'undefined':
    case 'none':
    case 'null':
      tellPresence(expression, writing);
      return turned(of, !isNot);
    case 'true':
    case 'false':
      return call(isNot ? 'ne' : 'eq', of, literal(name === 'true'));
    default:
      return refuse(expression, writing, `the test \`is ${name}\``);
  }
}

/** There is no test of presence alone: `#if` asks for a value that says something. */
function tellPresence(expression: Test, { notes }: Writing): void {
  notes.tell(
    expression,
    `\`is ${expression.negated ? 'not ' : ''}${expression.name}\` takes an empty text or list, 0 and false for nothing, too`,
    'where these are values of their own, compare with them: {{#if (eq input.count 0)}}',
  );
}

function negated(of: Hand): Hand {
  const opposite: Readonly<Record<string, string>> = { eq: 'ne', ne: 'eq' };
  if (of.kind !== 'call') return call('not', of);
  const [first] = of.arguments;
  if (of.helper === 'not' && first !== undefined) return first;
  const helper = opposite[of.helper];
  return helper === undefined ? call('not', of) : call(helper, ...of.arguments);
}

function writeBinary(expression: Binary, writing: Writing): Hand | undefined {
  const { operator, left, right } = expression;
  if (operator === 'in' || operator === 'not in') return writeMembership(expression, writing);
  if (operator === '~' || operator === '+') {
    const what = operator === '~' ? 'texts joined within an expression' : 'a sum within an expression';
    return refuse(expression, writing, what, 'write them side by side, each in its own {{ }}');
  }
  const place = loopPlace(expression, writing);
  if (place !== undefined) return place;
  const isLogical = operator === 'and' || operator === 'or';
  if (operator === 'or' && isEmptyList(right)) {
    const list = write(left, writing);
    return list?.kind === 'path' ? { ...list, optional: true } : list;
  }
  const part = isLogical ? write : writeValue;
  const [one, other] = [part(left, writing), part(right, writing)];
  if (one === undefined || other === undefined) return undefined;
  switch (operator) {
    case 'and':
    case 'or':
      return call(operator, one, other);
    case '==':
      return call('eq', one, other);
    case '!=':
      return call('ne', one, other);
    case '<':
      return call('lt', one, other);
    case '>':
      return call('gt', one, other);
    case '<=':
      return call('not', call('gt', one, other));
    case '>=':
      return call('not', call('lt', one, other));
  }
}

/** `loop.index` beside a number is `@index` beside one less, so that nothing is lost. */
function loopPlace({ operator, left, right }: Binary, writing: Writing): Hand | undefined {
  const isIndex =
    left.kind === 'member' && left.name === 'index' && left.of.kind === 'name' && left.of.name === 'loop';
  if (!isIndex || right.kind !== 'literal' || typeof right.value !== 'number') return undefined;
  if (operator === 'and' || operator === 'or' || writing.scope.find('loop') !== undefined) return undefined;
  const index: Hand = { kind: 'path', from: 'here', path: '@index' };
  const shifted = literal(right.value - 1);
  const helpers: Readonly<Record<string, Hand>> = {
    '==': call('eq', index, shifted),
    '!=': call('ne', index, shifted),
    '<': call('lt', index, shifted),
    '>': call('gt', index, shifted),
    '<=': call('not', call('gt', index, shifted)),
    '>=': call('not', call('lt', index, shifted)),
  };
  return helpers[operator];
}

/** `x in ['a', 'b']` is one of a few comparisons; in anything else there is nothing to look with. */
function writeMembership(expression: Binary, writing: Writing): Hand | undefined {
  const { left, right, operator } = expression;
  if (right.kind !== 'list' || right.items.length === 0)
    return refuse(expression, writing, `\`${operator}\` beside anything but a list that is written out`);
  const one = writeValue(left, writing);
  const items = right.items.map((item) => writeValue(item, writing));
  if (one === undefined) return undefined;
  const equal = items.flatMap((item) => (item === undefined ? [] : [call('eq', one, item)]));
  const [first] = equal;
  if (first === undefined || equal.length < items.length) return undefined;
  const any = equal.length === 1 ? first : call('or', ...equal);
  return operator === 'in' ? any : negated(any);
}

/** Within an expression, `a if a else b` is a default, and nothing else is. */
function writeChoice(expression: Choice, writing: Writing): Hand | undefined {
  return refuse(
    expression,
    writing,
    'a choice within an expression',
    'write {% if %}…{% else %}…{% endif %}',
  );
}
