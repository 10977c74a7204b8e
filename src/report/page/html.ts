import { bounded, printable } from '../../diagnostic/printable.ts';

/** HTML that is safe as it stands: only this file makes it. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[];

/**
 * HTML of a template. What is put into it is text, whatever it holds, also within a quoted attribute; only what this
 * function has made stays as it is. It is not called `html`, since formatters would lay it out, and white space means
 * something in `pre`.
 */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let html = literals[0] ?? '';
  for (const [at, part] of parts.entries()) html += htmlOf(part) + (literals[at + 1] ?? '');
  return { html };
}

function htmlOf(part: Part): string {
  if (typeof part === 'string') return escaped(printable(part, 'lines'));
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(({ html }) => html).join('');
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

/** HTML that this room's own files hold, such as the page's style. Never anything that was read. */
export function trusted(html: string): Html {
  return { html };
}

export const nothing: Html = { html: '' };

/** At most so many characters of a text, and how many were left out. */
export function clipped(text: string, length: number): Html {
  if (text.length <= length) return markup`${text}`;
  const left = text.length - length;
  return markup`${bounded(text, length)} <span class="cut">(${left.toLocaleString('en-US')} more characters)</span>`;
}
