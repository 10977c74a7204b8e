import type { JsonValue } from '../json/json.ts';
import { compileExpression, type Evaluate } from './evaluate.ts';
import { Fault, nestedTooDeeply, notIterable } from './fault.ts';
import { frameOf, type RenderFrame } from './frame.ts';
import type { Each, If, Inclusion, Output, Program, Statement, With } from './syntax.ts';
import { isTruthy, ownValue, textOf } from './values.ts';

export type Render = (frame: RenderFrame) => string | Fault;

/** Turns statements into one function that writes them. */
export function compileProgram(program: Program): Render {
  const parts = program.map(compileStatement);
  return (frame) => {
    let text = '';
    for (const part of parts) {
      const piece = part(frame);
      if (typeof piece !== 'string') return piece;
      text += piece;
    }
    return text;
  };
}

function compileStatement(statement: Statement): Render {
  if (statement.kind === 'text') {
    const { text } = statement;
    return () => text;
  }
  if (statement.kind === 'output') return compileOutput(statement);
  if (statement.kind === 'if') return compileIf(statement);
  if (statement.kind === 'each') return compileEach(statement);
  if (statement.kind === 'with') return compileWith(statement);
  return compileInclusion(statement);
}

function compileOutput({ expression }: Output): Render {
  const evaluate = compileExpression(expression, false);
  return (frame) => {
    const value = evaluate(frame);
    if (typeof value === 'string' || value instanceof Fault) return value;
    return textOf(value ?? null) ?? nestedTooDeeply(expression, frame);
  };
}

function compileIf({ negated, subject, body, otherwise }: If): Render {
  const evaluate = compileExpression(subject, true);
  const whenTrue = compileProgram(negated ? (otherwise ?? []) : body);
  const whenFalse = compileProgram(negated ? body : (otherwise ?? []));
  return (frame) => {
    const value = evaluate(frame);
    if (value instanceof Fault) return value;
    return isTruthy(value) ? whenTrue(frame) : whenFalse(frame);
  };
}

/** A missing list is a failure unless there is an `{{else}}` for it; null is an empty one. */
function compileEach({ subject, frame: number, body, otherwise }: Each): Render {
  const evaluate = compileExpression(subject, otherwise !== undefined);
  const renderItem = compileProgram(body);
  const whenEmpty = compileProgram(otherwise ?? []);
  return (frame) => {
    const list = evaluate(frame);
    if (list instanceof Fault) return list;
    if (list === undefined || list === null) return whenEmpty(frame);
    if (typeof list !== 'object') return notIterable(subject, list, frame);
    const keys = Array.isArray(list) ? undefined : Object.keys(list);
    const count = keys?.length ?? (list as readonly JsonValue[]).length;
    if (count === 0) return whenEmpty(frame);
    let text = '';
    for (let index = 0; index < count; index += 1) {
      const key = keys?.[index] ?? index;
      const context = ownValue(list, `${key}`);
      const item: RenderFrame = {
        number,
        parent: frame,
        context,
        index,
        key,
        last: index === count - 1,
        arguments: [],
      };
      const piece = renderItem(item);
      if (typeof piece !== 'string') return piece;
      text += piece;
    }
    return text;
  };
}

/** A condition like `#if`, but 0 is something, as Handlebars has it. */
function compileWith({ subject, frame: number, body, otherwise }: With): Render {
  const evaluate = compileExpression(subject, true);
  const whenPresent = compileProgram(body);
  const whenEmpty = compileProgram(otherwise ?? []);
  return (frame) => {
    const value = evaluate(frame);
    if (value instanceof Fault) return value;
    return value === 0 || isTruthy(value) ? whenPresent(frameOf(number, frame, value)) : whenEmpty(frame);
  };
}

function compileInclusion({ frame: number, arguments: given, body }: Inclusion): Render {
  const operands: readonly Evaluate[] = given.map((argument) => compileExpression(argument, false));
  const render = compileProgram(body);
  return (frame) => {
    const values: JsonValue[] = [];
    for (const operand of operands) {
      const value = operand(frame);
      if (value instanceof Fault) return value;
      values.push(value ?? null);
    }
    return render(frameOf(number, frame, frame.context, values));
  };
}
