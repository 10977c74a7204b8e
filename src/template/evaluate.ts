import type { JsonValue } from '../json/json.ts';
import { absentPath, Fault, incomparable, nestedTooDeeply, wrongArgument } from './fault.ts';
import type { RenderFrame } from './frame.ts';
import { parameterAt, type DecidingHelper, type Parameter, type PlainHelper } from './helpers.ts';
import { everyKind, kindOf } from '../schema/kinds.ts';
import type { Call, Expression, Path, Selector } from './syntax.ts';
import { isTruthy, ownValue } from './values.ts';

/** The value of an expression; undefined where it is absent, which only a guarded one can be. */
export type Evaluate = (frame: RenderFrame) => JsonValue | undefined | Fault;

/** Turns an expression into a function. `guarded`: an absent path is no failure here. */
export function compileExpression(expression: Expression, guarded: boolean): Evaluate {
  if (expression.kind === 'path') return compilePath(expression, guarded);
  if (expression.kind === 'literal') {
    const { value } = expression;
    return () => value;
  }
  const { helper } = expression;
  return helper.form === 'plain'
    ? compileCall(expression, helper, guarded)
    : compileDecision(expression, helper, guarded);
}

function compilePath(path: Path, guarded: boolean): Evaluate {
  const { hops } = path;
  const names = path.names.map(({ name }) => name);
  const start = startOf(path.origin);
  return (innermost) => {
    let frame = innermost;
    for (let hop = 0; hop < hops; hop += 1) frame = frame.parent ?? frame;
    let value = start(frame);
    for (const name of names) {
      value = typeof value === 'object' && value !== null ? ownValue(value, name) : undefined;
      if (value === undefined) break;
    }
    return value === undefined && !guarded ? absentPath(path, start(frame), innermost) : value;
  };
}

function startOf(origin: Selector): (frame: RenderFrame) => JsonValue | undefined {
  if (origin.kind === 'argument') {
    const { position } = origin;
    return (frame) => frame.arguments[position];
  }
  return starts[origin.kind];
}

const starts = {
  context: (frame: RenderFrame) => frame.context,
  index: (frame: RenderFrame) => frame.index,
  key: (frame: RenderFrame) => frame.key,
  first: (frame: RenderFrame) => frame.index === 0,
  last: (frame: RenderFrame) => frame.last,
};

function compileCall(call: Call, helper: PlainHelper, guarded: boolean): Evaluate {
  const operands = call.arguments.map((argument) => compileExpression(argument, guarded));
  const checks = operands.map((_, index) => checkOf(parameterAt(helper, index)));
  const takesAbsent = helper.absence === 'counts';
  const ordered = helper.relation === 'order';
  return (frame) => {
    const values: (JsonValue | undefined)[] = [];
    for (const [index, operand] of operands.entries()) {
      const value = operand(frame);
      if (value instanceof Fault) return value;
      if (value === undefined) {
        if (!takesAbsent) return undefined;
      } else if (checks[index]?.(value) === false) {
        return wrongArgument(call, helper, index, value, frame);
      }
      values.push(value);
    }
    if (ordered && typeof values[0] !== typeof values[1]) return incomparable(call, helper, values, frame);
    return helper.apply(values) ?? nestedTooDeeply(call.arguments[0] ?? call, frame);
  };
}

/** Undefined where any value will do. */
function checkOf(parameter: Parameter | undefined): ((value: JsonValue) => boolean) | undefined {
  if (parameter === undefined || parameter.kinds === everyKind) return undefined;
  const { kinds, limit } = parameter;
  return (value) => kinds.includes(kindOf(value)) && limit?.accepts(value) !== false;
}

function compileDecision(call: Call, helper: DecidingHelper, guarded: boolean): Evaluate {
  if (helper.form === 'default') return compileDefault(call, guarded);
  const operands = call.arguments.map((argument) => compileExpression(argument, guarded));
  const decisive = helper.form === 'or';
  return (frame) => {
    for (const operand of operands) {
      const value = operand(frame);
      if (value instanceof Fault) return value;
      if (isTruthy(value) === decisive) return decisive;
    }
    return !decisive;
  };
}

function compileDefault(call: Call, guarded: boolean): Evaluate {
  const [value, fallback] = call.arguments;
  const first = value && compileExpression(value, true);
  const second = fallback && compileExpression(fallback, guarded);
  return (frame) => {
    const found = first?.(frame);
    return found === undefined || found === null || found === '' ? second?.(frame) : found;
  };
}
