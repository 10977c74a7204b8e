import { isAbsolute, relative } from 'node:path';
import { pointerText } from '../json/pointer.ts';
import { firstLineOf } from './code-frame.ts';
import type { Diagnostic } from './diagnostic.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { Range } from './source.ts';

/** A diagnostic whose place has been worked out: what all formats print. */
export interface PlacedDiagnostic extends Pick<Diagnostic, 'severity' | 'code' | 'message' | 'hint'> {
  /** As people see it from their working directory. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Of a mistake over several lines, the end of its first one. */
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly pointer?: string;
  readonly frame?: { readonly text: string; readonly range: Range };
}

/** The diagnostics by file and place, each once. Those without a place come first. */
export function placeDiagnostics(diagnostics: readonly Diagnostic[], cwd: string): PlacedDiagnostic[] {
  const placed = new Map<string, PlacedDiagnostic>();
  for (const diagnostic of diagnostics) {
    const one = place(diagnostic, cwd);
    const { frame: _, pointer: __, ...shown } = one;
    const identity = JSON.stringify(shown);
    if (!placed.has(identity)) placed.set(identity, one);
  }
  return [...placed.values()].sort(byPlace);
}

function place({ severity, code, message, hint, place }: Diagnostic, cwd: string): PlacedDiagnostic {
  // What a message repeats of a file may be a key.
  const told = {
    severity,
    code,
    message: hideSecrets(message).text,
    ...(hint !== undefined && { hint: hideSecrets(hint).text }),
  };
  if (place === undefined) return told;
  if ('line' in place) {
    const { line, column } = place;
    return { ...told, file: shownPath(place.path, cwd), line, ...(column !== undefined && { column }) };
  }
  const { source, pointer, part, span } = place;
  const range = firstLineOf(source.text, source.locate(pointer, part, span));
  return {
    ...told,
    file: shownPath(source.path, cwd),
    line: range.start.line,
    column: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
    pointer: pointerText(pointer),
    frame: { text: source.text, range },
  };
}

/** A path as people see it: from the working directory where that is shorter. */
export function shownPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const fromHere = relative(cwd, path);
  return fromHere !== '' && fromHere.length < path.length ? fromHere : path;
}

function byPlace(one: PlacedDiagnostic, other: PlacedDiagnostic): number {
  const [file, otherFile] = [one.file ?? '', other.file ?? ''];
  if (file !== otherFile) return file < otherFile ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
