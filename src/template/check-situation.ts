import type { JsonValue } from '../json/json.ts';
import type { Fact } from './guard-facts.ts';
import { addProblem, type Problems } from './lowering.ts';
import { nameText } from './path-text.ts';
import type { TemplatePlace, TemplateProblemCode } from './problem.ts';
import { anything, type ValueType } from '../schema/alternatives.ts';
import type { ScopeNames, ScopeType } from './scope-type.ts';
import type { AbsolutePath, Path, PathName } from './syntax.ts';

/** What an expression stands for. */
export type Meaning = ScopeNames | { readonly kind: 'value'; readonly type: ValueType };

export const unknownMeaning: Meaning = { kind: 'value', type: anything };

/** What a frame of the template holds, as far as it is known before any record is. */
export interface CheckFrame {
  readonly block: 'root' | 'each' | 'with' | 'partial';
  readonly parent: CheckFrame | undefined;
  readonly context: Meaning;
  /** Of `#each`: an index or a name. */
  readonly key: ValueType;
  readonly arguments: readonly Meaning[];
}

/** Where in the template an expression stands, and what is known there. */
export interface Situation {
  readonly scope: ScopeType;
  readonly problems: Problems;
  readonly frame: CheckFrame;
  readonly facts: readonly Fact[];
  /** Whether an absent path is no failure here. */
  readonly guarded: boolean;
  /**
   * `condition`: only whether it is there, or true, counts; so a step may be named without its `output`. `list`: what
   * `#each` goes through.
   */
  readonly use: 'value' | 'list' | 'condition';
}

/** One name of a path. */
export interface Step {
  readonly path: Path;
  readonly name: PathName;
  /** What it is looked up in, and the path of that. */
  readonly from: Meaning;
  readonly reached: AbsolutePath;
  readonly isFirst: boolean;
  /** The frame that the path starts from. */
  readonly frame: CheckFrame;
}

export function complain(
  { problems }: Situation,
  { start, end, partial }: TemplatePlace,
  [code, message, hint]: readonly [code: TemplateProblemCode, message: string, hint?: string | undefined],
  severity: 'error' | 'warning' = 'error',
): void {
  addProblem(problems, {
    severity,
    code,
    message,
    ...(hint !== undefined && { hint }),
    start,
    end,
    ...(partial !== undefined && { partial }),
  });
}

/** The block that has changed what a plain name means. */
export function blockAround(frame: CheckFrame): 'each' | 'with' {
  let around: CheckFrame | undefined = frame;
  while (around?.block === 'partial') around = around.parent;
  return around?.block === 'with' ? 'with' : 'each';
}

/** A path as a person reads it; an item of a list is `*`. */
export function sayAbsolute(path: AbsolutePath): string {
  return path.map((part) => (typeof part === 'number' ? '*' : nameText(part))).join('.');
}

/** At most a dozen names, for a hint. */
export function sayNames(names: readonly JsonValue[]): string {
  const shown = names.slice(0, 12).map((name) => (typeof name === 'string' ? name : JSON.stringify(name)));
  return names.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}
