import type { Diagnostic, Location } from '../diagnostic/diagnostic.ts';
import { textSource } from '../diagnostic/located.ts';
import type { Source, Span } from '../diagnostic/source.ts';
import type { Pointer } from '../json/json.ts';
import type { TemplateNotes } from './jinja/scope.ts';

/** What did not carry over, collected in the order in which it was found. */
export interface Notes {
  tell(place: Location, message: string, hint: string, code?: string): void;
  all(): readonly Diagnostic[];
}

/** More notes than anyone reads are counted, not told. */
const mostTold = 200;

export function createNotes(): Notes {
  const told: Diagnostic[] = [];
  return {
    tell(place, message, hint, code = 'not-imported') {
      if (told.length < mostTold) told.push({ severity: 'warning', code, message, hint, place });
    },
    all: () => told,
  };
}

/** A template within a file that was parsed, at its pointer; or of a whole file of text, where that is `source`. */
export interface TemplatePlace {
  readonly source: Source;
  readonly pointer: Pointer;
  /** Where the template begins in the value at the pointer; default: with it. */
  readonly from?: number;
}

export function placeOf({ source, pointer, from = 0 }: TemplatePlace, { start, end }: Span): Location {
  return { source, pointer, span: { start: from + start, end: from + end } };
}

export function templateNotes(notes: Notes, place: TemplatePlace): TemplateNotes {
  return { tell: (span, message, hint) => notes.tell(placeOf(place, span), message, hint) };
}

/** The place of a whole file of text. */
export function textPlace(path: string, text: string): TemplatePlace {
  return { source: textSource(path, text), pointer: [] };
}

/** The first line of a template that says something. */
export function firstLineOf(template: string): Span {
  const start = Math.max(0, template.search(/\S/));
  const end = /[\r\n]|$/.exec(template.slice(start))?.index ?? 0;
  return { start, end: start + end };
}
