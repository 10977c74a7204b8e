import { compileExpression } from './evaluate.ts';
import { Fault } from './fault.ts';
import { frameOf, type RenderFrame } from './frame.ts';
import { compileProgram } from './render.ts';
import type { If, Inclusion, Program, Statement } from './syntax.ts';
import { isTruthy } from './values.ts';

/** What a template says as far as the scope tells it. */
export type Sketch = (frame: RenderFrame) => string;

/** Renders what can be rendered: an expression that reads what is not there yet says nothing, and so does a loop over it. */
export function compileSketch(program: Program): Sketch {
  const parts = program.map(sketchOf);
  return (frame) => parts.map((part) => part(frame)).join('');
}

/** The statement as it is rendered; where that cannot be, those parts of it that can. */
function sketchOf(statement: Statement): Sketch {
  const whole = compileProgram([statement]);
  const parts = partsOf(statement);
  return (frame) => {
    const text = whole(frame);
    return typeof text === 'string' ? text : parts(frame);
  };
}

function partsOf(statement: Statement): Sketch {
  if (statement.kind === 'if') return branchOf(statement);
  if (statement.kind === 'inclusion') return includedBy(statement);
  return () => '';
}

function branchOf({ negated, subject, body, otherwise }: If): Sketch {
  const evaluate = compileExpression(subject, true);
  const [whenTrue, whenFalse] = [compileSketch(body), compileSketch(otherwise ?? [])];
  return (frame) => {
    const value = evaluate(frame);
    const holds = !(value instanceof Fault) && isTruthy(value);
    return holds === negated ? whenFalse(frame) : whenTrue(frame);
  };
}

function includedBy({ frame: number, arguments: given, body }: Inclusion): Sketch {
  const operands = given.map((argument) => compileExpression(argument, true));
  const sketch = compileSketch(body);
  return (frame) => {
    const values = operands.map((operand) => {
      const value = operand(frame);
      return value === undefined || value instanceof Fault ? null : value;
    });
    return sketch(frameOf(number, frame, frame.context, values));
  };
}
