import { relative, resolve, sep } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { formatGithub } from './format-github.ts';
import { formatSarif } from './format-sarif.ts';
import { formatText } from './format-text.ts';
import { placeDiagnostics } from './placed.ts';
import type { PlacedDiagnostic } from './placed.ts';
import { printableJson } from './printable.ts';

export interface FormatOptions {
  /**
   * `text` for people, `json` for programs, `github` for annotations on the lines of a pull request, `sarif` for code
   * scanning.
   */
  readonly format: 'text' | 'json' | 'github' | 'sarif';
  /** Whether `text` may have colours. */
  readonly color: boolean;
  /** Of the terminal: the prose of `text` is broken at words to so many, at most 100. Absent: one line a message. */
  readonly columns?: number;
  /** Absolute paths are shown relative to this folder where that is shorter. */
  readonly cwd: string;
  /** Where `github` and `sarif` name files from: the repository's root, absolute. Default: `cwd`. */
  readonly root?: string;
}

/**
 * The diagnostics by file and place, each once, as text that ends with a line break (empty for `text` and `github`
 * without a diagnostic). Whatever the files hold, the text can neither act on a terminal nor on a CI runner.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], options: FormatOptions): string {
  const placed = placeDiagnostics(diagnostics, options.cwd);
  if (options.format === 'json') return `${printableJson(JSON.stringify(placed.map(jsonOf), null, 2))}\n`;
  if (options.format === 'text') {
    return formatText(placed, options.color, options.columns && Math.max(40, Math.min(options.columns, 100)));
  }
  if (options.format === 'sarif')
    return formatSarif(placed, { cwd: options.cwd, root: options.root ?? options.cwd });
  return formatGithub(placed.map((diagnostic) => fromRoot(diagnostic, options)));
}

function fromRoot(diagnostic: PlacedDiagnostic, { cwd, root = cwd }: FormatOptions): PlacedDiagnostic {
  const { file } = diagnostic;
  return file === undefined || root === cwd
    ? diagnostic
    : { ...diagnostic, file: relative(root, resolve(cwd, file)).split(sep).join('/') };
}

/** The diagnostics as `json` has them, for a larger object. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], cwd: string): readonly JsonDiagnostic[] {
  return placeDiagnostics(diagnostics, cwd).map(jsonOf);
}

/** One diagnostic as programs read it: no name is ever left out. */
export interface JsonDiagnostic {
  readonly severity: Diagnostic['severity'];
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly end_line: number | null;
  readonly end_column: number | null;
  /** RFC 6901. */
  readonly pointer: string | null;
}

/** Lines and columns from 1, columns in UTF-16 units, the end exclusive; null where there is none. */
function jsonOf(diagnostic: PlacedDiagnostic): JsonDiagnostic {
  return {
    severity: diagnostic.severity,
    code: diagnostic.code,
    message: diagnostic.message,
    hint: diagnostic.hint ?? null,
    file: diagnostic.file ?? null,
    line: diagnostic.line ?? null,
    column: diagnostic.column ?? null,
    end_line: diagnostic.endLine ?? null,
    end_column: diagnostic.endColumn ?? null,
    pointer: diagnostic.pointer ?? null,
  };
}
