/**
 * Where an entry was first of use: the run (of several that record into one file), the record in the input, the step in
 * the plan, the call in the step, the tool call after it. A file's lines are in this order, whatever happened when.
 */
export type Position = readonly [run: number, record: number, step: number, call: number, tool: number];

export function comparePositions(one: Position, other: Position): number {
  for (const [at, number] of one.entries()) {
    const difference = number - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function isPosition(value: unknown): value is Position {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts.length === 5 && parts.every((part) => Number.isSafeInteger(part) && Number(part) >= 0);
}

/**
 * The names of `before` with those of `now` among them: what is new stands behind what it follows in `now`, or before what
 * it precedes there. So a run over a part of the input leaves the lines of the others where they are.
 */
export function mergeOrder(before: readonly string[], now: readonly string[]): readonly string[] {
  const held = new Set(before);
  const behind = new Map<string, string[]>();
  let leading: string[] = [];
  let anchor: string | undefined;
  const ahead = new Map<string, string[]>();
  for (const name of now) {
    if (held.has(name)) {
      if (leading.length > 0) ahead.set(name, leading);
      leading = [];
      anchor = name;
    } else if (anchor === undefined) leading.push(name);
    else {
      const following = behind.get(anchor);
      if (following === undefined) behind.set(anchor, [name]);
      else following.push(name);
    }
  }
  const merged = before.flatMap((name) => [...(ahead.get(name) ?? []), name, ...(behind.get(name) ?? [])]);
  return [...merged, ...leading];
}
