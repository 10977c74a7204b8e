/** Made by the first text that needs it: that takes milliseconds, which a command that shows none should not. */
let segmenter: Intl.Segmenter | undefined;

/** To find the end of each character, the segmenter takes time by the length of the whole text that it is given. */
const stretch = 256;

/**
 * The characters of a text as a reader counts them, in time by its length. One with more marks than fill a stretch is
 * given in parts.
 */
export function* graphemesOf(text: string): Generator<string, void, undefined> {
  // Each is a character by itself.
  if (!/[^\x20-\x7e]/.test(text)) return yield* text;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let begun = '';
  for (let at = 0; at < text.length;) {
    const end = wholeAt(text, at + stretch);
    // The last may go on in the next stretch.
    let last = '';
    for (const { segment } of segmenter.segment(begun + text.slice(at, end))) {
      if (last !== '') yield last;
      last = segment;
    }
    at = end;
    if (last.length < stretch) begun = last;
    else {
      yield last;
      begun = '';
    }
  }
  if (begun !== '') yield begun;
}

/** There, or a unit later where it would part a surrogate pair: half of it tells not what it belongs to. */
function wholeAt(text: string, end: number): number {
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end + 1 : end;
}
