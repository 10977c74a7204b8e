import { markup, type Html } from './html.ts';

/** A part of the page under its heading. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

export function sectionMarkup({ id, title, content }: Section): Html {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}
</section>`;
}

/** A table that scrolls by itself where the page is too narrow, by keyboard as well. */
export function scrolling(label: string, table: Html): Html {
  return markup`<div class="scroll" role="group" aria-label="${label}" tabindex="0">${table}</div>`;
}
