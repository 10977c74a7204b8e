import { bounded, printable } from '../../diagnostic/printable.ts';

/** Markup that is safe as it stands: only `html` makes it. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | readonly Html[];

/**
 * Markup of a template. What is put into it is text, whatever it holds, also within a quoted attribute; only markup made
 * by `html` itself stays markup.
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = literals[0] ?? '';
  for (const [at, part] of parts.entries()) markup += markupOf(part) + (literals[at + 1] ?? '');
  return { markup };
}

function markupOf(part: Part): string {
  if (typeof part === 'string') return escaped(printable(part, 'lines'));
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Markup that this room's own files hold, such as the page's style. Never of anything that was read. */
export function trusted(markup: string): Html {
  return { markup };
}

export const nothing: Html = { markup: '' };

/** At most so many characters of a text, and how many were left out. */
export function clipped(text: string, length: number): Html {
  if (text.length <= length) return html`${text}`;
  const left = text.length - length;
  return html`${bounded(text, length)} <span class="cut">(${left.toLocaleString('en-US')} more characters)</span>`;
}
