import type { Span } from '../diagnostic/diagnostic.ts';

/** A name as a path has to write it: in brackets where it holds a space or another sign that paths are made of. */
export function nameText(name: string): string {
  return /^[^\s!"#%&'()*+,./;<=>@[\\\]^`{|}~]+$/u.test(name) ? name : `[${name.replaceAll(']', '\\]')}]`;
}

/** `input['order id'][0]`, as other languages write a path, as one is written here: `input.[order id].[0]`. */
export function dottedPath(text: string): string {
  return text.replaceAll(
    /\.?\[(?:'([^']*)'|"([^"]*)"|(\d+))\]/gu,
    (_, one?: string, other?: string, index?: string) => {
      const name = one ?? other ?? '';
      return `.${index !== undefined || /^\d+$/u.test(name) ? `[${index ?? name}]` : nameText(name)}`;
    },
  );
}

/** The parts that a path is written of, their brackets included, with their places in it. */
export function partsOfPath(text: string): readonly (Span & { readonly name: string })[] {
  const part = /\[(?:\\\]|[^\]])*\]|\.\.?(?=[/\s]|$)|[^\s./@]+/gu;
  return [...text.matchAll(part)].map(({ 0: written, index }) => ({
    name: written.startsWith('[') ? written.slice(1, -1).replaceAll('\\]', ']') : written,
    start: index,
    end: index + written.length,
  }));
}
