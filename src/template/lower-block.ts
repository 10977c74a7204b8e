import type { Span } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { blockNames, isBlockName, type BlockName } from './blocks.ts';
import { lowerExpression, refuseHash } from './lower-expression.ts';
import { isSimple, takenName } from './lower-path.ts';
import {
  refuse,
  written,
  type Declared,
  type Frame,
  type Position,
  type Problems,
  type Session,
} from './lowering.ts';
import { otherWordHint } from './other-words.ts';
import type { RawBlock } from './raw-syntax.ts';
import type { AbsolutePath, Expression } from './syntax.ts';
import { refuseTrailingPoint } from './trailing-point.ts';

/** Which of the four blocks it is; undefined for what is none of them, which is reported. */
export function blockNameOf(raw: RawBlock, position: Position, problems: Problems): BlockName | undefined {
  const name = written(position, raw.path.loc);
  const simple = raw.path.type === 'PathExpression' && isSimple(raw.path, position);
  const taken = simple ? takenName(name) : undefined;
  const opening = openingOf(raw, position);
  if (/^\{\{~?\^/u.test(written(position, raw.loc))) {
    refuse(problems, position, opening, [
      'template-refused',
      `{{^${name}}} is not supported`,
      `write {{#unless ${taken === undefined ? name : '…'}}}`,
    ]);
  } else if (simple && isBlockName(name)) {
    return name;
  } else if (taken === 'helper') {
    refuse(problems, position, opening, [
      'template-refused',
      `\`${name}\` is a helper, not a block`,
      `write {{#if (${name} …)}}…{{/if}}`,
    ]);
  } else if (taken !== undefined || raw.params.length > 0) {
    const meant = didYouMean(name, blockNames);
    refuse(problems, position, opening, [
      taken === undefined ? 'unknown-helper' : 'template-refused',
      `there is no block {{#${name}}}`,
      otherWordHint(name) ??
        (meant === undefined ? `blocks: ${blockNames.join(', ')}` : `did you mean {{#${meant}}}?`),
    ]);
  } else {
    refuse(problems, position, opening, [
      'template-refused',
      `{{#${name}}} does not say whether it is a condition or a loop`,
      `write {{#if ${name}}}, {{#each ${name}}} or {{#with ${name}}}`,
    ]);
  }
  return undefined;
}

/** What the block is about; undefined where it is about nothing or too much, which is reported. */
export function subjectOf(
  name: BlockName,
  raw: RawBlock,
  position: Position,
  problems: Problems,
): Expression | undefined {
  const [named] = raw.hash?.pairs ?? [];
  if (raw.hash !== undefined && named !== undefined) {
    const hint = `to compare, write (eq ${named.key} ${written(position, named.value.loc)})`;
    refuseHash(raw.hash, position, problems, hint);
    return undefined;
  }
  if (refuseTrailingPoint(raw, position, problems)) return undefined;
  const [first, ...others] = raw.params;
  const last = others.at(-1);
  if (first !== undefined && last === undefined) return lowerExpression(first, position, problems);
  // `{{#if eq a b}}` is one mistake: its arguments are not looked at one by one.
  const call = first && last && written(position, { start: first.loc.start, end: last.loc.end });
  refuse(problems, position, openingOf(raw, position), [
    'wrong-arguments',
    `{{#${name}}} takes 1 argument, not ${raw.params.length}`,
    call === undefined
      ? `write {{#${name} input.text}}`
      : `a helper call stands in parentheses: {{#${name} (${call})}}`,
  ]);
  return undefined;
}

/**
 * The frame of `#each` and `#with`. `#if` and `#unless` have none, so that `../` inside them means what it means
 * outside.
 */
export function frameOf(
  name: BlockName,
  raw: RawBlock,
  subject: AbsolutePath | undefined,
  position: Position,
  session: Session,
): Frame | undefined {
  const parameters = raw.program?.blockParams ?? [];
  checkParameters(name, parameters, openingOf(raw, position), position, session.problems);
  if (name === 'if' || name === 'unless') return undefined;
  session.frames += 1;
  const number = session.frames;
  const context = name === 'each' && subject !== undefined ? [...subject, number] : (subject ?? [number]);
  const item: Declared = { origin: { kind: 'context' }, absolute: context };
  const key: Declared = { origin: { kind: 'key' }, absolute: [number, '@key'] };
  const declared = new Map(
    parameters.map((parameter, index): [string, Declared] => [parameter, index === 0 ? item : key]),
  );
  return { kind: name, number, parent: position.frame, context, declared };
}

/** A name that a helper or block has cannot be given to anything else. */
export function refuseTaken(name: string, span: Span, position: Position, problems: Problems): void {
  const taken = takenName(name);
  if (taken === undefined) return;
  refuse(problems, position, span, [
    'template-refused',
    `\`${name}\` is the name of a ${taken}, so nothing else can be called so`,
    'choose another name',
  ]);
}

function checkParameters(
  name: BlockName,
  parameters: readonly string[],
  opening: Span,
  position: Position,
  problems: Problems,
): void {
  const allowed = { if: 0, unless: 0, with: 1, each: 2 }[name];
  for (const parameter of parameters) refuseTaken(parameter, opening, position, problems);
  if (parameters.length <= allowed) return;
  refuse(problems, position, opening, [
    'wrong-arguments',
    allowed === 0
      ? `{{#${name}}} has no block parameters`
      : `{{#${name}}} has at most ${allowed} block ${allowed === 1 ? 'parameter' : 'parameters'}, not ${parameters.length}`,
    allowed === 0
      ? 'to name a value, write {{#with value as |name|}}'
      : `write {{#${name} value as |${name === 'with' ? 'name' : 'item index'}|}}`,
  ]);
}

/** The tag that begins a block, from `{{#` to its `}}`. */
function openingOf(raw: RawBlock, { text }: Position): Span {
  const last = raw.hash ?? raw.params.at(-1) ?? raw.path;
  const close = text.indexOf('}}', last.loc.end);
  return { start: raw.loc.start, end: close === -1 ? last.loc.end : close + 2 };
}
