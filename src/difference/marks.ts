import type { WordChange } from './words.ts';

const left = '…';

/** The changes with what stayed cut down to its ends, so that a change in a page of text can be seen. */
export function elide(changes: readonly WordChange[], context: number): readonly WordChange[] {
  return changes.map((change, at) => {
    if (change.kind !== 'same') return change;
    const text = shortened(change.text, {
      before: at === 0 ? 0 : context,
      after: at === changes.length - 1 ? 0 : context,
    });
    return { ...change, text };
  });
}

/** So many characters of both ends of a text, up to the next border of a word; the whole, where that is hardly longer. */
function shortened(text: string, keep: { readonly before: number; readonly after: number }): string {
  if (text.length <= keep.before + keep.after + left.length + 10) return text;
  const characters = Array.from(text.slice(0, keep.before + 20));
  const head = keep.before === 0 ? '' : endedByWord(characters, keep.before).join('');
  const last = Array.from(text.slice(-(keep.after + 20))).reverse();
  const tail = keep.after === 0 ? '' : endedByWord(last, keep.after).reverse().join('');
  return `${head}${left}${tail}`;
}

/** At least so many of the characters, and more until a space where one is near. */
function endedByWord(characters: readonly string[], least: number): string[] {
  const space = characters.findIndex((character, at) => at >= least && /\s/u.test(character));
  return characters.slice(0, space === -1 ? least : space + 1);
}

/** The changes in one text, as `git diff --word-diff` marks them: `[-old-]{+new+}`. */
export function marked(changes: readonly WordChange[]): string {
  return changes.map(markedChange).join('');
}

export function markedChange({ kind, text }: WordChange): string {
  if (kind === 'same') return text;
  return kind === 'removed' ? `[-${text}-]` : `{+${text}+}`;
}
