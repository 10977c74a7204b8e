import type { JsonObject, JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { compileExpression, type Evaluate } from './evaluate.ts';
import { Fault } from './fault.ts';
import { frameOf, type RenderFrame } from './frame.ts';
import { lowerTemplate } from './lower.ts';
import type { TemplateProblem } from './problem.ts';
import { compileProgram } from './render.ts';
import { compileSketch, type Sketch } from './sketch.ts';
import type { Expression, Program } from './syntax.ts';
import type { Scope, Template, TemplateFailure } from './template.ts';

/** A template with what the static check, the guard facts and the references read of it. */
export interface CompiledTemplate extends Template {
  readonly program: Program;
  /** What it says as far as the scope tells it: what is not there yet reads as nothing. For estimates. */
  sketch(scope: Scope): string;
}

/** Compiles a template, with every mistake that can be told without knowing what its names stand for. */
export function compileTemplate(
  text: string,
  partials: ReadonlyMap<string, string>,
): Result<CompiledTemplate, readonly TemplateProblem[]> {
  const lowered = lowerTemplate(text, partials);
  if (!lowered.ok) return lowered;
  const program = lowered.value;
  const single = singleExpression(program);
  const write = compileProgram(program);
  const render = (scope: Scope): Result<string, TemplateFailure> => resultOf(write(rootFrame(scope)));
  const sketch = sketching(program);
  if (single === undefined)
    return success({ text, expression: false, program, render, sketch, evaluate: render, probe: render });
  return success({
    text,
    expression: true,
    program,
    render,
    sketch,
    evaluate: evaluation(compileExpression(single, false)),
    probe: probing(compileExpression(single, true)),
  });
}

/** The expression that is the whole of a template, but for comments and a block scalar's last newline. */
export function singleExpression(program: Program): Expression | undefined {
  const [first, last, ...others] = program;
  if (first?.kind !== 'output' || others.length > 0) return undefined;
  const alone = last === undefined || (last.kind === 'text' && /^\r?\n$/u.test(last.text));
  return alone ? first.expression : undefined;
}

/** Compiled when it is first asked for: only estimates do. */
function sketching(program: Program): (scope: Scope) => string {
  let compiled: Sketch | undefined;
  return (scope) => (compiled ??= compileSketch(program))(rootFrame(scope));
}

function probing(evaluate: Evaluate): (scope: Scope) => Result<JsonValue | undefined, TemplateFailure> {
  return (scope) => resultOf(evaluate(rootFrame(scope)));
}

function evaluation(evaluate: Evaluate): (scope: Scope) => Result<JsonValue, TemplateFailure> {
  // An expression that is not guarded has a value or a fault.
  return (scope) => resultOf(evaluate(rootFrame(scope)) ?? null);
}

function resultOf<Value>(outcome: Value | Fault): Result<Value, TemplateFailure> {
  return outcome instanceof Fault ? failure(outcome.failure) : success(outcome);
}

function rootFrame(scope: Scope): RenderFrame {
  return frameOf(0, undefined, scope as JsonObject);
}
