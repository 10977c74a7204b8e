import { shownPath } from '../diagnostic/placed.ts';
import { printable } from '../diagnostic/printable.ts';
import { elide, markedChange } from '../difference/marks.ts';
import type { WordChange } from '../difference/words.ts';
import { unseen, type ReplayMiss } from '../run/recordings/miss.ts';
import { formatAmount } from './numbers.ts';
import type { Paint, Style } from './output.ts';
import { wrap } from './text.ts';

export interface MissView {
  readonly paint: Paint;
  /** Paths are shown from there; absent: as the miss has them. */
  readonly cwd?: string;
}

/** Characters of unchanged text on each side of a change. */
const context = 60;
const mostDifferences = 4;
const mostLines = 16;
const longestLine = 2000;

/** What a miss is about, in a few words. */
export function missTitle({ step, tool }: Pick<ReplayMiss, 'step' | 'tool'>): string {
  if (tool === undefined) return `this request of step \`${step}\` was never recorded`;
  return `this call of the tool \`${printable(tool)}\` in step \`${step}\` was never recorded`;
}

/** Equal for misses that one edit has brought about: the same words, removed and added in the same parts. */
export function missKind({ place, nearest }: ReplayMiss): string {
  const changed = nearest?.differences.map(({ what, words }) => [
    what,
    words.filter(({ kind }) => kind !== 'same'),
  ]);
  return JSON.stringify([place?.path, place?.line, changed]);
}

/**
 * A miss for people, in lines that fit a terminal's: where the pipeline says what was asked, what was recorded in its
 * stead, and the two word by word.
 */
export function missLines(miss: ReplayMiss, view: MissView): readonly string[] {
  const { paint, cwd } = view;
  const { place, nearest, tool } = miss;
  const shown = (path: string) => printable(cwd === undefined ? path : shownPath(path, cwd));
  const at = place && `${shown(place.path)}:${place.line}:${place.column}`;
  if (nearest === undefined) {
    const nothing = tool === undefined ? 'no request of the step is recorded' : 'no call of it is recorded';
    return headLines([at, nothing], paint);
  }
  const recorded = `${shown(nearest.path)}:${nearest.line}`;
  const { differences } = nearest;
  if (differences.length === 0) {
    const why = wrap(unseen(miss, shown), 76).map((line) => `  ${line}`);
    return [...headLines([at, `the nearest, ${recorded},`], paint), ...why];
  }
  const hidden = differences.slice(mostDifferences);
  return [
    ...headLines([at, `differs from ${recorded}, the nearest, in`], paint),
    ...differences.slice(0, mostDifferences).flatMap(({ what, words }) => changeLines(what, words, paint)),
    ...(hidden.length === 0
      ? []
      : [paint('dim', `  and ${formatAmount(hidden.length, 'other difference')}`)]),
  ];
}

/** Within the columns that are left where all of it is inset by two. */
function headLines(parts: readonly (string | undefined)[], paint: Paint): readonly string[] {
  const text = parts.filter((part) => part !== undefined).join('  ');
  return wrap(text, 78).map((line) => paint('dim', line));
}

const styles: { readonly [kind in WordChange['kind']]: Style | undefined } = {
  same: undefined,
  removed: 'red',
  added: 'green',
};

/** A short change stands behind its name, a text of several lines below it. */
function changeLines(what: string, words: readonly WordChange[], paint: Paint): readonly string[] {
  const lines = painted(elide(words, context), paint);
  const name = printable(what);
  if (lines.length === 1) return [`  ${name}: ${lines[0] ?? ''}`];
  const shown = lines.slice(0, mostLines);
  const more = lines.length - shown.length;
  return [
    `  ${name}:`,
    ...shown.map((line) => `    ${line}`),
    ...(more === 0 ? [] : [paint('dim', `    and ${formatAmount(more, 'more line')}`)]),
  ];
}

/** Each line is painted by itself, so that no colour runs into what is printed beside it. */
function painted(words: readonly WordChange[], paint: Paint): readonly string[] {
  const lines = [''];
  for (const change of words) {
    const style = styles[change.kind];
    for (const [at, part] of printable(markedChange(change), 'lines').split('\n').entries()) {
      if (at > 0) lines.push('');
      const piece = part.length > longestLine ? `${part.slice(0, longestLine)}…` : part;
      const last = lines.length - 1;
      lines[last] += style === undefined || piece === '' ? piece : paint(style, piece);
    }
  }
  return lines;
}
