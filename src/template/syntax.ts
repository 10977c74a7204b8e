import type { TemplatePlace } from './problem.ts';
import type { Helper } from './helpers.ts';

/**
 * A template as we understand it: partials in place, every path bound to the frame that it starts from, nothing left
 * of what we refuse. A frame is what a block (`#each`, `#with`) or a partial adds to the scope.
 */
export type Program = readonly Statement[];

export type Statement = Text | Output | If | Each | With | Inclusion;

export interface Text {
  readonly kind: 'text';
  readonly text: string;
}

export interface Output extends TemplatePlace {
  readonly kind: 'output';
  readonly expression: Expression;
}

export interface If extends TemplatePlace {
  readonly kind: 'if';
  /** `#unless`. */
  readonly negated: boolean;
  readonly subject: Expression;
  readonly body: Program;
  readonly otherwise: Program | undefined;
}

export interface Each extends TemplatePlace {
  readonly kind: 'each';
  /** The number of its frame. */
  readonly frame: number;
  readonly subject: Expression;
  readonly body: Program;
  readonly otherwise: Program | undefined;
}

export interface With extends TemplatePlace {
  readonly kind: 'with';
  readonly frame: number;
  readonly subject: Expression;
  readonly body: Program;
  readonly otherwise: Program | undefined;
}

/** `{{> name argument=value}}`; its frame keeps the context and adds the arguments. */
export interface Inclusion extends TemplatePlace {
  readonly kind: 'inclusion';
  readonly name: string;
  readonly frame: number;
  readonly arguments: readonly Expression[];
  readonly body: Program;
}

export type Expression = Path | Literal | Call;

export interface Path extends TemplatePlace {
  readonly kind: 'path';
  /** As written. */
  readonly text: string;
  /** How many frames further out than the innermost one the path starts. */
  readonly hops: number;
  readonly origin: Selector;
  readonly names: readonly PathName[];
  /** The same path from the root of the scope, or from a frame whose context has no path. */
  readonly absolute: AbsolutePath;
  /** Whether it says where it starts: `this.text`, `../text`, `@root.text`. */
  readonly explicit: boolean;
}

/** Which of a frame's values a path starts from. */
export type Selector =
  | { readonly kind: 'context' | 'index' | 'key' | 'first' | 'last' }
  | { readonly kind: 'argument'; readonly position: number };

export interface PathName extends TemplatePlace {
  readonly name: string;
}

/** A number is a frame's: after a list's path, some item of the list; as the first part, a value without a path. */
export type AbsolutePath = readonly (string | number)[];

export interface Literal extends TemplatePlace {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
}

export interface Call extends TemplatePlace {
  readonly kind: 'call';
  readonly helper: Helper;
  readonly arguments: readonly Expression[];
}

/** The parts of an absolute path that are sure to be names from the root of the scope. */
export function rootedNames(path: AbsolutePath): readonly string[] {
  const frame = path.findIndex((part) => typeof part === 'number');
  return (frame === -1 ? path : path.slice(0, frame)) as readonly string[];
}
