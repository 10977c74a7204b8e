import type { Span } from '../../diagnostic/source.ts';
import type { TemplateNotes } from '../jinja/scope.ts';

/** A template in parts: texts that are templates of ours, and the marks that stand between them. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'role'; readonly role: string; readonly place: Span; readonly notes: TemplateNotes }
  | { readonly kind: 'media'; readonly url: string };

/** A text in the place of another. */
export interface Edit extends Span {
  readonly text: string;
}

/** Segments in the place of a text. */
export type Mark = Span & { readonly segments: readonly Segment[] };

/** The template by its edits, parted at its marks. The marks follow each other. */
export function segmentsOf(text: string, edits: readonly Edit[], marks: readonly Mark[]): readonly Segment[] {
  const segments: Segment[] = [];
  const edited = createEdited(text, edits);
  let at = 0;
  for (const { start, end, segments: marked } of marks) {
    segments.push({ kind: 'text', text: edited({ start: at, end: start }) }, ...marked);
    at = end;
  }
  segments.push({ kind: 'text', text: edited({ start: at, end: text.length }) });
  return segments;
}

/** What the text is by its edits, between marks that follow each other. */
function createEdited(text: string, edits: readonly Edit[]): (span: Span) => string {
  const sorted = edits.toSorted((one, other) => one.start - other.start || other.end - one.end);
  let next = 0;
  return ({ start, end }) => {
    let at = start;
    let result = '';
    for (let edit = sorted[next]; edit !== undefined && edit.end <= end; edit = sorted[next]) {
      next += 1;
      // What is left out as a whole has no edits of its own any more.
      if (edit.start < at) continue;
      result += text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return result + text.slice(at, end);
  };
}
