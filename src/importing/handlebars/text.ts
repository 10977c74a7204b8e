/** A piece of a template: text that means itself, or a tag. */
export type Written = { readonly text: string } | { readonly tag: string };

/**
 * The pieces as one template. Text stays text, whatever it holds: `{{`, backslashes and braces beside a tag are written
 * so that Handlebars gives them back as they were.
 */
export function templateText(pieces: readonly Written[]): string {
  const parted = joinTexts(pieces).flatMap(partedAtBraces);
  let template = '';
  for (const [at, piece] of parted.entries()) {
    if ('tag' in piece) {
      template += piece.tag;
      continue;
    }
    const [before, after] = [parted[at - 1], parted[at + 1]];
    // `{{x}}}` would be read as a tag of three braces: an empty comment parts it.
    if (before !== undefined && piece.text.startsWith('}')) template += '{{!}}';
    template += after === undefined ? escaped(piece.text) : escapedBeforeTag(piece.text);
  }
  return template;
}

/** A text that is no template, as a template. */
export function escapedText(text: string): string {
  return templateText([{ text }]);
}

function joinTexts(pieces: readonly Written[]): readonly Written[] {
  const joined: Written[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if ('tag' in piece) joined.push(piece);
    else if (last !== undefined && 'text' in last)
      joined[joined.length - 1] = { text: last.text + piece.text };
    else if (piece.text !== '') joined.push(piece);
  }
  return joined;
}

/** Behind a backslash, `\\{{` would begin a tag: the braces come from an expression there. */
function partedAtBraces(piece: Written): readonly Written[] {
  if ('tag' in piece) return [piece];
  return piece.text
    .split(/(?<=\\)\{\{/)
    .flatMap((text, at): Written[] => (at === 0 ? [{ text }] : [{ tag: '{{default "{{" ""}}' }, { text }]))
    .filter((one) => 'tag' in one || one.text !== '');
}

function escaped(text: string): string {
  return text.replaceAll('{{', '\\{{');
}

function escapedBeforeTag(text: string): string {
  let braces = 0;
  while (text.at(-1 - braces) === '{') braces += 1;
  // `{{{x}}` would be a tag of three braces: the first comes from an expression.
  if (braces % 2 === 1) return `${escapedBeforeTag(text.slice(0, -1))}{{default "{" ""}}`;
  // A backslash before a tag would make it text.
  return text.endsWith('\\') ? `${escaped(text)}\\` : escaped(text);
}

/** What was left out, as a comment that no model sees. */
export function leftOut(source: string): Written {
  const line = source.replaceAll(/\s+/g, ' ').trim();
  const shown = line.length > 120 ? `${line.slice(0, 119)}…` : line;
  return { tag: `{{!-- not imported: ${shown.replaceAll('--', '- -')} --}}` };
}
