import { areFoundInParts, cutSpellings, findableSecrets, usualSpellings } from '../diagnostic/redact.ts';
import type { Redact } from '../diagnostic/redact.ts';

/** Redacts a text that comes in pieces. */
export interface PieceRedact {
  /** What may be told of the text with this piece, beyond what was told before. */
  add(piece: string): string;
  /** What was held back, once no more comes. */
  rest(): string;
}

/**
 * A secret may be cut between two pieces. What ends like the beginning of one of its usual spellings is therefore held
 * back until the next piece decides. Rarer ones (escapes within escapes, digits broken into lines) are found within what is
 * told at once only: holding back whatever could begin one would hold back everything. `redact` knows the same secrets. To
 * be called once for all texts; what is given back, for each of them.
 */
export function preparePieceRedact(secrets: readonly string[], redact: Redact): () => PieceRedact {
  const findable = findableSecrets(secrets).map((secret) => secret.trim());
  const sought = findable.flatMap(usualSpellings);
  const cut = findable.flatMap(cutSpellings);
  if (sought.length === 0) return () => ({ add: (piece) => piece, rest: () => '' });
  const inParts = areFoundInParts(secrets);

  return () => {
    let held = '';
    return {
      add(piece) {
        const come = held + piece;
        // Whole secrets first: the end of one may look like the beginning of another.
        const text = redact(come);
        const whole = wholeAtEnd(come, cut);
        if ((inParts || whole > 0) && text !== come) {
          const at = come.length - Math.max(whole, beginningAtEnd(come, sought));
          const before = redact(come.slice(0, at));
          // What was found is not across this place, and may be a part of what begins here.
          if (before + redact(come.slice(at)) === text) {
            held = come.slice(at);
            return before;
          }
        }
        const at = text.length - beginningAtEnd(text, sought);
        held = text.slice(at);
        return text.slice(0, at);
      },
      rest: () => redact(held),
    };
  };
}

/** How many characters at the end of the text are the beginning of a spelling, at most. */
function beginningAtEnd(text: string, sought: readonly string[]): number {
  let most = 0;
  for (const spelling of sought) {
    const end = text.slice(1 - spelling.length).toLowerCase();
    let at = end.indexOf(spelling.charAt(0));
    while (at >= 0 && !spelling.startsWith(end.slice(at))) at = end.indexOf(spelling.charAt(0), at + 1);
    if (at >= 0) most = Math.max(most, end.length - at);
  }
  return most;
}

/** How many characters at the end of the text are one of these spellings, with what may have come of its last digit and padding. */
function wholeAtEnd(text: string, spellings: readonly string[]): number {
  const [padding = ''] = /(?:[\w+/-]=?)?$/.exec(text.slice(-2)) ?? [];
  const lower = text.toLowerCase();
  let most = 0;
  for (const after of new Set([0, padding.length])) {
    const end = lower.slice(0, lower.length - after);
    for (const spelling of spellings)
      if (end.endsWith(spelling)) most = Math.max(most, spelling.length + after);
  }
  return most;
}
