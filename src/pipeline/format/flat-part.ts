import type { Source } from '../../diagnostic/source.ts';
import { isObject, type Pointer } from '../../json/json.ts';
import { valueAt } from '../../json/pointer.ts';
import type { Violation } from '../schema/violations.ts';
import { pathText } from '../words.ts';

/** A part that has nothing, since what belongs to it stands at the column of its own key. */
export interface FlatPart {
  readonly hint: string;
  /** The paths of the keys that are only mistakes for standing there. */
  readonly beside: readonly string[];
}

/** The flat ones among the parts that are wrong, by their paths. */
export function flatParts(violations: readonly Violation[], source: Source): ReadonlyMap<string, FlatPart> {
  const misplaced = new Set(
    violations
      .filter(({ kind, value }) => kind === 'unknown-key' || (kind === 'wrong-type' && value !== null))
      .map(({ pointer }) => pathText(pointer)),
  );
  return new Map(
    violations
      .filter(({ kind, value }) => kind === 'wrong-type' && value === null)
      .flatMap((violation) => {
        const flat = flatPart(violation, source, misplaced);
        return flat === undefined ? [] : [[pathText(violation.pointer), flat] as const];
      }),
  );
}

function flatPart(
  { pointer, schema }: Violation,
  source: Source,
  misplaced: ReadonlySet<string>,
): FlatPart | undefined {
  const wants = (type: string) => [schema['type']].flat().includes(type);
  const below = keyBelow(pointer, source);
  if (below === undefined || !(wants('object') || wants('string'))) return undefined;
  const place = pointer.slice(0, -1);
  const isOwn = (key: string) => isObject(schema['properties']) && Object.hasOwn(schema['properties'], key);
  const isMisplaced = (key: string) => misplaced.has(pathText([...place, key]));
  if (!isOwn(below) && !isMisplaced(below)) return undefined;
  const name = String(pointer.at(-1));
  const around = valueAt(source.value, place);
  const keys = isObject(around) ? Object.keys(around) : [];
  const after = keys.slice(keys.indexOf(name) + 1);
  const end = after.findIndex((key) => !isOwn(key) && !isMisplaced(key));
  const deeper = `indent the lines below it deeper than \`${name}\``;
  return {
    hint: wants('object')
      ? `${deeper}: they stand beside it, not in it`
      : `write \`${name}: |\`, and ${deeper}`,
    beside: after.slice(0, end === -1 ? after.length : end).map((key) => pathText([...place, key])),
  };
}

/** The key of the next line, where it stands at the column of this one and this one has no value on its own line. */
function keyBelow(pointer: Pointer, source: Source): string | undefined {
  const { start, end } = source.locate(pointer, 'key');
  const rest = source.text.slice(end.offset, end.offset + farthest);
  const [, indentation = '', key] =
    /^[ \t]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( *)["']?([^\s#"'-][^\n:"']*)["']?[ \t]*:/u.exec(
      rest,
    ) ?? [];
  return indentation.length === start.column - 1 ? key : undefined;
}

/** A key that stands further below, in characters, was hardly meant for it. */
const farthest = 2000;
