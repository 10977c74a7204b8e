import type { JsonValue } from '../json/json.ts';
import { sayPath, type RenderFrame } from './frame.ts';
import { parameterAt, type PlainHelper } from './helpers.ts';
import { kindOf, sayKinds } from '../schema/kinds.ts';
import type { TemplatePlace } from './problem.ts';
import type { Call, Expression, Path } from './syntax.ts';
import type { TemplateFailure } from './template.ts';
import { ownValue } from './values.ts';

/** Why an expression has no value. Its class tells it from a value, which may be any object. */
export class Fault {
  readonly failure: TemplateFailure;

  constructor(code: TemplateFailure['code'], message: string, { start, end, partial }: TemplatePlace) {
    this.failure = { code, message, start, end, ...(partial !== undefined && { partial }) };
  }
}

/** The path, and how far it leads. */
export function absentPath(path: Path, start: JsonValue | undefined, frame: RenderFrame): Fault {
  let value = start;
  let reached = 0;
  for (const { name } of path.names) {
    const next = typeof value === 'object' && value !== null ? ownValue(value, name) : undefined;
    if (next === undefined) break;
    value = next;
    reached += 1;
  }
  const missing = path.names.length - reached;
  const before = sayPath(path.absolute.slice(0, path.absolute.length - missing), frame);
  const reason =
    value === undefined || !before ? '' : reasonOf(value, before, path.names[reached]?.name, missing);
  return new Fault('absent_path', `${nameOf(path, frame)} is absent${reason}`, path);
}

export function nestedTooDeeply(expression: Expression, frame: RenderFrame): Fault {
  return new Fault(
    'bad_argument',
    `${nameOf(expression, frame)} is nested too deeply to be written`,
    expression,
  );
}

export function notIterable(subject: Expression, value: JsonValue, frame: RenderFrame): Fault {
  return new Fault(
    'bad_argument',
    `{{#each}} needs a list or an object, but ${nameOf(subject, frame)} is ${sayKinds([kindOf(value)])}`,
    subject,
  );
}

/** A value that the helper cannot take as its argument in this place. */
export function wrongArgument(
  call: Call,
  helper: PlainHelper,
  index: number,
  value: JsonValue,
  frame: RenderFrame,
): Fault {
  const parameter = parameterAt(helper, index);
  const argument = call.arguments[index] ?? call;
  const kind = kindOf(value);
  const rightKind = parameter?.kinds.includes(kind) === true;
  const expected = rightKind ? (parameter.limit?.expects ?? '') : sayKinds(parameter?.kinds ?? []);
  const found = rightKind ? JSON.stringify(value) : sayKinds([kind]);
  return new Fault(
    'bad_argument',
    `\`${helper.name}\` needs ${expected}, but ${nameOf(argument, frame)} is ${found}`,
    argument,
  );
}

/** Two values that have no order. */
export function incomparable(
  call: Call,
  helper: PlainHelper,
  values: readonly (JsonValue | undefined)[],
  frame: RenderFrame,
): Fault {
  const found = call.arguments.map((argument, index) => {
    const value = values[index] ?? null;
    return `${nameOf(argument, frame)} is ${sayKinds([kindOf(value)])}`;
  });
  return new Fault(
    'bad_argument',
    `\`${helper.name}\` compares two numbers or two texts, but ${found.join(' and ')}`,
    call,
  );
}

function nameOf(expression: Expression, frame: RenderFrame): string {
  if (expression.kind === 'literal') return JSON.stringify(expression.value);
  if (expression.kind === 'call') return `the result of \`${expression.helper.name}\``;
  return `\`${sayPath(expression.absolute, frame) ?? expression.text}\``;
}

function reasonOf(value: JsonValue, before: string, next: string | undefined, missing: number): string {
  const kind = kindOf(value);
  if (kind === 'string' && next === 'length') return `: \`${before}\` is text, write (length ${before})`;
  if (kind !== 'object' && kind !== 'array') return `: \`${before}\` is ${sayKinds([kind])}`;
  return missing > 1 ? `: \`${before}\` has no \`${next}\`` : '';
}
