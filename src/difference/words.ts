import { diffArrays } from 'diff';

/** A stretch of text that stayed, went or came. */
export interface WordChange {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** More changed words than this are told as one text in place of another: to find them takes time by their square. */
const mostEdits = 2000;

/** Made when it is first needed, which takes some 10 ms. */
let words: Intl.Segmenter | undefined;

/**
 * What has to change in the one text to make the other, word by word, also in scripts that write no spaces. The parts that
 * are not `added` make up `before`, those that are not `removed` make up `after`; what was removed stands before what was
 * added in its place.
 */
export function diffWords(before: string, after: string): readonly WordChange[] {
  if (before === after) return partOf('same', before);
  const parts = diffArrays(wordsOf(before), wordsOf(after), { maxEditLength: mostEdits });
  if (parts === undefined) return [...partOf('removed', before), ...partOf('added', after)];
  return joined(
    parts.map(({ added, removed, value }) => ({
      kind: added ? 'added' : removed ? 'removed' : 'same',
      text: value.join(''),
    })),
  );
}

/**
 * Characters that the segmenter gets at a time: to find the end of each word, Node 20 takes time by the length of the whole
 * text that it is given.
 */
const stretch = 1024;

/** What ends so near to the end of a stretch may go on in the next one, or be parted otherwise by what follows. */
const unsure = 64;

function wordsOf(text: string): string[] {
  words ??= new Intl.Segmenter('en', { granularity: 'word' });
  const found: string[] = [];
  for (let at = 0, length = stretch; at < text.length;) {
    const sure = at + length < text.length ? length - unsure : length;
    let taken = 0;
    for (const { segment } of words.segment(text.slice(at, at + length))) {
      if (taken + segment.length > sure) break;
      found.push(segment);
      taken += segment.length;
    }
    at += taken;
    length = taken === 0 ? 2 * length : stretch;
  }
  return found;
}

/** Two words that were replaced are one change with the space between them: that reads better than two. */
function joined(parts: readonly WordChange[]): readonly WordChange[] {
  const changes: WordChange[] = [];
  let removed = '';
  let added = '';
  const flush = () => {
    changes.push(...partOf('removed', removed), ...partOf('added', added));
    removed = '';
    added = '';
  };
  for (const [at, { kind, text }] of parts.entries()) {
    if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else if (removed !== '' && added !== '' && /^\s+$/.test(text) && at < parts.length - 1) {
      removed += text;
      added += text;
    } else {
      flush();
      changes.push({ kind, text });
    }
  }
  flush();
  return changes;
}

function partOf(kind: WordChange['kind'], text: string): readonly WordChange[] {
  return text === '' ? [] : [{ kind, text }];
}
