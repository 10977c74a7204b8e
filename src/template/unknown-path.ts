import { didYouMean } from '../diagnostic/suggest.ts';
import {
  blockAround,
  complain,
  sayAbsolute,
  sayNames,
  type Situation,
  type Step,
} from './check-situation.ts';
import { sayKinds } from '../schema/kinds.ts';
import { otherWordHint } from './other-words.ts';
import { dottedName, nameInPath } from './path-text.ts';
import type { ValueType } from '../schema/alternatives.ts';
import { kindsOfType, memberNames, typeOf } from '../schema/value-type.ts';
import type { ScopeNames } from './scope-type.ts';

/** A name that is not among the names of the scope. */
export function complainOfName(step: Step, from: ScopeNames, situation: Situation): void {
  const { name, reached } = step;
  const reasons = reached.length === 0 ? situation.scope.elsewhere : (from.lacking ?? {});
  if (Object.hasOwn(reasons, name.name)) {
    complain(situation, name, ['misplaced-name', reasons[name.name] ?? '']);
    return;
  }
  const message =
    from.noun !== undefined
      ? `there is no ${from.noun} \`${name.name}\``
      : reached.length === 0
        ? `there is no \`${name.name}\` here`
        : `\`${sayAbsolute(reached)}\` has no \`${name.name}\``;
  const names = [...from.names.keys()];
  complain(situation, name, [
    'unknown-path',
    message,
    rootHint(step, situation) ??
      (reached.length === 0 ? otherWordHint(name.name) : undefined) ??
      outputHint(name.name, from) ??
      nameHint(step, names, from.remedy),
  ]);
}

/** A field of what a step gives, read as if it were one of the step. */
function outputHint(name: string, { names }: ScopeNames): string | undefined {
  const output = names.get('output');
  const isField = output?.kind === 'value' && memberNames(typeOf(output.schema)).includes(name);
  return isField ? `did you mean \`output.${name}\`?` : undefined;
}

/** A name that a value of this type cannot have. */
export function complainOfField(step: Step, type: ValueType, situation: Situation): void {
  const { name } = step;
  const kinds = kindsOfType(type);
  const container = sayContainer(step);
  const names = memberNames(type);
  const isObject = kinds.includes('object') || kinds.length === 0;
  const message = isObject
    ? `${container} has no \`${name.name}\``
    : `${container} is ${sayKinds(kinds)}, so it has no \`${name.name}\``;
  const hint = rootHint(step, situation) ?? (isObject ? nameHint(step, names) : kindHint(step, type));
  complain(situation, name, ['unknown-path', message, hint]);
}

/** Inside a block that changes the context, the path may have been meant from the root. */
function rootHint({ path, name, isFirst, reached, frame }: Step, { scope }: Situation): string | undefined {
  const isOther = isFirst && reached.length > 0 && !path.explicit && path.origin.kind === 'context';
  if (!isOther || !scope.names.has(name.name)) return undefined;
  return `inside {{#${blockAround(frame)}}} write @root.${path.text}`;
}

function nameHint({ path, name }: Step, names: readonly string[], remedy?: string): string | undefined {
  const rest = path.names.slice(path.names.indexOf(name)).map((part) => part.name);
  const meant = dottedName(rest, names) ?? didYouMean(name.name, names);
  const before = path.text.slice(0, Math.max(0, name.start - path.start));
  if (meant !== undefined) return `did you mean \`${nameInPath(meant, before)}\`?`;
  if (names.length === 0) return remedy;
  const known = `known: ${sayNames(names)}`;
  return remedy === undefined ? known : `${known}; or ${remedy}`;
}

function kindHint({ path, name, reached }: Step, type: ValueType): string | undefined {
  const kinds = kindsOfType(type);
  const before = typeof reached[0] === 'number' ? path.text : sayAbsolute(reached);
  if (kinds.includes('array')) return `write {{#each ${before}}}, or ${before}.[0] for its first item`;
  return kinds.includes('string') && name.name === 'length' ? `write (length ${before})` : undefined;
}

function sayContainer({ reached }: Step): string {
  const list = reached.slice(0, -1);
  if (typeof reached[0] === 'number') return 'the value';
  return typeof reached.at(-1) === 'number'
    ? `an item of \`${sayAbsolute(list)}\``
    : `\`${sayAbsolute(reached)}\``;
}
