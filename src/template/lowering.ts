import type { Span } from '../diagnostic/diagnostic.ts';
import type { TemplatePlace, TemplateProblem, TemplateProblemCode } from './problem.ts';
import type { RawProgram } from './raw-syntax.ts';
import type { AbsolutePath, Selector } from './syntax.ts';

/** The text that is being translated, and where in the scope it stands. */
export interface Position {
  readonly text: string;
  /** The partial whose text it is. */
  readonly partial?: string;
  readonly frame: Frame;
}

/** What a block or a partial adds to the scope, as far as it is known before any record is. */
export interface Frame {
  readonly kind: 'root' | 'each' | 'with' | 'partial';
  readonly number: number;
  readonly parent: Frame | undefined;
  /** The path of what `this` is. */
  readonly context: AbsolutePath;
  /** The names that it declares: block parameters, or a partial's arguments. */
  readonly declared: ReadonlyMap<string, Declared>;
}

export interface Declared {
  readonly origin: Selector;
  readonly absolute: AbsolutePath;
}

/** What the translation of one template shares, whichever text it is in. */
export interface Session {
  readonly problems: Problems;
  readonly partials: ReadonlyMap<string, string>;
  /** The partials that were included so far; undefined where the grammar does not allow one. */
  readonly parsed: Map<string, RawProgram | undefined>;
  frames: number;
  inclusions: number;
}

/** A position, with the partials and the depth that led to it. */
export interface Surroundings extends Position {
  readonly including: readonly string[];
  readonly depth: number;
}

/** Collects the problems of one template, each once, however often its partial is included. */
export interface Problems {
  readonly found: TemplateProblem[];
  readonly known: Set<string>;
}

export function startProblems(): Problems {
  return { found: [], known: new Set() };
}

export function addProblem(problems: Problems, problem: TemplateProblem): void {
  const { partial = null, start, end, code, message } = problem;
  const identity = JSON.stringify([partial, start, end, code, message]);
  if (problems.known.has(identity)) return;
  problems.known.add(identity);
  problems.found.push(problem);
}

/** An error in what is being translated. */
export function refuse(
  problems: Problems,
  position: Position,
  span: Span,
  [code, message, hint]: readonly [code: TemplateProblemCode, message: string, hint?: string],
): void {
  const place = placeIn(position, span);
  addProblem(problems, { severity: 'error', code, message, ...(hint !== undefined && { hint }), ...place });
}

export function placeIn({ partial }: Position, { start, end }: Span): TemplatePlace {
  return { start, end, ...(partial !== undefined && { partial }) };
}

export function written({ text }: Position, { start, end }: Span): string {
  return text.slice(start, end);
}
