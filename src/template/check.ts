import type { CompiledTemplate } from './compile.ts';
import { checkExpression } from './check-call.ts';
import {
  complain,
  unknownMeaning,
  type CheckFrame,
  type Meaning,
  type Situation,
} from './check-situation.ts';
import { factsOf, type Fact } from './guard-facts.ts';
import { sayKinds } from '../schema/kinds.ts';
import { startProblems } from './lowering.ts';
import type { TemplateProblem } from './problem.ts';
import { unite, type ValueType } from '../schema/alternatives.ts';
import { elementsOf, kindsOfType, typeOf, withoutNull } from '../schema/value-type.ts';
import type { ScopeType } from './scope-type.ts';
import type { Each, Expression, If, Inclusion, Program, Statement, With } from './syntax.ts';

/**
 * Resolves every path of a template against what can be there, before any record is read. A problem in a partial is
 * told once for a template, however often that includes it.
 */
export function checkTemplate(template: CompiledTemplate, scope: ScopeType): readonly TemplateProblem[] {
  const problems = startProblems();
  const frame: CheckFrame = {
    block: 'root',
    parent: undefined,
    context: { kind: 'names', names: scope.names },
    key: [],
    arguments: [],
  };
  const { guarded = false, present: facts } = scope;
  checkProgram(template.program, { scope, problems, frame, facts, guarded, use: 'value' });
  return problems.found;
}

function checkProgram(program: Program, situation: Situation): void {
  for (const statement of program) checkStatement(statement, situation);
}

function checkStatement(statement: Statement, situation: Situation): void {
  switch (statement.kind) {
    case 'text':
      break;
    case 'output':
      checkExpression(statement.expression, situation);
      break;
    case 'if':
      checkIf(statement, situation);
      break;
    case 'each':
      checkEach(statement, situation);
      break;
    case 'with':
      checkWith(statement, situation);
      break;
    case 'inclusion':
      checkInclusion(statement, situation);
      break;
  }
}

function checkIf({ negated, subject, body, otherwise }: If, situation: Situation): void {
  checkExpression(subject, { ...situation, guarded: true, use: 'condition' });
  checkProgram(body, knowing(situation, factsOf(subject, !negated)));
  checkProgram(otherwise ?? [], knowing(situation, factsOf(subject, negated)));
}

function checkEach({ subject, body, otherwise }: Each, situation: Situation): void {
  const guarded = situation.guarded || otherwise !== undefined;
  const list = checkExpression(subject, { ...situation, guarded, use: 'list' });
  const type = list.kind === 'value' ? list.type : [];
  const kinds = kindsOfType(type);
  if (kinds.length > 0 && !kinds.some((kind) => kind === 'array' || kind === 'object' || kind === 'null')) {
    complain(situation, subject, [
      'not-iterable',
      `{{#each}} needs a list or an object, but ${sayKinds(kinds)} stands here`,
    ]);
  }
  const frame: CheckFrame = {
    block: 'each',
    parent: situation.frame,
    context: list.kind === 'value' ? { kind: 'value', type: elementsOf(type) } : unknownMeaning,
    key: keyOf(type),
    arguments: [],
  };
  checkProgram(body, { ...knowing(situation, factsOf(subject, true)), frame });
  checkProgram(otherwise ?? [], situation);
}

function checkWith({ subject, body, otherwise }: With, situation: Situation): void {
  const value = checkExpression(subject, { ...situation, guarded: true, use: 'condition' });
  const context: Meaning = value.kind === 'names' ? value : { kind: 'value', type: withoutNull(value.type) };
  const frame: CheckFrame = {
    block: 'with',
    parent: situation.frame,
    context,
    key: [],
    arguments: [],
  };
  checkProgram(body, { ...knowing(situation, factsOf(subject, true)), frame });
  checkProgram(otherwise ?? [], situation);
}

function checkInclusion({ arguments: given, body }: Inclusion, situation: Situation): void {
  const { frame: parent } = situation;
  const values = given.map((argument) => valueOf(checkExpression(argument, situation)));
  const frame: CheckFrame = { block: 'partial', parent, context: parent.context, key: [], arguments: values };
  // The partial is rendered only once its arguments have values: what was wrong with them is not told again inside.
  checkProgram(body, { ...knowing(situation, given.flatMap(presenceOf)), frame });
}

/** A `steps.translate` without its `output` is told where it is given. */
function valueOf(given: Meaning): Meaning {
  return given.kind === 'names' ? unknownMeaning : given;
}

function presenceOf(argument: Expression): readonly Fact[] {
  return argument.kind === 'path' ? [{ path: argument.absolute, nonNull: false }] : [];
}

function knowing(situation: Situation, facts: readonly Fact[]): Situation {
  return facts.length === 0 ? situation : { ...situation, facts: situation.facts.concat(facts) };
}

/** What `@key` is: the place in a list, the name in an object. */
function keyOf(type: ValueType): ValueType {
  const kinds = kindsOfType(type);
  return unite([
    kinds.includes('array') ? typeOf({ type: 'integer' }) : [],
    kinds.includes('object') ? typeOf({ type: 'string' }) : [],
  ]);
}
