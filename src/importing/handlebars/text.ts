/** A piece of a template: text that means itself, or a tag. */
export type Written = { readonly text: string } | { readonly tag: string };

/**
 * The pieces as one template. Text stays text, whatever it holds: `{{`, backslashes and braces beside a tag are written
 * so that Handlebars gives them back as they were.
 */
export function templateText(pieces: readonly Written[]): string {
  const joined = joinTexts(pieces);
  let template = '';
  for (const [at, piece] of joined.entries()) {
    if ('tag' in piece) {
      template += piece.tag;
      continue;
    }
    const [before, after] = [joined[at - 1], joined[at + 1]];
    // `{{x}}}` and `{{{x}}` would be read as a tag of three braces: an empty comment parts them.
    if (before !== undefined && piece.text.startsWith('}')) template += '{{!}}';
    template += escaped(piece.text);
    if (after === undefined) continue;
    if (piece.text.endsWith('{')) template += '{{!}}';
    // A backslash before a tag would make it text.
    else if (piece.text.endsWith('\\')) template += '\\';
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

function escaped(text: string): string {
  // Behind a backslash, `\{{` would begin a tag: the braces come from an expression there.
  return text.replaceAll(/(\\?)\{\{/g, (_, backslash: string) =>
    backslash === '' ? '\\{{' : '\\\\{{default "{{" ""}}',
  );
}

/** What was left out, as a comment that no model sees. */
export function leftOut(source: string): Written {
  const line = source.replaceAll(/\s+/g, ' ').trim();
  const shown = line.length > 120 ? `${line.slice(0, 119)}…` : line;
  return { tag: `{{!-- not imported: ${shown.replaceAll('--', '- -')} --}}` };
}
