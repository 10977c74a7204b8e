import { displayWidth } from '../diagnostic/printable.ts';
import type { Paint, Style } from './output.ts';

/** One way to say a thing. */
export interface Form {
  /** Side by side; printable, of one line. */
  readonly pieces: readonly Piece[];
  /** 0 stays to the last; where there is no room, the highest of a line goes first. */
  readonly rank: number;
}

export interface Piece {
  readonly text: string;
  readonly style?: Style;
}

/** One thing that a line says: its forms from the longest to the shortest. When one goes, the next takes its place. */
export type Field = readonly Form[];

const gap = '  ';

/** A form of one text. */
export function form(rank: number, text: string, style?: Style): Form {
  return { rank, pieces: [style === undefined ? { text } : { text, style }] };
}

/** The fields beside each other, in so many columns: what is least important is shortened first, then left out. */
export function fitFields(fields: readonly Field[], columns: number, paint: Paint): string {
  let kept = fields.filter((forms) => forms.length > 0);
  while (kept.length > 0 && widthOf(kept) > columns) {
    const last = Math.max(...kept.map(([first]) => first?.rank ?? 0));
    kept = kept
      .map((forms) => (forms[0]?.rank === last ? forms.slice(1) : forms))
      .filter((forms) => forms.length > 0);
  }
  return kept.map(([first]) => painted(first, paint)).join(gap);
}

function painted(form: Form | undefined, paint: Paint): string {
  const texts = form?.pieces.map(({ text, style }) => (style === undefined ? text : paint(style, text)));
  return texts?.join('') ?? '';
}

function widthOf(fields: readonly Field[]): number {
  const widths = fields.map(([first]) => displayWidth(first?.pieces.map(({ text }) => text).join('') ?? ''));
  return widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
}
