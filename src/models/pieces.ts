import type { Piece } from './stream-join.ts';

/** A piece of a stream; none where it says nothing. */
export function deltaOf(type: 'text' | 'thinking', text: string): readonly Piece[] {
  return text === '' ? [] : [{ type, text }];
}
