import {
  blockAround,
  complain,
  sayAbsolute,
  unknownMeaning,
  type CheckFrame,
  type Meaning,
  type Situation,
  type Step,
} from './check-situation.ts';
import { beginsWith, isKnown } from './guard-facts.ts';
import { mayBeNull, memberNames, memberOf, typeOf, withoutNull } from '../schema/value-type.ts';
import type { ScopeNames } from './scope-type.ts';
import { nameText } from './path-text.ts';
import type { AbsolutePath, Path } from './syntax.ts';
import { complainOfField, complainOfName } from './unknown-path.ts';

/** Follows a path as far as the scope is known, and says what it leads to. */
export function checkPath(path: Path, situation: Situation): Meaning {
  let frame = situation.frame;
  for (let hop = 0; hop < path.hops; hop += 1) frame = frame.parent ?? frame;
  const beginning = path.absolute.length - path.names.length;
  let meaning = narrowed(startOf(path, frame), path.absolute.slice(0, beginning), situation);
  for (const [index, name] of path.names.entries()) {
    const reached = path.absolute.slice(0, beginning + index);
    const next = follow({ path, name, from: meaning, reached, isFirst: index === 0, frame }, situation);
    if (next === undefined) return unknownMeaning;
    meaning = narrowed(next, path.absolute.slice(0, beginning + index + 1), situation);
  }
  checkSkips(path, situation);
  if (meaning.kind === 'names' && situation.use !== 'condition') complainOfNames(path, meaning, situation);
  return meaning;
}

function startOf({ origin }: Path, frame: CheckFrame): Meaning {
  if (origin.kind === 'context') return frame.context;
  if (origin.kind === 'argument') return frame.arguments[origin.position] ?? unknownMeaning;
  if (origin.kind === 'key') return { kind: 'value', type: frame.key };
  return { kind: 'value', type: typeOf({ type: origin.kind === 'index' ? 'integer' : 'boolean' }) };
}

/** A value that a guard has found not to be null. */
function narrowed(meaning: Meaning, path: AbsolutePath, { facts }: Situation): Meaning {
  return meaning.kind === 'value' && isKnown(path, facts, true)
    ? { kind: 'value', type: withoutNull(meaning.type) }
    : meaning;
}

/** Undefined where the name leads nowhere, which is reported. */
function follow(step: Step, situation: Situation): Meaning | undefined {
  const { from, name } = step;
  if (from.kind === 'names') {
    const node = from.names.get(name.name);
    if (node === undefined) {
      complainOfName(step, from, situation);
      return undefined;
    }
    return node.kind === 'names' ? node : { kind: 'value', type: typeOf(node.schema) };
  }
  const type = memberOf(from.type, name.name);
  if (type === undefined) {
    complainOfField(step, from.type, situation);
    return undefined;
  }
  checkAmbiguity(step, memberNames(from.type), situation);
  checkNull(step, from, situation);
  return { kind: 'value', type };
}

/** `input.text` inside `#each` is a field of the item, where nothing says that items have no field `input`. */
function checkAmbiguity(step: Step, known: readonly string[], situation: Situation): void {
  const { path, name, isFirst, frame } = step;
  if (!isFirst || path.explicit || path.origin.kind !== 'context' || known.includes(name.name)) return;
  if (!situation.scope.names.has(name.name)) return;
  complain(
    situation,
    path,
    [
      'ambiguous-name',
      `inside {{#${blockAround(frame)}}} \`${path.text}\` is not looked up at the root`,
      `write @root.${path.text}, or this.${path.text} if that is meant`,
    ],
    'warning',
  );
}

function checkNull({ path, name }: Step, from: Meaning, situation: Situation): void {
  if (from.kind !== 'value' || situation.guarded || !mayBeNull(from.type)) return;
  const before = path.text.slice(0, Math.max(0, name.start - path.start - 1)) || 'this';
  complain(
    situation,
    path,
    [
      'may-be-null',
      `\`${before}\` may be null, and then \`${path.text}\` fails the record`,
      `write {{#if ${before}}}…{{/if}} around it`,
    ],
    'warning',
  );
}

/** What a skipped step would have given is read only where something guards it. */
function checkSkips(path: Path, situation: Situation): void {
  if (situation.guarded) return;
  const skipped = situation.scope.mayBeAbsent.find((absent) => beginsWith(path.absolute, absent));
  if (skipped === undefined || situation.facts.some((fact) => beginsWith(fact.path, skipped))) return;
  complain(situation, path, [
    'unguarded-skip',
    `\`${sayAbsolute(skipped)}\` may be skipped, and then \`${path.text}\` is absent`,
    situation.use === 'list'
      ? `write {{#if ${path.text}}}…{{/if}} around it, or {{else}} before its {{/each}}`
      : `write {{#if ${path.text}}}…{{/if}} around it, or {{default ${path.text} ""}}`,
  ]);
}

function complainOfNames(path: Path, { names }: ScopeNames, situation: Situation): void {
  const written = path.names.length === 0 ? '' : `${path.text}.`;
  const shown = path.absolute.length === 0 ? 'the whole scope' : `\`${sayAbsolute(path.absolute)}\``;
  complain(situation, path, [
    'not-a-value',
    `${shown} is not a value`,
    names.has('output')
      ? `write ${written}output`
      : `name one of its parts: ${[...names.keys()]
          .slice(0, 8)
          .map((name) => `${written}${nameText(name)}`)
          .join(', ')}`,
  ]);
}
