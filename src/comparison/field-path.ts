import { failure, success, type Result } from '../result.ts';

/** The names that lead to a field of an output, from outside in; those of lists are never among them. */
export type FieldPath = readonly string[];

/** A name that can stand in a path as it is. */
const plainName = /^[^\s.[\]"*]+$/u;

/** As people write it: `ticket.topic`; other names in brackets and quotes: `ticket["a b"]`. */
export function fieldPathText(path: FieldPath): string {
  return path
    .map((name, at) => {
      if (!plainName.test(name)) return `[${JSON.stringify(name)}]`;
      return at === 0 ? name : `.${name}`;
    })
    .join('');
}

/** Which fields may differ: those at this path and below it. */
export interface AllowedPath {
  /** As it was given. */
  readonly text: string;
  covers(path: FieldPath): boolean;
}

const part = /(?<dot>^|\.)(?<name>[^\s.[\]"]+)|\[(?<quoted>"(?:[^"\\]|\\.)*")\]/uy;

/** Reads a path such as `reply`, `ticket.topic`, `ticket["a b"]` or `ticket.*`, where `*` stands for any one name. */
export function parseAllowedPath(text: string): Result<AllowedPath, string> {
  const names: (string | undefined)[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const at = part.lastIndex;
    const { dot, name, quoted } = part.exec(text)?.groups ?? {};
    if (name !== undefined && (at === 0) === (dot === '')) names.push(name === '*' ? undefined : name);
    else if (quoted !== undefined) names.push(JSON.parse(quoted) as string);
    else return failure(`\`${text}\` is no path of a field`);
  }
  if (names.length === 0) return failure('an empty path is none of a field');
  return success({
    text,
    covers: (path) =>
      path.length >= names.length && names.every((name, at) => name === undefined || name === path[at]),
  });
}
