import { refuse, written, type Position, type Problems } from './lowering.ts';
import type { RawCall } from './raw-syntax.ts';

/** Refuses `input.id.`, of which the grammar makes two paths: the point alone means `this`. */
export function refuseTrailingPoint(
  { path, params }: Pick<RawCall, 'path' | 'params'>,
  position: Position,
  problems: Problems,
): boolean {
  const all = [path, ...params];
  const at = all.findIndex(
    ({ loc }, index) => all[index - 1]?.loc.end === loc.start && written(position, loc) === '.',
  );
  const before = all[at - 1];
  if (before === undefined) return false;
  const name = written(position, before.loc);
  refuse(problems, position, { start: before.loc.start, end: before.loc.end + 1 }, [
    'template-syntax',
    `the path \`${name}.\` ends in a point`,
    `write \`${name}\` without it, or the name that is to follow`,
  ]);
  return true;
}
