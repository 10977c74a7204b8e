import type { CompiledTemplate } from './compile.ts';
import type { TemplatePlace } from './problem.ts';
import { rootedNames, type Expression, type Path, type Program } from './syntax.ts';

/** A use of a step, at the place of the path that names it. */
export interface StepReference extends TemplatePlace {
  readonly step: string;
}

/** Every use of a step, guarded or not, in the order of the text: the steps that must come before this one. */
export function stepReferences(template: CompiledTemplate): readonly StepReference[] {
  return pathsOf(template.program).flatMap(({ absolute, start, end, partial }) => {
    const [first, step] = rootedNames(absolute);
    if (first !== 'steps' || step === undefined) return [];
    return [{ step, start, end, ...(partial !== undefined && { partial }) }];
  });
}

/**
 * The paths that the template reads, each once: from the root of the scope, up to where a loop begins or the path
 * ends. `['input', 'text']` says that the field `text` is used.
 */
export function referencedPaths(template: CompiledTemplate): readonly (readonly string[])[] {
  const paths = pathsOf(template.program)
    .map(({ absolute }) => rootedNames(absolute))
    .filter((names) => names.length > 0);
  return [...new Map(paths.map((names) => [JSON.stringify(names), names])).values()];
}

function pathsOf(program: Program): readonly Path[] {
  return program.flatMap((statement) => {
    if (statement.kind === 'text') return [];
    if (statement.kind === 'output') return pathsIn(statement.expression);
    if (statement.kind === 'inclusion')
      return [...statement.arguments.flatMap(pathsIn), ...pathsOf(statement.body)];
    const { subject, body, otherwise = [] } = statement;
    return [...pathsIn(subject), ...pathsOf(body), ...pathsOf(otherwise)];
  });
}

function pathsIn(expression: Expression): readonly Path[] {
  if (expression.kind === 'path') return [expression];
  return expression.kind === 'call' ? expression.arguments.flatMap(pathsIn) : [];
}
