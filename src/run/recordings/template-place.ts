import type { Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type Pointer } from '../../json/json.ts';
import { valueAt } from '../../json/pointer.ts';
import type { Origin } from './differences.ts';

/** A place in a file; line and column from 1. */
export interface FilePlace {
  /** Absolute. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Where in the pipeline stands what a part of a step's question is made of; undefined where the step is of no file. */
export function placeIn(step: Location | undefined, origin: Origin): FilePlace | undefined {
  if (step === undefined) return undefined;
  const { source } = step;
  const pointer = pointerOf(step, origin);
  // Of what has several lines, the name tells where it is.
  const part = typeof valueAt(source.value, pointer) === 'object' ? 'key' : 'value';
  const { line, column } = source.locate(pointer, part).start;
  return { path: source.path, line, column };
}

/** The step itself where no key says the part, such as for an answer that the conversation has since. */
function pointerOf({ source, pointer: step }: Location, origin: Origin): Pointer {
  const value = valueAt(source.value, step);
  const spec = isObject(value) ? value : {};
  if (origin.kind === 'key') {
    const [key = ''] = origin.pointer;
    if (Object.hasOwn(spec, key)) return [...step, ...origin.pointer];
    return valueAt(source.value, [key]) === undefined ? step : origin.pointer;
  }
  const below = messagePointer(spec, origin.at);
  return below === undefined ? step : [...step, ...below];
}

function messagePointer(spec: JsonObject, at: number): Pointer | undefined {
  const { messages } = spec;
  if (Array.isArray(messages)) return at < messages.length ? ['messages', at, 'content'] : undefined;
  const key = ['system', 'prompt'].filter((name) => Object.hasOwn(spec, name))[at];
  return key === undefined ? undefined : [key];
}
