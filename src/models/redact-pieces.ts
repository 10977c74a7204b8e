import { shortestSecret, usualSpellings } from '../diagnostic/redact.ts';
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
 * told at once only: holding back whatever could begin one would hold back everything.
 */
export function createPieceRedact(secret: string | undefined, redact: Redact): PieceRedact {
  if (secret === undefined || secret.length < shortestSecret)
    return { add: (piece) => piece, rest: () => '' };
  const sought = usualSpellings(secret);
  let held = '';
  return {
    add(piece) {
      // Whole secrets first: the end of one may look like the beginning of another.
      const text = redact(held + piece);
      const keep = Math.max(...sought.map((spelling) => beginningAtEnd(text, spelling)));
      held = text.slice(text.length - keep);
      return text.slice(0, text.length - keep);
    },
    rest: () => held,
  };
}

/** How many characters at the end of the text are the beginning of the secret, at most. */
function beginningAtEnd(text: string, secret: string): number {
  const end = text.slice(1 - secret.length).toLowerCase();
  for (let length = Math.min(end.length, secret.length - 1); length > 0; length -= 1) {
    if (secret.startsWith(end.slice(end.length - length))) return length;
  }
  return 0;
}
