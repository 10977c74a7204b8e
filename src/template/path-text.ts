import type { Span } from '../diagnostic/diagnostic.ts';

/** A name as a path has to write it: in brackets where it holds a space or another sign that paths are made of. */
export function nameText(name: string): string {
  return /^[^\s!"#%&'()*+,./;<=>@[\\\]^`{|}~]+$/u.test(name) ? name : `[${name.replaceAll(']', '\\]')}]`;
}

/** A name as a hint has it: with the path that stands before it where it needs brackets, which alone look like a list. */
export function nameInPath(name: string, before: string): string {
  const written = nameText(name);
  return written === name ? name : `${before}${written}`;
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

/** Of names one after the other, the longest that is one known name with dots in it, such as `user.name`. */
export function dottedName(names: readonly string[], known: readonly string[]): string | undefined {
  const joined = names.map((_, index) => names.slice(0, index + 1).join('.')).slice(1);
  return joined.findLast((name) => known.includes(name));
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
