import type { JsonValue } from '../json/json.ts';
import { nameText } from './path-text.ts';
import type { AbsolutePath } from './syntax.ts';

/** What a block or a partial adds to the scope while it is rendered. */
export interface RenderFrame {
  /** The number that the frame has in the template; 0 is the root. */
  readonly number: number;
  readonly parent: RenderFrame | undefined;
  /** What `this` is. */
  readonly context: JsonValue | undefined;
  /** Of `#each`: the item's place, its name in an object (in a list, its place), and whether it is the last. */
  readonly index: number;
  readonly key: string | number;
  readonly last: boolean;
  /** Of a partial. */
  readonly arguments: readonly JsonValue[];
}

const none: readonly JsonValue[] = [];

export function frameOf(
  number: number,
  parent: RenderFrame | undefined,
  context: JsonValue | undefined,
  values: readonly JsonValue[] = none,
): RenderFrame {
  return { number, parent, context, index: 0, key: 0, last: true, arguments: values };
}

/**
 * The path as a person would write it, with the index of the item where it leads through a list; undefined where it
 * starts from a value without a path, such as a helper's result.
 */
export function sayPath(path: AbsolutePath, frame: RenderFrame): string | undefined {
  if (typeof path[0] === 'number') return undefined;
  return path.map((part) => nameText(`${typeof part === 'number' ? keyIn(part, frame) : part}`)).join('.');
}

function keyIn(number: number, innermost: RenderFrame): string | number {
  let frame: RenderFrame | undefined = innermost;
  while (frame !== undefined && frame.number !== number) frame = frame.parent;
  return frame?.key ?? '*';
}
