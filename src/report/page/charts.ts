import { markup, nothing, type Html } from './html.ts';

/**
 * Plots as SVG that stretches with the page: the picture holds shapes alone, so that its texts, which stand beside it,
 * are as large on a telephone as on a screen. Colours come from the page's style, so that they follow its scheme.
 */

export type Colour = 'accent' | 'good' | 'bad' | 'warn' | 'grey';

/** A bar of a plot, of one or more parts on top of each other. */
export interface Bar {
  readonly parts: readonly { readonly value: number; readonly colour: Colour }[];
  /** What a pointer that rests on it is told. */
  readonly title: string;
}

export interface BarPlot {
  /** The plot in words, for who does not see it. */
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The value of the full height; 0 or less: nothing is drawn. */
  readonly most: number;
  /** Where dashed lines stand, from 0 to the number of bars. */
  readonly marks?: readonly number[];
}

const height = 100;

export function barPlot({ label, bars, most, marks = [] }: BarPlot): Html {
  const shapes = most > 0 ? bars.map((bar, at) => barShapes(bar, at, most)) : [];
  return markup`<svg class="plot" role="img" aria-label="${label}" viewBox="0 0 ${bars.length} ${height}" preserveAspectRatio="none">${shapes}${marks.map(
    (at) => markup`<line class="mark" x1="${at}" x2="${at}" y1="0" y2="${height}"></line>`,
  )}</svg>`;
}

function barShapes({ parts, title }: Bar, at: number, most: number): Html {
  let top = height;
  const shapes = parts.map(({ value, colour }) => {
    if (value <= 0) return nothing;
    // What there is is seen, however little.
    const tall = Math.max(1.2, (value / most) * height);
    top -= tall;
    return markup`<rect class="f-${colour}" x="${round(at + 0.06)}" y="${round(top)}" width="0.88" height="${round(tall)}"></rect>`;
  });
  return shapes.includes(nothing) && shapes.every((shape) => shape === nothing)
    ? nothing
    : markup`<g><title>${title}</title>${shapes}</g>`;
}

/** Shares of a whole, side by side. */
export function shareBar(
  label: string,
  parts: readonly { readonly value: number; readonly colour: Colour }[],
): Html {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  let from = 0;
  const shapes = parts.map(({ value, colour }) => {
    if (value === 0 || total === 0) return nothing;
    const width = (value / total) * 100;
    const shape = markup`<rect class="f-${colour}" x="${round(from)}" y="0" width="${round(width)}" height="10"></rect>`;
    from += width;
    return shape;
  });
  return markup`<svg class="share" role="img" aria-label="${label}" viewBox="0 0 100 10" preserveAspectRatio="none">${shapes}</svg>`;
}

/** The share of a whole within a table's cell, full where it is all of it; the numbers beside it tell it as well. */
export function cellBar(value: number, whole: number): Html {
  const width = whole > 0 ? round(Math.min(1, value / whole) * 100) : 0;
  return markup`<svg class="bar" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none"><rect class="f-accent" x="0" y="0" width="${width}" height="8"></rect></svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
